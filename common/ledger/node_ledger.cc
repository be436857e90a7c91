#include "common/ledger/node_ledger.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace kopa::ledger {
namespace {

// Totals ::= version:u8(=1) allotted handed_back spent unspent frozen released paid:i64 repaid:i64
// Amounts ::= cents:i64 initiatives:i64 teams:i64          all big endian
constexpr uint8_t kVersion = 1;

void Put(ByteWriter& out, const Amounts& a) {
  for (Unit unit : kUnits) out.I64(a.at(unit));
}

Amounts Take(ByteReader& in) {
  Amounts a;
  for (Unit unit : kUnits) a.set(unit, in.I64());
  return a;
}

}  // namespace

Amounts Totals::Headroom() const { return allotted + unspent - spent - handed_back - frozen; }

std::string Totals::Serialize() const {
  ByteWriter out;
  out.U8(kVersion);
  for (const Amounts* a : {&allotted, &handed_back, &spent, &unspent, &frozen, &released}) {
    Put(out, *a);
  }
  out.I64(paid_cents).I64(repaid_cents);
  return out.Take();
}

absl::StatusOr<Totals> Totals::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  Totals totals;
  if (in.U8() != kVersion) return absl::DataLossError("ledger totals: unknown version");
  for (Amounts* a : {&totals.allotted, &totals.handed_back, &totals.spent, &totals.unspent,
                     &totals.frozen, &totals.released}) {
    *a = Take(in);
  }
  totals.paid_cents = in.I64();
  totals.repaid_cents = in.I64();
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("ledger totals: wrong length");
  return totals;
}

NodeLedger::NodeLedger(UnitLimits limits, Totals totals) : limits_(limits), totals_(totals) {
  CheckInvariants();
}

void NodeLedger::set_limits(UnitLimits limits) {
  limits_ = limits;
  CheckInvariants();
}

bool NodeLedger::Covers(const Amounts& award) const {
  return AllAtMost(limits_.LimitedPart(award), Headroom());
}

Amounts NodeLedger::ShortfallFor(const Amounts& award) const {
  return ClampToZero(limits_.LimitedPart(award) - Headroom());
}

bool NodeLedger::NoteAllotted(const Amounts& total) {
  const Amounts grown = Max(totals_.allotted, total);
  if (grown == totals_.allotted) return false;
  totals_.allotted = grown;
  CheckInvariants();
  return true;
}

void NodeLedger::Spend(const Amounts& award) {
  KOPA_CHECK(!award.AnyNegative() && Covers(award));
  totals_.spent = totals_.spent + award;
  CheckInvariants();
}

void NodeLedger::TakeBack(const Amounts& award) {
  KOPA_CHECK(!award.AnyNegative());
  totals_.unspent = totals_.unspent + award;
  CheckInvariants();
}

void NodeLedger::Pay(int64_t cents) {
  int64_t& total = cents < 0 ? totals_.repaid_cents : totals_.paid_cents;
  total = CheckedAdd(total, cents < 0 ? CheckedSubtract(0, cents) : cents);
  CheckInvariants();
}

bool NodeLedger::HandBackTowards(const Amounts& target) {
  const Amounts wanted = ClampToZero(limits_.LimitedPart(target - totals_.handed_back));
  const Amounts given = Min(wanted, Headroom());
  if (given.IsZero()) return false;
  totals_.handed_back = totals_.handed_back + given;
  CheckInvariants();
  return true;
}

void NodeLedger::Freeze(const Amounts& more) {
  const Amounts limited = limits_.LimitedPart(more);
  KOPA_CHECK(!limited.AnyNegative() && AllAtMost(limited, Headroom()));
  totals_.frozen = totals_.frozen + limited;
  CheckInvariants();
}

void NodeLedger::CheckInvariants() const {
  for (const Amounts* a : {&totals_.allotted, &totals_.handed_back, &totals_.spent,
                           &totals_.unspent, &totals_.frozen, &totals_.released}) {
    KOPA_CHECK(!a->AnyNegative());
  }
  KOPA_CHECK_MSG(!Headroom().AnyNegative(), Headroom().DebugString());
  KOPA_CHECK_MSG(!totals_.Approved().AnyNegative(), totals_.Approved().DebugString());
  KOPA_CHECK(AllAtMost(totals_.released, totals_.frozen));
  KOPA_CHECK(totals_.repaid_cents >= 0 && totals_.Paid() >= 0);
}

}  // namespace kopa::ledger
