#ifndef KOPA_COMMON_LEDGER_NODE_LEDGER_H_
#define KOPA_COMMON_LEDGER_NODE_LEDGER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ledger/amounts.h"

namespace kopa::ledger {

// Where one node's spending power under one call stands: totals that only ever grow, so that a
// message which is lost, repeated or late changes nothing. Both sides keep these;
// docs/consistency.md has the argument. The words: the centre *allots*, the node *awards* and
// *hands back*.
struct Totals {
  Amounts allotted;          // by the centre
  Amounts handed_back;       // by the node
  Amounts spent;             // awards made
  Amounts unspent;           // awards taken back
  Amounts frozen;            // made unspendable at a rejoin or loss
  Amounts released;          // part of frozen that an operator attested unspent
  int64_t paid_cents = 0;    // paid out to applicants
  int64_t repaid_cents = 0;  // what came back from them

  // allotted + unspent - spent - handed_back - frozen
  Amounts Headroom() const;
  // spent - unspent: what applicants hold now.
  Amounts Approved() const { return spent - unspent; }
  // What applicants have received and kept.
  int64_t Paid() const { return CheckedSubtract(paid_cents, repaid_cents); }

  std::string Serialize() const;
  static absl::StatusOr<Totals> Parse(absl::string_view bytes);

  friend bool operator==(const Totals&, const Totals&) = default;
};

// The node's side of one call. Asserts after every change that nothing limited is overdrawn.
class NodeLedger {
 public:
  NodeLedger() = default;
  NodeLedger(UnitLimits limits, Totals totals);

  const Totals& totals() const { return totals_; }
  const UnitLimits& limits() const { return limits_; }
  void set_limits(UnitLimits limits);

  // What may still be awarded; units without a limit count as zero here.
  Amounts Headroom() const { return limits_.LimitedPart(totals_.Headroom()); }
  bool Covers(const Amounts& award) const;
  // How much more the limited units need before `award` is covered; zero where it is.
  Amounts ShortfallFor(const Amounts& award) const;

  // Takes a larger allotted total over; smaller or equal ones are old news. True if anything grew.
  bool NoteAllotted(const Amounts& total);
  // Needs Covers(award).
  void Spend(const Amounts& award);
  void TakeBack(const Amounts& award);
  // Money that went out to an applicant, or (below 0) came back. Needs Paid() + cents >= 0.
  void Pay(int64_t cents);
  // Hands back towards the absolute target as far as headroom allows. True if anything moved.
  bool HandBackTowards(const Amounts& target);
  // Makes part of the headroom unspendable for good. Needs more <= Headroom() in limited units;
  // parts of units without a limit are ignored.
  void Freeze(const Amounts& more);

 private:
  void CheckInvariants() const;

  UnitLimits limits_;
  Totals totals_;
};

}  // namespace kopa::ledger

#endif  // KOPA_COMMON_LEDGER_NODE_LEDGER_H_
