#include "tests/unit/regional-node/core/requests.h"

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"

namespace kopa::node {
namespace {

constexpr int64_t kThresholdHundredths = 3000;

SealedParts Sealed(const std::string& personal, const std::string& staff) {
  SealedParts sealed;
  sealed.personal = personal;
  sealed.staff = staff;
  if (!personal.empty()) sealed.commitments.personal = journal::Commitment("salt", personal);
  sealed.commitments.staff = journal::Commitment("salt", staff);
  return sealed;
}

ApplicationId IdOf(const region::v1::Application& application) {
  return *Uuid::FromBytes(application.summary().application_id());
}

}  // namespace

programme::v1::Call TestCall(absl::string_view id, int64_t cents, int64_t initiatives) {
  programme::v1::Call call;
  call.set_id(std::string(id));
  call.set_form(programme::v1::APPLICATION_FORM_PROJECT);
  if (cents >= 0) call.mutable_limits()->set_budget_cents(cents);
  if (initiatives >= 0) call.mutable_limits()->set_initiatives(initiatives);
  call.mutable_amount()->set_ceiling_per_application_cents(10'000);
  call.add_applicant_types()->set_id("association");
  call.add_activities()->set_id("inclusion");
  call.mutable_allotment()->set_policy(programme::v1::ALLOTMENT_POLICY_ON_DEMAND);
  call.mutable_allotment()->set_pending(programme::v1::PENDING_POLICY_SKIP);
  auto* evaluation = call.mutable_evaluation();
  evaluation->set_four_eyes(true);
  evaluation->set_min_total_hundredths(kThresholdHundredths);
  auto* criterion = evaluation->add_criteria();
  criterion->set_id("quality");
  criterion->set_max_hundredths(5000);
  criterion->set_step_hundredths(50);
  return call;
}

Digest DigestOf(absl::string_view text) { return Digest::FromBytes(Sha256(text)); }

SubmitItem MakeSubmitItem(const CallId& call, const ApplicationId& new_id, const HandIn& hand_in) {
  SubmitItem item;
  item.new_id = new_id;
  item.reference = DigestOf(absl::StrCat(call.value(), "\n", hand_in.reference));
  item.content = DigestOf(absl::StrCat(hand_in.content, "\n", hand_in.municipality, "\n",
                                       hand_in.requested.DebugString()));
  item.sealed = Sealed(absl::StrCat("sealed person of ", hand_in.reference), "sealed submitter");
  item.wrapped_key = "wrapped key";
  auto* summary = item.record.mutable_summary();
  summary->set_application_id(std::string(new_id.bytes()));
  summary->set_call(call.value());
  summary->set_municipality(hand_in.municipality);
  summary->set_status(national::v1::APPLICATION_STATUS_SUBMITTED);
  summary->set_applicant_type("association");
  summary->add_activities("inclusion");
  *summary->mutable_requested() = hand_in.requested.ToProto();
  summary->set_version(1);
  item.record.mutable_content()->set_external_ref(hand_in.reference);
  item.record.mutable_content()->set_title(hand_in.content);
  return item;
}

absl::StatusOr<region::v1::Application> FetchApplication(const storage::Store& store,
                                                         const CallId& call,
                                                         const ApplicationId& id) {
  ASSIGN_OR_RETURN(const std::string bytes, store.Get(kApplication, ApplicationKey(call, id)));
  region::v1::Application application;
  if (!application.ParseFromString(bytes)) return absl::DataLossError("it does not parse");
  return application;
}

EvaluateItem MakeEvaluateItem(const region::v1::Application& current, const std::string& evaluator,
                              int64_t hundredths) {
  EvaluateItem item;
  item.id = IdOf(current);
  item.current_version = current.summary().version();
  item.next = current;
  auto* evaluation = item.next.add_evaluations();
  evaluation->set_evaluator(evaluator);
  evaluation->add_scores()->set_criterion("quality");
  evaluation->mutable_scores(0)->set_hundredths(hundredths);
  evaluation->set_total_hundredths(hundredths);
  item.next.mutable_summary()->set_score_hundredths(hundredths);
  item.next.mutable_summary()->set_thresholds_met(hundredths >= kThresholdHundredths);
  item.sealed = Sealed("", "sealed evaluator");
  return item;
}

DecideItem MakeDecideItem(const region::v1::Application& current, programme::Verb verb) {
  DecideItem item;
  item.id = IdOf(current);
  item.current = current;
  item.verb = verb;
  item.sealed = Sealed("", "sealed decider and reason");
  return item;
}

}  // namespace kopa::node
