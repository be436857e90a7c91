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
class CentralLedger {
 public:
  CentralLedger() = default;
  explicit CentralLedger(UnitLimits limits) : limits_(limits) {}

  const UnitLimits& limits() const { return limits_; }
  // A limit can't fall below what is out: needs LimitsFit(limits).
  void set_limits(UnitLimits limits);
  bool LimitsFit(const UnitLimits& limits) const;

  // Not allotted to anybody; zero for units without a limit.
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

  // For recovery: the stored totals of a node.
  void Restore(const NodeId& node, const Totals& totals);

  // Nothing negative, limits kept; ends the process otherwise.
  void CheckInvariants() const;

 private:
  UnitLimits limits_;
  std::map<NodeId, Totals> nodes_;
  // Sums over nodes_, kept up to date so that asking costs the same with three nodes or a thousand.
  Amounts out_;  // allotted - handed_back - released
  Amounts approved_;
  int64_t paid_ = 0;
};

}  // namespace kopa::ledger

#endif  // KOPA_COMMON_LEDGER_CENTRAL_LEDGER_H_
