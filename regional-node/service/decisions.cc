#include "regional-node/service/decisions.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/core/noted.h"
#include "regional-node/service/named_application.h"
#include "regional-node/service/queries.h"
#include "regional-node/service/scored_application.h"
#include "regional-node/service/staffing.h"
#include "regional-node/service/submission.h"

namespace kopa::node {

using ::kopa::programme::Verb;
using ::kopa::region::v1::Application;
using ::kopa::region::v1::DecisionResult;

namespace {

constexpr int kTriesMax = 10;

// One request on its way through. `Request` and `Response` are those of Evaluate or of Decide.
template <typename Request, typename Response>
struct Run {
  const Context* context;
  std::string actor;
  Request request;
  std::function<void(absl::StatusOr<Response>)> done;
  RequestKey key;
  int tries = 0;
};

using EvaluateRun =
    Run<region::v1::EvaluateApplicationsRequest, region::v1::EvaluateApplicationsResponse>;
using DecideRun =
    Run<region::v1::DecideApplicationsRequest, region::v1::DecideApplicationsResponse>;

void SetFault(const Fault& fault, DecisionResult* result) {
  auto* error = result->mutable_error();
  error->set_field(fault.field);
  error->set_code(fault.code);
  error->set_message(fault.message);
  error->set_message_lv(fault.message_lv);
}

template <typename Items>
std::vector<absl::StatusOr<Application>> FetchNamed(const Context& context, const std::string& call,
                                                    const Items& items) {
  const auto view = context.store->Snapshot();
  std::vector<absl::Status> errors;
  std::vector<ApplicationId> ids;
  for (const auto& item : items) {
    const auto id = IdNamedBy(*view, call, item);
    errors.push_back(id.status());
    ids.push_back(id.ok() ? *id : ApplicationId());
  }
  auto applications = FetchApplications(*view, ids);
  for (size_t i = 0; i < errors.size(); ++i) {
    if (!errors[i].ok()) applications[i] = errors[i];
  }
  return applications;
}

template <typename Request, typename Response>
void Answer(Run<Request, Response>& run, const std::vector<DecisionReply>& replies) {
  std::unique_ptr<storage::View> view;
  Response response;
  for (const DecisionReply& reply : replies) {
    DecisionResult& result = *response.add_results();
    if (!reply.id.is_nil()) result.set_application_id(std::string(reply.id.bytes()));
    result.set_status(reply.status);
    if (reply.fault.has_value()) SetFault(*reply.fault, &result);
    if (reply.seq.value() == 0) continue;
    auto* receipt = result.mutable_receipt();
    receipt->set_node(run.context->node.value());
    receipt->set_seq(reply.seq.value());
    receipt->set_epoch(run.context->view->epoch().value());
    receipt->set_hash(reply.hash);
    if (!reply.hash.empty()) continue;
    // A repeated answer: what it refers to lies in the journal.
    if (view == nullptr) view = run.context->store->Snapshot();
    if (const auto record = ReadRecord(*view, reply.seq); record.ok()) {
      receipt->set_hash(record->hash());
      receipt->set_epoch(record->epoch());
    }
  }
  run.done(std::move(response));
}

bool NeedsStore(const std::vector<DecisionReply>& replies) {
  return std::any_of(replies.begin(), replies.end(), [](const DecisionReply& reply) {
    return reply.seq.value() != 0 && reply.hash.empty();
  });
}

void Attempt(const std::shared_ptr<EvaluateRun>& run);
void Attempt(const std::shared_ptr<DecideRun>& run);

// Queues the command; answers, or begins again where something was stale.
template <typename RunType, typename Command>
void Queue(const std::shared_ptr<RunType>& run, Command command) {
  const absl::Status queued = run->context->committer->Submit(
      engine::Lane::kInteractive, std::move(command), [run](absl::StatusOr<NodeReply> reply) {
        if (!reply.ok()) return run->done(reply.status());
        if (!reply->status.ok()) return run->done(reply->status);
        auto& items = std::get<DecideReply>(reply->result).items;
        for (const DecisionReply& item : items) {
          if (!item.stale) continue;
          if (++run->tries == kTriesMax) {
            return run->done(absl::AbortedError("the application keeps changing; try again"));
          }
          absl::Status posted = run->context->worker->Post([run] { Attempt(run); });
          if (!posted.ok()) run->done(posted);
          return;
        }
        if (!NeedsStore(items)) return Answer(*run, items);
        // What was answered before has its receipts in the store, and the committer reads nothing.
        absl::Status posted = run->context->worker->Post(
            [run, replies = std::move(items)] { Answer(*run, replies); });
        if (!posted.ok()) run->done(posted);
      });
  if (!queued.ok()) run->done(queued);
}

bool AnyWaits(const std::vector<DecisionReply>& replies) {
  return std::any_of(replies.begin(), replies.end(), [](const DecisionReply& reply) {
    return reply.status == national::v1::APPLICATION_STATUS_PENDING_FUNDS &&
           !reply.fault.has_value();
  });
}

void AnswerAgain(const std::shared_ptr<EvaluateRun>& run, RequestEntry entry) {
  Answer(*run, entry.replies);
}

// While funds may still come the first answer is held back, and what is stored may not be what it
// will say: the core knows, and whoever asks again waits along.
void AnswerAgain(const std::shared_ptr<DecideRun>& run, RequestEntry entry) {
  if (!AnyWaits(entry.replies)) return Answer(*run, entry.replies);
  DecideCommand command;
  command.request = run->key;
  command.actor = run->actor;
  command.answered = std::move(entry.replies);
  Queue(run, std::move(command));
}

// The id of what was named, found or not; nil where that is not known.
template <typename Item>
ApplicationId IdGiven(const absl::StatusOr<Application>& found, const Item& item) {
  const auto id =
      Uuid::FromBytes(found.ok() ? found->summary().application_id() : item.application_id());
  return id.ok() ? *id : ApplicationId();
}

// Why an evaluation is not even tried; nothing where it is. The core looks again.
std::optional<Fault> Barred(const storage::View& view, const ApplicationId& id,
                            const std::string& evaluator) {
  const auto staffing = ReadStaffing(view, id);
  if (!staffing.ok()) return FirstFaultOf(staffing.status());
  const auto& conflicts = staffing->conflicts();
  if (std::find(conflicts.begin(), conflicts.end(), evaluator) == conflicts.end()) {
    return std::nullopt;
  }
  return ConflictOfInterest(evaluator);
}

absl::StatusOr<Application> Evaluated(const Context& context, Application application,
                                      const region::v1::EvaluationInput& input,
                                      const std::string& actor, absl::Time now) {
  ASSIGN_OR_RETURN(const auto rules, context.calls->Find(CallId(application.summary().call())));
  return WithEvaluation(rules->call().evaluation(), std::move(application), input, actor, now);
}

void Attempt(const std::shared_ptr<EvaluateRun>& run) {
  const Context& context = *run->context;
  const absl::Time now = context.clock->Now();
  auto applications = FetchNamed(context, run->request.call(), run->request.evaluations());
  const auto view = context.store->Snapshot();
  EvaluateCommand command;
  command.request = run->key;
  std::map<ApplicationId, Application> built;  // several evaluations of one build on each other
  for (size_t i = 0; i < applications.size(); ++i) {
    const auto& input = run->request.evaluations(static_cast<int>(i));
    EvaluateItem& item = command.items.emplace_back();
    item.id = IdGiven(applications[i], input);
    if (!applications[i].ok()) {
      item.refused = FirstFaultOf(applications[i].status());
      continue;
    }
    // Before others build on it.
    item.refused =
        Barred(*view, item.id, input.evaluator().empty() ? run->actor : input.evaluator());
    if (item.refused.has_value()) continue;
    const auto earlier = built.find(item.id);
    Application current = earlier == built.end() ? *std::move(applications[i]) : earlier->second;
    item.current_version = current.summary().version();
    auto next = Evaluated(context, std::move(current), input, run->actor, now);
    if (!next.ok()) {
      item.refused = FirstFaultOf(next.status());
      continue;
    }
    item.next = *next;
    region::v1::StaffPart staff;
    staff.set_actor(run->actor);
    staff.set_verb("evaluate");
    context.sealer->SealStaff(item.id, item.current_version + 1, staff, &item.sealed);
    next->mutable_summary()->set_version(item.current_version + 1);
    built[item.id] = *std::move(next);
  }
  Queue(run, std::move(command));
}

absl::StatusOr<Verb> VerbOf(region::v1::DecisionVerb verb) {
  switch (verb) {
    case region::v1::DECISION_VERB_APPROVE:
      return Verb::kApprove;
    case region::v1::DECISION_VERB_REJECT:
      return Verb::kReject;
    case region::v1::DECISION_VERB_RETURN:
      return Verb::kReturn;
    case region::v1::DECISION_VERB_RESERVE:
      return Verb::kReserve;
    case region::v1::DECISION_VERB_WITHDRAW:
      return Verb::kWithdraw;
    case region::v1::DECISION_VERB_INELIGIBLE:
      return Verb::kIneligible;
    case region::v1::DECISION_VERB_TRAIN:
      return Verb::kTrain;
    case region::v1::DECISION_VERB_UNDO:
      return Verb::kUndo;
    case region::v1::DECISION_VERB_CONTRACT:
      return Verb::kContract;
    case region::v1::DECISION_VERB_AMEND:
      return Verb::kAmend;
    case region::v1::DECISION_VERB_PAY:
      return Verb::kPay;
    case region::v1::DECISION_VERB_REPORT:
      return Verb::kReport;
    case region::v1::DECISION_VERB_CLOSE:
      return Verb::kClose;
    case region::v1::DECISION_VERB_TERMINATE:
      return Verb::kTerminate;
    case region::v1::DECISION_VERB_REPAY:
      return Verb::kRepay;
    case region::v1::DECISION_VERB_PUBLISH:
      return Verb::kPublish;
    default:
      return WithFault(absl::InvalidArgumentError("no decision is given"),
                       {"decision", "UNKNOWN_VALUE", "say what is decided, e.g. approve",
                        "norādiet lēmumu, piemēram, approve"});
  }
}

// What is wrong with one decision before anything is looked up; nothing if all is well.
std::optional<Fault> CheckInput(const region::v1::DecisionInput& input) {
  if (const auto verb = VerbOf(input.verb()); !verb.ok()) return FirstFaultOf(verb.status());
  if (input.reason().size() > kReasonBytesMax) {
    return Fault{"reason", "TOO_LONG",
                 absl::StrCat("a reason has at most ", kReasonBytesMax, " bytes"),
                 absl::StrCat("pamatojums ir ne garāks par ", kReasonBytesMax, " baitiem")};
  }
  if (input.amount_cents() < 0) {
    return Fault{"amount_eur", "BAD_AMOUNT", "an award is more than 0",
                 "piešķirtā summa ir lielāka par 0"};
  }
  return std::nullopt;
}

// A reason, where the step from the application's status needs one.
std::optional<Fault> CheckReason(const Context& context, const Application& application, Verb verb,
                                 const std::string& reason) {
  const auto rules = context.calls->Find(CallId(application.summary().call()));
  if (!rules.ok() || !reason.empty()) return std::nullopt;
  const auto step = programme::FindStep(application.summary().status(), verb, (*rules)->life());
  if (!step.ok() || !(*step)->Needs(programme::Step::kReason))
    return std::nullopt;  // an illegal step is the core's
  return Fault{"reason", "MISSING_FIELD",
               absl::StrCat("to ", std::string(programme::VerbName(verb)), " needs a reason"),
               "šim lēmumam nepieciešams pamatojums"};
}

void Attempt(const std::shared_ptr<DecideRun>& run) {
  const Context& context = *run->context;
  auto applications = FetchNamed(context, run->request.call(), run->request.decisions());
  DecideCommand command;
  command.request = run->key;
  command.actor = run->actor;
  for (size_t i = 0; i < applications.size(); ++i) {
    const auto& input = run->request.decisions(static_cast<int>(i));
    DecideItem& item = command.items.emplace_back();
    item.id = IdGiven(applications[i], input);
    item.refused = CheckInput(input);
    if (!item.refused.has_value() && !applications[i].ok()) {
      item.refused = FirstFaultOf(applications[i].status());
    }
    if (!item.refused.has_value()) {
      item.refused = CheckReason(context, *applications[i], *VerbOf(input.verb()), input.reason());
    }
    if (item.refused.has_value()) continue;
    item.current = *std::move(applications[i]);
    item.verb = *VerbOf(input.verb());
    if (input.amount_cents() != 0) item.award_cents = input.amount_cents();
    region::v1::StaffPart staff;
    staff.set_actor(run->actor);
    staff.set_reason(input.reason());
    item.has_reason = !input.reason().empty();
    staff.set_verb(std::string(programme::VerbName(item.verb)));
    context.sealer->SealStaff(item.id, item.current.summary().version() + 1, staff, &item.sealed);
  }
  Queue(run, std::move(command));
}

template <typename RunType, typename Request, typename Done>
void Begin(const Context& context, std::string actor, Request request, int count, Done done,
           absl::string_view kind) {
  if (count > kDecisionsMax) {
    return done(absl::InvalidArgumentError(
        absl::StrCat("at most ", kDecisionsMax, " applications in one request")));
  }
  auto run = std::make_shared<RunType>();
  run->context = &context;
  run->actor = std::move(actor);
  run->done = std::move(done);
  const auto id = ParseRequestId(request.request_id());
  if (!id.ok()) return run->done(id.status());
  run->key = {*id, Digest::FromBytes(context.key->RequestDigest(
                       absl::StrCat(kind, "\n", run->actor, "\n", request.SerializeAsString())))};
  run->request = std::move(request);
  auto earlier = FindEarlier(context, run->key);
  if (!earlier.ok()) return run->done(earlier.status());
  if (earlier->has_value()) return AnswerAgain(run, *std::move(*earlier));
  if (count == 0) return Answer(*run, {});
  Attempt(run);
}

}  // namespace

void Evaluate(const Context& context, std::string actor,
              region::v1::EvaluateApplicationsRequest request, EvaluationsDone done) {
  const int count = request.evaluations_size();
  Begin<EvaluateRun>(context, std::move(actor), std::move(request), count, std::move(done),
                     "evaluate");
}

void Decide(const Context& context, std::string actor,
            region::v1::DecideApplicationsRequest request, DecisionsDone done) {
  const int count = request.decisions_size();
  Begin<DecideRun>(context, std::move(actor), std::move(request), count, std::move(done), "decide");
}

}  // namespace kopa::node
