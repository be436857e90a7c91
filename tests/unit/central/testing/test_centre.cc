#include "tests/unit/central/testing/test_centre.h"

#include <utility>

#include "central/core/families.h"
#include "common/base/status.h"
#include "common/journal/chain.h"

namespace kopa::central::testing {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'100);

}  // namespace

std::vector<programme::v1::Call> TestCalls() {
  std::vector<programme::v1::Call> calls(2);
  calls[0].set_id("grants");
  calls[0].mutable_limits()->set_budget_cents(1'000'000);
  calls[0].mutable_amount()->set_fixed_cents(100'000);
  for (const char* id : {"association", "municipality"}) {
    calls[0].add_applicant_types()->set_id(id);
  }
  for (const char* id : {"council-work", "inclusion"}) calls[0].add_activities()->set_id(id);
  calls[0].set_form(programme::v1::APPLICATION_FORM_PROJECT);
  calls[0].mutable_ranking()->set_apply_allowed(true);
  calls[0].mutable_ranking()->set_cut(programme::v1::PENDING_POLICY_SKIP);
  calls[1].set_id("teams");
  calls[1].set_form(programme::v1::APPLICATION_FORM_TEAM);
  calls[1].mutable_limits()->set_teams(5);
  for (programme::v1::Call& call : calls) {
    call.mutable_allotment()->set_policy(programme::v1::ALLOTMENT_POLICY_ON_DEMAND);
    call.mutable_allotment()->set_pending(programme::v1::PENDING_POLICY_STRICT);
  }
  return calls;
}

std::vector<NodeId> TestNodes() {
  return {NodeId("riga-latgale"), NodeId("vidzeme-kurzeme"), NodeId("zemgale")};
}

TestCentre::TestCentre(const std::vector<programme::v1::Call>& calls)
    : store_(FamilyNames().size()) {
  auto core = CentralCore::Recover(TestNodes(), *store_.Snapshot());
  KOPA_CHECK(core.ok());
  core_ = *std::move(core);
  CentralEffects effects;
  KOPA_CHECK(core_->Open(kNow, std::string(16, 'c'), calls, effects).ok());
  KOPA_CHECK(store_.Write(effects.batch).ok());
}

CentralEffects TestCentre::Do(CentralCommand command) {
  CentralEffects effects;
  core_->Step(kNow, 1, std::move(command), effects);
  core_->Finish(effects);
  KOPA_CHECK(store_.Write(effects.batch).ok());
  return effects;
}

std::vector<CentralEffects> TestCentre::Connect(const JournalWriter& journal) {
  const Session session(++last_session_);
  const NodeId node(journal.node());
  std::vector<CentralEffects> all;
  all.push_back(Do(HelloCommand{session, journal.Hello()}));
  const uint64_t applied = core_->nodes().at(node).record.applied.seq.value();
  all.push_back(Do(ProofCommand{session, node, journal.ProofAt(applied)}));
  all.push_back(Send(journal));
  return all;
}

CentralEffects TestCentre::Send(const JournalWriter& journal) {
  const NodeId node(journal.node());
  const CentralCore::NodeStatus& status = core_->nodes().at(node);
  RecordsCommand command{status.session, node, {}};
  for (const auto& record : journal.records()) {
    if (record.seq() <= status.record.applied.seq.value()) continue;
    RecordsCommand::Record& one = command.records.emplace_back();
    one.journal = record;
    KOPA_CHECK(journal::ParsePublic(record, &one.what).ok());
  }
  return Do(std::move(command));
}

}  // namespace kopa::central::testing
