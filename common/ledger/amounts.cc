#include "common/ledger/amounts.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "common/base/status.h"

namespace kopa::ledger {
namespace {

template <typename Function>
Amounts Combine(const Amounts& a, const Amounts& b, Function function) {
  Amounts result;
  for (Unit unit : kUnits) result.set(unit, function(a.at(unit), b.at(unit)));
  return result;
}

}  // namespace

absl::string_view UnitName(Unit unit) {
  switch (unit) {
    case Unit::kCents:
      return "cents";
    case Unit::kInitiatives:
      return "initiatives";
    case Unit::kTeams:
      return "teams";
  }
  return "";
}

int64_t CheckedAdd(int64_t a, int64_t b) {
  int64_t sum = 0;
  KOPA_CHECK(!__builtin_add_overflow(a, b, &sum));
  return sum;
}

int64_t CheckedSubtract(int64_t a, int64_t b) {
  int64_t difference = 0;
  KOPA_CHECK(!__builtin_sub_overflow(a, b, &difference));
  return difference;
}

Amounts Amounts::FromProto(const programme::v1::Units& units) {
  return Amounts(units.cents(), units.initiatives(), units.teams());
}

programme::v1::Units Amounts::ToProto() const {
  programme::v1::Units units;
  units.set_cents(cents());
  units.set_initiatives(initiatives());
  units.set_teams(teams());
  return units;
}

bool Amounts::AnyNegative() const {
  return std::any_of(values_.begin(), values_.end(), [](int64_t value) { return value < 0; });
}

std::string Amounts::DebugString() const {
  const int64_t magnitude = cents() < 0 ? -cents() : cents();
  return absl::StrFormat("%s%d.%02d EUR, %d initiatives, %d teams", cents() < 0 ? "-" : "",
                         magnitude / 100, magnitude % 100, initiatives(), teams());
}

Amounts operator+(const Amounts& a, const Amounts& b) { return Combine(a, b, CheckedAdd); }
Amounts operator-(const Amounts& a, const Amounts& b) { return Combine(a, b, CheckedSubtract); }

Amounts Min(const Amounts& a, const Amounts& b) {
  return Combine(a, b, [](int64_t x, int64_t y) { return std::min(x, y); });
}

Amounts Max(const Amounts& a, const Amounts& b) {
  return Combine(a, b, [](int64_t x, int64_t y) { return std::max(x, y); });
}

Amounts ClampToZero(const Amounts& a) { return Max(a, Amounts()); }

bool AllAtMost(const Amounts& a, const Amounts& b) {
  return std::all_of(kUnits.begin(), kUnits.end(),
                     [&](Unit unit) { return a.at(unit) <= b.at(unit); });
}

UnitLimits::UnitLimits(const programme::v1::Limits& limits) {
  const auto take = [&](Unit unit, bool present, int64_t value) {
    limited_[static_cast<size_t>(unit)] = present;
    if (present) amounts_.set(unit, value);
  };
  take(Unit::kCents, limits.has_budget_cents(), limits.budget_cents());
  take(Unit::kInitiatives, limits.has_initiatives(), limits.initiatives());
  take(Unit::kTeams, limits.has_teams(), limits.teams());
}

Amounts UnitLimits::LimitedPart(const Amounts& a) const {
  Amounts part;
  for (Unit unit : kUnits) {
    if (limited(unit)) part.set(unit, a.at(unit));
  }
  return part;
}

}  // namespace kopa::ledger
