#include "common/ledger/central_ledger.h"

#include "common/base/status.h"

namespace kopa::ledger {
namespace {

Amounts OutOf(const Totals& totals) {
  return totals.allotted - totals.handed_back - totals.released;
}

}  // namespace

void CentralLedger::set_limits(UnitLimits limits) {
  KOPA_CHECK(LimitsFit(limits));
  limits_ = limits;
  CheckInvariants();
}

bool CentralLedger::LimitsFit(const UnitLimits& limits) const {
  return AllAtMost(limits.LimitedPart(out_), limits.amounts());
}

Amounts CentralLedger::Available() const { return limits_.amounts() - limits_.LimitedPart(out_); }

const Totals& CentralLedger::of(const NodeId& node) const {
  static const Totals kNone;
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? kNone : found->second;
}

void CentralLedger::Allot(const NodeId& node, const Amounts& more) {
  const Amounts limited = limits_.LimitedPart(more);
  KOPA_CHECK(!limited.AnyNegative());
  KOPA_CHECK(AllAtMost(limited, Available()));
  Totals& totals = nodes_[node];
  totals.allotted = totals.allotted + limited;
  out_ = out_ + limited;
  CheckInvariants();
}

void CentralLedger::NoteHandedBack(const NodeId& node, const Amounts& total) {
  Totals& totals = nodes_[node];
  const Amounts grown = Max(totals.handed_back, total);
  out_ = out_ - (grown - totals.handed_back);
  totals.handed_back = grown;
  CheckInvariants();
}

void CentralLedger::NoteAward(const NodeId& node, const Amounts& before, const Amounts& after) {
  Totals& totals = nodes_[node];
  const Amounts change = after - before;
  totals.spent = totals.spent + ClampToZero(change);
  totals.unspent = totals.unspent + ClampToZero(before - after);
  approved_ = approved_ + change;
  CheckInvariants();
}

void CentralLedger::NotePaid(const NodeId& node, int64_t before, int64_t after) {
  const int64_t change = CheckedSubtract(after, before);
  Totals& totals = nodes_[node];
  if (change > 0) totals.paid_cents = CheckedAdd(totals.paid_cents, change);
  if (change < 0) totals.repaid_cents = CheckedSubtract(totals.repaid_cents, change);
  paid_ = CheckedAdd(paid_, change);
  CheckInvariants();
}

void CentralLedger::Restore(const NodeId& node, const Totals& totals) {
  KOPA_CHECK(nodes_.find(node) == nodes_.end());
  nodes_[node] = totals;
  out_ = out_ + OutOf(totals);
  approved_ = approved_ + totals.Approved();
  paid_ = CheckedAdd(paid_, totals.Paid());
  CheckInvariants();
}

void CentralLedger::CheckInvariants() const {
  KOPA_CHECK_MSG(!Available().AnyNegative(), Available().DebugString());
  KOPA_CHECK_MSG(!approved_.AnyNegative(), approved_.DebugString());
  KOPA_CHECK_MSG(AllAtMost(limits_.LimitedPart(approved_), limits_.amounts()),
                 approved_.DebugString());
  KOPA_CHECK(paid_ >= 0);
}

}  // namespace kopa::ledger
