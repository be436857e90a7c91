// What the centre says.

#include <utility>

#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::PublicRecord;

void NodeCore::Do(absl::Time now, engine::Ticket ticket, LinkAdmitted&& command, Effects& effects) {
  const absl::Status met = state_.fenced() ? absl::OkStatus() : MeetCentre(command, effects);
  effects.Reply(ticket, {met, Done{}});
  is_estranged_ = !met.ok();
  connected_ = met.ok() && !state_.fenced();
  if (!connected_) return;
  if (may_spend_) return;
  may_spend_ = true;
  for (auto& [id, call] : calls_) FundPending(now, *call, effects);
}

void NodeCore::Do(absl::Time, engine::Ticket ticket, LinkLost&&, Effects& effects) {
  connected_ = false;
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, national::v1::AllotmentTotals&& command,
                  Effects& effects) {
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
  CallState* call = FindCall(CallId(command.call()));
  if (call == nullptr || state_.fenced() || is_estranged_) return;
  if (!call->ledger.NoteAllotted(Amounts::FromProto(command.allotted()))) return;
  call->ledger_changed = true;
  PublicRecord what;
  what.mutable_allotment_noted()->set_call(command.call());
  *what.mutable_allotment_noted()->mutable_allotted() = call->ledger.totals().allotted.ToProto();
  Journal(now, what, {}, effects);
  call->high_water = call->ledger.Headroom();
  FundPending(now, *call, effects);
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, national::v1::Recall&& command,
                  Effects& effects) {
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
  CallState* call = FindCall(CallId(command.call()));
  if (call == nullptr || state_.fenced() || is_estranged_) return;
  if (!call->ledger.HandBackTowards(Amounts::FromProto(command.handed_back_target()))) return;
  call->ledger_changed = true;
  // What is left is the new measure of "four fifths used": a recall must not start asking again.
  call->high_water = call->ledger.Headroom();
  PublicRecord what;
  what.mutable_handed_back()->set_call(command.call());
  *what.mutable_handed_back()->mutable_handed_back() = call->ledger.totals().handed_back.ToProto();
  Journal(now, what, {}, effects);
}

void NodeCore::Do(absl::Time now, engine::Ticket ticket, national::v1::DownEntry&& command,
                  Effects& effects) {
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
  if (!TakesEntry(command)) return;
  if (command.has_school()) LearnSchool(command.school(), effects);
  if (!command.has_call()) return;
  const programme::v1::Call& definition = command.call().call();
  CallState& call = *calls_[CallIndex(CallId(definition.id()))].second;
  if (definition.version() < call.definition.version()) return;
  effects.batch.Put(kCall, definition.id(), command.call().SerializeAsString());
  call.definition = definition;
  effects.calls_changed.push_back(definition);
  call.ledger.set_limits(ledger::UnitLimits(definition.limits()));
  FundPending(now, call, effects);
}

void NodeCore::Do(absl::Time, engine::Ticket ticket, national::v1::Fence&& command,
                  Effects& effects) {
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
  if (state_.fenced()) return;
  FenceSelf(command.reason(), command.detail());
  connected_ = false;
  state_changed_ = true;
}

}  // namespace kopa::node
