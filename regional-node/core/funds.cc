// What waits for funds, who waits for an answer about it, and what the node asks for ahead of need.

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::ledger::Amounts;
using ::kopa::ledger::Unit;
using ::kopa::national::v1::ApplicationStatus;

namespace {

bool IsStrict(const programme::v1::Call& definition) {
  return definition.allotment().pending() == programme::v1::PENDING_POLICY_STRICT;
}

absl::Time PendingSince(const region::v1::Application& record) {
  return TimeOf(record.summary().pending_since_time());
}

}  // namespace

void NodeCore::AddPending(CallState& call, const ApplicationId& id,
                          const region::v1::Application& record) {
  const Amounts award = Amounts::FromProto(record.summary().pending());
  // The newest history entry is the one that made it wait: it orders those of one microsecond.
  const uint64_t seq = record.history(record.history_size() - 1).seq();
  call.pending.emplace(PendingKey{PendingSince(record), seq}, Pending{id, record, award});
  call.pending_sum = call.pending_sum + award;
}

void NodeCore::RemovePending(CallState& call, const ApplicationId& id,
                             const region::v1::Application& record) {
  const uint64_t seq = record.history(record.history_size() - 1).seq();
  const auto found = call.pending.find(PendingKey{PendingSince(record), seq});
  KOPA_CHECK(found != call.pending.end() && found->second.id == id);
  call.pending_sum = call.pending_sum - found->second.award;
  call.pending.erase(found);
}

bool NodeCore::QueueBlocks(const CallState& call) {
  return IsStrict(call.definition) && !call.pending.empty();
}

absl::Time NodeCore::NextPendingSince(absl::Time now, const CallState& call) {
  if (call.pending.empty()) return now;
  return std::max(now, call.pending.rbegin()->first.since + absl::Microseconds(1));
}

void NodeCore::FundPending(absl::Time now, CallState& call, Effects& effects) {
  if (!may_spend_) return;
  const bool strict = IsStrict(call.definition);
  for (auto at = call.pending.begin(); at != call.pending.end();) {
    if (call.ledger.Headroom().IsZero() &&
        !call.ledger.limits().LimitedPart(at->second.award).IsZero()) {
      break;  // nothing left at all: no use in looking at the rest
    }
    if (!call.ledger.Covers(at->second.award)) {
      if (strict) break;
      ++at;
      continue;
    }
    Pending pending = std::move(at->second);
    at = call.pending.erase(at);
    call.pending_sum = call.pending_sum - pending.award;
    call.ledger.Spend(pending.award);
    call.ledger_changed = true;
    auto* summary = pending.record.mutable_summary();
    summary->set_status(national::v1::APPLICATION_STATUS_APPROVED);
    summary->set_version(summary->version() + 1);
    *summary->mutable_awarded() = pending.award.ToProto();
    summary->clear_pending();
    summary->clear_pending_since_time();
    const Seq seq = Change(now, pending.id, pending.record, programme::Verb::kFund, {}, effects);
    ResolveWaiters(pending.id, national::v1::APPLICATION_STATUS_APPROVED, seq, effects);
  }
}

void NodeCore::ResolveWaiters(const ApplicationId& id, ApplicationStatus status, Seq seq,
                              Effects& effects) {
  const auto waiting = waiters_of_.find(id);
  if (waiting == waiters_of_.end()) return;
  const std::vector<engine::Ticket> tickets = std::move(waiting->second);
  waiters_of_.erase(waiting);
  for (const engine::Ticket ticket : tickets) {
    const auto found = waiters_.find(ticket);
    if (found == waiters_.end()) continue;  // it was answered when its time ran out
    Waiter& waiter = found->second;
    const auto open = waiter.open.find(id);
    if (open == waiter.open.end()) continue;
    DecisionReply& reply = waiter.reply.items[open->second];
    reply.status = status;
    reply.seq = seq;
    reply.hash = state_.head.hash;
    waiter.open.erase(open);
    waiter.changed = true;
    if (!waiter.open.empty()) continue;
    EndWait(ticket, std::move(waiter), effects);
    waiters_.erase(found);
  }
}

void NodeCore::AnswerAgain(engine::Ticket ticket, const Uuid& request,
                           std::vector<DecisionReply> replies, Effects& effects) {
  for (const auto& [waiting, waiter] : waiters_) {
    if (waiter.request.id != request) continue;
    for (const auto& [id, index] : waiter.open) waiters_of_[id].push_back(ticket);
    waiters_.emplace(ticket, Waiter(waiter));
    return;
  }
  effects.Reply(ticket, {absl::OkStatus(), DecideReply{std::move(replies)}});
}

void NodeCore::EndWait(engine::Ticket ticket, Waiter&& waiter, Effects& effects) {
  if (waiter.changed) RememberRequest(waiter.request, waiter.reply.items, effects);
  effects.Reply(ticket, {absl::OkStatus(), std::move(waiter.reply)});
}

void NodeCore::Do(absl::Time now, engine::Ticket, TimePassed&&, Effects& effects) {
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    // A deadline further off than any wait means that the clock went back: that must hold nobody
    // up.
    if (at->second.deadline > now && at->second.deadline <= now + kFundsWait) {
      ++at;
      continue;
    }
    for (const auto& [id, index] : at->second.open) {
      std::vector<engine::Ticket>& tickets = waiters_of_[id];
      std::erase(tickets, at->first);
      if (tickets.empty()) waiters_of_.erase(id);
    }
    EndWait(at->first, std::move(at->second), effects);
    at = waiters_.erase(at);
  }
}

void NodeCore::UpdateDemands() {
  demands_.clear();
  if (!connected_) return;
  for (const auto& [id, call] : calls_) {
    const bool on_demand =
        call->definition.allotment().policy() == programme::v1::ALLOTMENT_POLICY_ON_DEMAND;
    // What waits is known to the centre from the journal; ahead of need nothing is asked for then.
    if (!on_demand || !call->pending.empty()) continue;
    const Amounts headroom = call->ledger.Headroom();
    bool low = false;
    for (Unit unit : ledger::kUnits) {
      // Four fifths of what was there are used.
      if (call->high_water.at(unit) > 0 && headroom.at(unit) * 5 <= call->high_water.at(unit)) {
        low = true;
      }
    }
    if (!low) continue;
    demands_[id] =
        call->ledger.totals().allotted + ledger::ClampToZero(call->high_water - headroom);
  }
}

}  // namespace kopa::node
