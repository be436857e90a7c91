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
  NoteFit();
  CheckInvariants();
}

bool CentralLedger::LimitsFit(const UnitLimits& limits) const {
  for (const Unit unit : kUnits) {
    if (!limits.limited(unit) || out_.at(unit) <= limits.amounts().at(unit)) continue;
    // Overdrawn before: a limit that does not fall makes it no worse.
    const bool is_kept =
        limits_.limited(unit) && limits.amounts().at(unit) >= limits_.amounts().at(unit);
    if (!is_overdrawn_ || !is_kept) return false;
  }
  return true;
}

Amounts CentralLedger::Available() const {
  return ClampToZero(limits_.amounts() - limits_.LimitedPart(out_));
}

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
  NoteFit();
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

void CentralLedger::NoteFrozen(const NodeId& node, const Amounts& total) {
  KOPA_CHECK(!total.AnyNegative());
  Totals& totals = nodes_[node];
  totals.frozen = Max(totals.frozen, total);
  CheckInvariants();
}

bool CentralLedger::CanRelease(const NodeId& node, const Amounts& total) const {
  const Totals& totals = of(node);
  return AllAtMost(totals.released, total) && AllAtMost(total, totals.frozen);
}

void CentralLedger::Release(const NodeId& node, const Amounts& total) {
  KOPA_CHECK(CanRelease(node, total));
  Totals& totals = nodes_[node];
  out_ = out_ - (total - totals.released);
  totals.released = total;
  NoteFit();
  CheckInvariants();
}

void CentralLedger::RaiseAllotted(const NodeId& node, const Amounts& total) {
  KOPA_CHECK(!total.AnyNegative());
  Totals& totals = nodes_[node];
  const Amounts raised = Max(totals.allotted, total);
  out_ = out_ + (raised - totals.allotted);
  totals.allotted = raised;
  is_overdrawn_ = true;
  NoteFit();
  CheckInvariants();
}

void CentralLedger::NoteFit() {
  if (AllAtMost(limits_.LimitedPart(out_), limits_.amounts())) is_overdrawn_ = false;
}

void CentralLedger::Restore(const NodeId& node, const Totals& totals) {
  KOPA_CHECK(nodes_.find(node) == nodes_.end());
  KOPA_CHECK(AllAtMost(totals.released, totals.frozen));
  nodes_[node] = totals;
  out_ = out_ + OutOf(totals);
  approved_ = approved_ + totals.Approved();
  paid_ = CheckedAdd(paid_, totals.Paid());
  // What is stored was checked when it was written: only RaiseAllotted can have passed the limits.
  is_overdrawn_ = true;
  NoteFit();
  CheckInvariants();
}

void CentralLedger::CheckInvariants() const {
  const Amounts out = limits_.LimitedPart(out_);
  const Amounts bound = is_overdrawn_ ? Max(limits_.amounts(), out) : limits_.amounts();
  KOPA_CHECK_MSG(AllAtMost(out, bound), out.DebugString());
  KOPA_CHECK_MSG(!approved_.AnyNegative(), approved_.DebugString());
  KOPA_CHECK_MSG(AllAtMost(limits_.LimitedPart(approved_), bound), approved_.DebugString());
  KOPA_CHECK(paid_ >= 0);
}

}  // namespace kopa::ledger
