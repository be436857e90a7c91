// Money: who gets spending power, and from whom it is called back (docs/consistency.md).

#include <algorithm>
#include <iterator>
#include <utility>

#include "central/core/central_core.h"
#include "common/base/status.h"

namespace kopa::central {

using ::kopa::ledger::AllAtMost;
using ::kopa::ledger::Amounts;
using ::kopa::ledger::ClampToZero;
using ::kopa::ledger::Unit;
using ::kopa::national::v1::ConnectResponse;

void CentralCore::SendAllotment(const CallId& call, const NodeId& node, Effects& effects) {
  const NodeStatus& status = nodes_.at(node);
  if (!status.connected) return;
  const Amounts& allotted = fold_.FindCall(call)->ledger.of(node).allotted;
  if (allotted.IsZero()) return;
  ConnectResponse response;
  response.mutable_allotment()->set_call(call.value());
  *response.mutable_allotment()->mutable_allotted() = allotted.ToProto();
  Send(status.session, std::move(response), effects);
}

void CentralCore::Allot(absl::Time now, const CallId& call, const NodeId& node, const Amounts& more,
                        Effects& effects) {
  ledger::CentralLedger& ledger = fold_.FindCall(call)->ledger;
  ledger.Allot(node, more);
  effects.changes.ledgers[call][node] = true;
  national::v1::PublicRecord what;
  auto* made = what.mutable_allotment_made();
  made->set_node(node.value());
  made->set_call(call.value());
  *made->mutable_allotted() = ledger.of(node).allotted.ToProto();
  Journal(now, what, effects);
  SendAllotment(call, node, effects);
}

void CentralCore::Recall(const CallId& call, const NodeId& node, const Amounts& more,
                         Effects& effects) {
  const NodeStatus& status = nodes_.at(node);
  const Amounts target = fold_.FindCall(call)->ledger.of(node).handed_back + more;
  // Asking again makes sense only once the node has said something new.
  Asked& asked = asked_[call][node];
  if (asked.target == target && asked.applied == status.record.applied.seq) return;
  asked = {target, status.record.applied.seq};
  ConnectResponse response;
  response.mutable_recall()->set_call(call.value());
  *response.mutable_recall()->mutable_handed_back_target() = target.ToProto();
  Send(status.session, std::move(response), effects);
}

Amounts CentralCore::IdleAt(const CallId& id, const NodeId& node) const {
  const ledger::CentralLedger& ledger = fold_.FindCall(id)->ledger;
  return ClampToZero(
      ledger.limits().LimitedPart(ledger.of(node).Headroom() - decisions(id).UnderWayAt(node)));
}

void CentralCore::RecallIdle(const CallId& id, Effects& effects) {
  for (const auto& [node, totals] : fold_.FindCall(id)->ledger.nodes()) {
    if (!Connected(node)) continue;
    const Amounts idle = IdleAt(id, node);
    if (!idle.IsZero()) Recall(id, node, idle, effects);
  }
}

void CentralCore::Settle(absl::Time now, const CallId& id, Effects& effects) {
  if (state_.recovering) return;  // what is out is not known; CheckRecovered settles all
  if (sweeps_.contains(id)) {
    AdvanceSweep(now, id, effects);
    if (sweeps_.contains(id)) return;
  }
  const programme::v1::Call& call = calls_.at(id).call();
  if (call.closed()) return RecallIdle(id, effects);
  if (call.allotment().policy() != programme::v1::ALLOTMENT_POLICY_ON_DEMAND) return;
  if (!ServePending(now, id, effects)) ServeDemands(now, id, effects);
}

bool CentralCore::ServePending(absl::Time now, const CallId& id, Effects& effects) {
  NationalFold::CallFold& call = *fold_.FindCall(id);
  const bool strict =
      calls_.at(id).call().allotment().pending() == programme::v1::PENDING_POLICY_STRICT;
  // What each connected node holds and no earlier pending award of its own will take.
  std::map<NodeId, Amounts> spare;
  // The most that any award could ever get as things are.
  Amounts reachable = call.ledger.Available();
  for (const auto& [node, totals] : call.ledger.nodes()) {
    if (!Connected(node)) continue;
    spare[node] = IdleAt(id, node);
    reachable = reachable + spare[node];
  }
  const OpenDecisions& decided = decisions(id);
  bool unmet = false;
  for (const auto& [key, wanted] : call.pending) {
    if (!Connected(key.node)) continue;             // nobody there to award it now
    if (decided.Find(key.id) != nullptr) continue;  // the ranking has decided on it
    const Amounts award = call.ledger.limits().LimitedPart(wanted);
    Amounts& own = spare[key.node];
    const Amounts need = ClampToZero(award - own);
    const Amounts pool = call.ledger.Available();
    if (AllAtMost(need, pool)) {
      if (!need.IsZero()) Allot(now, id, key.node, need, effects);
      own = own + need - award;
      continue;
    }
    // One that nothing could cover holds up nobody under `skip`.
    if (strict || AllAtMost(award, reachable)) unmet = true;
    if (CallBackFor(id, key.node, ClampToZero(need - pool), spare, effects)) {
      return true;  // the pool is kept for this one until the rest has come back
    }
    if (strict) return true;
  }
  return unmet;
}

bool CentralCore::CallBackFor(const CallId& id, const NodeId& node, Amounts missing,
                              const std::map<NodeId, Amounts>& spare, Effects& effects) {
  Amounts elsewhere;
  for (const auto& [other, amount] : spare) {
    if (other != node) elsewhere = elsewhere + amount;
  }
  if (!AllAtMost(missing, elsewhere)) return false;
  for (const auto& [other, amount] : spare) {
    if (other == node) continue;
    const Amounts part = ledger::Min(amount, missing);
    if (part.IsZero()) continue;
    Recall(id, other, part, effects);
    missing = missing - part;
  }
  return true;
}

Amounts CentralCore::ChunkOf(const CallId& id) const {
  const programme::v1::Call& definition = calls_.at(id).call();
  const ledger::CentralLedger& ledger = fold_.FindCall(id)->ledger;
  const Amounts available = ledger.Available();
  const auto parts = static_cast<int64_t>(4 * std::max<size_t>(1, LivingNodes()));
  const programme::v1::AmountRule& rule = definition.amount();
  int64_t typical_cents = definition.allotment().typical_award_cents();
  if (typical_cents == 0) {
    typical_cents = std::max({rule.fixed_cents(), rule.ceiling_per_application_cents(),
                              rule.ceiling_per_initiative_cents()});
  }
  const Amounts typical(typical_cents, 1, 1);
  Amounts chunk;
  for (Unit unit : ledger::kUnits) {
    if (!ledger.limits().limited(unit)) continue;
    const int64_t share = available.at(unit) / parts;
    chunk.set(unit, std::min(std::max(share, typical.at(unit)), available.at(unit)));
  }
  return chunk;
}

void CentralCore::ServeDemands(absl::Time now, const CallId& id, Effects& effects) {
  const ledger::CentralLedger& ledger = fold_.FindCall(id)->ledger;
  // A node that joins and holds nothing yet gets a first chunk unasked.
  for (const auto& [node, status] : nodes_) {
    if (!status.connected || !ledger.of(node).allotted.IsZero()) continue;
    const Amounts chunk = ChunkOf(id);
    if (!chunk.IsZero()) Allot(now, id, node, chunk, effects);
  }
  auto& demands = demands_[id];
  for (auto at = demands.begin(); at != demands.end();) {
    const auto& [node, target] = *at;
    const Amounts wanted = ClampToZero(target - ledger.of(node).allotted);
    const Amounts more = ledger::Min(wanted, ChunkOf(id));
    // Served, if only in part: a node that needs more asks again. One that got nothing stays in
    // line.
    if (!more.IsZero()) Allot(now, id, node, more, effects);
    at = (more.IsZero() && !wanted.IsZero()) ? std::next(at) : demands.erase(at);
  }
}

void CentralCore::GiveFixedShare(absl::Time now, const CallId& id, const NodeId& node,
                                 Effects& effects) {
  const programme::v1::Allotment& allotment = calls_.at(id).call().allotment();
  if (allotment.policy() != programme::v1::ALLOTMENT_POLICY_FIXED_SHARES) return;
  if (state_.recovering || calls_.at(id).call().closed() || sweeps_.contains(id)) return;
  const ledger::CentralLedger& ledger = fold_.FindCall(id)->ledger;
  for (const programme::v1::Share& share : allotment.shares()) {
    if (share.node() != node.value()) continue;
    Amounts due;
    for (Unit unit : ledger::kUnits) {
      // Divided last, and rounded down: shares of an odd cent may leave it unallotted, never
      // overdrawn.
      const __int128 part =
          static_cast<__int128>(ledger.limits().amounts().at(unit)) * share.basis_points() / 10'000;
      due.set(unit, static_cast<int64_t>(part));
    }
    const Amounts more =
        ledger::Min(ClampToZero(due - ledger.of(node).allotted), ClampToZero(ledger.Available()));
    if (!more.IsZero()) Allot(now, id, node, more, effects);
  }
}

}  // namespace kopa::central
