// What the centre has decided for all regions: awards by the national ranking, and which schools'
// teams were trained.

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::PublicRecord;
using ::kopa::programme::Verb;

namespace {

Verb VerbOfRanking(national::v1::ApplicationStatus status) {
  switch (status) {
    case national::v1::APPLICATION_STATUS_APPROVED:
      return Verb::kRankAward;
    case national::v1::APPLICATION_STATUS_REJECTED:
      return Verb::kRankReject;
    default:
      return Verb::kRankReserve;
  }
}

}  // namespace

NodeCommand CommandOf(const storage::View& view, national::v1::DownEntry entry) {
  if (!entry.has_decision()) return entry;
  NationalDecisionCommand command;
  const national::v1::DecisionMade& made = entry.decision();
  const auto id = Uuid::FromBytes(made.decision().application_id());
  if (id.ok()) {
    const auto stored = view.Get(kApplication, ApplicationKey(CallId(made.call()), *id));
    region::v1::Application record;
    if (stored.ok() && record.ParseFromString(*stored)) command.current = std::move(record);
  }
  command.entry = std::move(entry);
  return command;
}

bool NodeCore::TakesEntry(const national::v1::DownEntry& entry) {
  const bool next =
      entry.incarnation() == state_.incarnation && entry.number() == state_.down_cursor + 1;
  if (state_.fenced() || is_estranged_ || !next) return false;
  state_.down_cursor = entry.number();
  state_changed_ = true;
  return true;
}

void NodeCore::LearnSchool(const national::v1::SchoolAnnounced& announced, Effects& effects) {
  effects.batch.Put(kSchool, SchoolKey(announced), announced.SerializeAsString());
  effects.schools_learned.push_back(announced);
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, NationalDecisionCommand&& command,
                  Effects& effects) {
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
  if (!TakesEntry(command.entry)) return;
  const national::v1::DecisionMade& made = command.entry.decision();
  CallState* const call = FindCall(CallId(made.call()));
  if (call == nullptr) return;
  // The allotment and what becomes of it are one batch, and nothing is funded in between: what
  // waits for funds can't take what was meant for this application.
  if (call->ledger.NoteAllotted(Amounts::FromProto(made.allotted()))) {
    call->ledger_changed = true;
    PublicRecord what;
    what.mutable_allotment_noted()->set_call(made.call());
    *what.mutable_allotment_noted()->mutable_allotted() = call->ledger.totals().allotted.ToProto();
    Journal(now, what, {}, effects);
  }
  const Amounts award = Amounts::FromProto(made.decision().award());
  if (TakeRanking(now, made.decision(), std::move(command.current), *call, effects)) return;
  // It changed since it was ranked: the decision is refused, and the money goes back at once.
  if (!call->ledger.HandBackTowards(call->ledger.totals().handed_back + award)) return;
  call->ledger_changed = true;
  PublicRecord what;
  what.mutable_handed_back()->set_call(made.call());
  *what.mutable_handed_back()->mutable_handed_back() = call->ledger.totals().handed_back.ToProto();
  Journal(now, what, {}, effects);
}

bool NodeCore::TakeRanking(absl::Time now, const national::v1::NationalDecision& decision,
                           std::optional<region::v1::Application>&& current, CallState& call,
                           Effects& effects) {
  const auto id = Uuid::FromBytes(decision.application_id());
  if (!id.ok() || !current.has_value() || !headers_.contains(*id)) return false;
  Header& header = headers_.at(*id);
  const Verb verb = VerbOfRanking(decision.status());
  const auto step = programme::FindStep(header.status, verb, LifeOf(call.definition));
  const Amounts award = Amounts::FromProto(decision.award());
  const bool as_ranked =
      header.version == decision.version() && current->summary().version() == decision.version();
  if (!step.ok() || !as_ranked) return false;
  const bool waited = header.status == national::v1::APPLICATION_STATUS_PENDING_FUNDS;
  if (waited) RemovePending(call, *id, *current);
  if (!call.ledger.Covers(award)) {
    // What was meant for it was frozen at a rejoin. The application stays as it is, in a version of
    // its own: that tells the centre that the decision was not taken, and can be made anew.
    current->mutable_summary()->set_version(current->summary().version() + 1);
    Change(now, *id, *current, verb, {}, effects);
    if (waited) AddPending(call, *id, *current);
    return false;
  }
  SetStatus(*current, (*step)->to);
  current->set_decided_by(kRankingActor);
  if (verb == Verb::kRankAward) {
    call.ledger.Spend(award);
    call.ledger_changed = true;
    *current->mutable_summary()->mutable_awarded() = award.ToProto();
  }
  CountAward(call, header, (verb == Verb::kRankAward ? 1 : 0) - (waited ? 1 : 0));
  const Seq seq = Change(now, *id, *current, verb, {}, effects);
  ResolveWaiters(*id, current->summary().status(), seq, effects);
  if (waited) FundPending(now, call, effects);
  return true;
}

}  // namespace kopa::node
