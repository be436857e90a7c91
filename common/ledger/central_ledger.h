#ifndef KOPA_COMMON_LEDGER_CENTRAL_LEDGER_H_
#define KOPA_COMMON_LEDGER_CENTRAL_LEDGER_H_

#include <map>

#include "common/base/strong.h"
#include "common/ledger/amounts.h"
#include "common/ledger/node_ledger.h"

namespace kopa::ledger {

// The centre's side of one call: what is allotted to whom, and what every node reported of it. The
// allotted totals are the centre's own; all others are the fold of the nodes' journals.
//
//   available = limit - sum over nodes (allotted - handed_back - released)   >= 0, always
//
// but for RaiseAllotted: a centre that was restored from a copy may learn of more than its limits
// have. Available is zero then, and nothing is allotted, until it fits again.
class CentralLedger {
 public:
  CentralLedger() = default;
  explicit CentralLedger(UnitLimits limits) : limits_(limits) {}

  const UnitLimits& limits() const { return limits_; }
  // A limit can't fall below what is out: needs LimitsFit(limits).
  void set_limits(UnitLimits limits);
  bool LimitsFit(const UnitLimits& limits) const;

  // Not allotted to anybody; zero for units without a limit, and where RaiseAllotted has passed
  // one.
  Amounts Available() const;
  // Sum of what applicants hold.
  const Amounts& Approved() const { return approved_; }
  // Sum of what applicants have received and kept, in cents.
  int64_t Paid() const { return paid_; }

  const std::map<NodeId, Totals>& nodes() const { return nodes_; }
  // Zero totals for a node that was never heard of.
  const Totals& of(const NodeId& node) const;

  // Raises what is allotted to `node` by `more`. Needs more <= Available() in limited units; parts
  // of units without a limit are ignored.
  void Allot(const NodeId& node, const Amounts& more);

  // What a node's journal says. handed_back only grows.
  void NoteHandedBack(const NodeId& node, const Amounts& total);
  // `before` and `after` are what one application of the node held and holds.
  void NoteAward(const NodeId& node, const Amounts& before, const Amounts& after);

  // `before` and `after` are what was paid to one application of the node, in cents.
  void NotePaid(const NodeId& node, int64_t before, int64_t after);

  // What was made unspendable at a node, by its own journal or when it was retired; only grows.
  void NoteFrozen(const NodeId& node, const Amounts& total);
  // Puts frozen money back into the pool. Needs CanRelease(node, total); only grows.
  void Release(const NodeId& node, const Amounts& total);
  bool CanRelease(const NodeId& node, const Amounts& total) const;

  // Takes over what a node noted as allotted and the centre has forgotten: an absolute total, which
  // may pass what is available.
  void RaiseAllotted(const NodeId& node, const Amounts& total);
  bool IsOverdrawn() const { return is_overdrawn_; }

  // For recovery: the stored totals of a node.
  void Restore(const NodeId& node, const Totals& totals);

  // Nothing negative, limits kept; ends the process otherwise.
  void CheckInvariants() const;

 private:
  // Ends the exception for RaiseAllotted once the limits are kept.
  void NoteFit();

  UnitLimits limits_;
  std::map<NodeId, Totals> nodes_;
  // Sums over nodes_, kept up to date so that asking costs the same with three nodes or a thousand.
  Amounts out_;  // allotted - handed_back - released
  Amounts approved_;
  int64_t paid_ = 0;
  bool is_overdrawn_ = false;  // by RaiseAllotted
};

}  // namespace kopa::ledger

#endif  // KOPA_COMMON_LEDGER_CENTRAL_LEDGER_H_
