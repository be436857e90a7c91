#ifndef KOPA_COMMON_LEDGER_AMOUNTS_H_
#define KOPA_COMMON_LEDGER_AMOUNTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "kopa/programme/v1/call.pb.h"
#include "kopa/programme/v1/units.pb.h"

namespace kopa::ledger {

// The things that are scarce. All are kept the same way.
enum class Unit : uint8_t { kCents = 0, kInitiatives = 1, kTeams = 2 };
inline constexpr std::array<Unit, 3> kUnits = {Unit::kCents, Unit::kInitiatives, Unit::kTeams};

// "cents", "initiatives", "teams".
absl::string_view UnitName(Unit unit);

// Sum and difference of money or counts; overflow is a broken invariant and ends the process.
int64_t CheckedAdd(int64_t a, int64_t b);
int64_t CheckedSubtract(int64_t a, int64_t b);

// An amount of every unit at once. Euro cents and counts; no floating point comes near it.
class Amounts {
 public:
  constexpr Amounts() = default;
  constexpr Amounts(int64_t cents, int64_t initiatives, int64_t teams)
      : values_{cents, initiatives, teams} {}
  static Amounts FromProto(const programme::v1::Units& units);
  programme::v1::Units ToProto() const;

  int64_t at(Unit unit) const { return values_[static_cast<size_t>(unit)]; }
  void set(Unit unit, int64_t value) { values_[static_cast<size_t>(unit)] = value; }

  int64_t cents() const { return at(Unit::kCents); }
  int64_t initiatives() const { return at(Unit::kInitiatives); }
  int64_t teams() const { return at(Unit::kTeams); }

  bool IsZero() const { return *this == Amounts(); }
  bool AnyNegative() const;
  std::string DebugString() const;  // "4600.00 EUR, 2 initiatives, 0 teams"

  friend bool operator==(const Amounts&, const Amounts&) = default;

 private:
  std::array<int64_t, 3> values_{};
};

Amounts operator+(const Amounts& a, const Amounts& b);
Amounts operator-(const Amounts& a, const Amounts& b);

// Unit by unit.
Amounts Min(const Amounts& a, const Amounts& b);
Amounts Max(const Amounts& a, const Amounts& b);
// Negative parts become zero.
Amounts ClampToZero(const Amounts& a);
// a <= b in every unit.
bool AllAtMost(const Amounts& a, const Amounts& b);

// Which units a call limits, and to how much. What is not limited is counted but never refused.
class UnitLimits {
 public:
  UnitLimits() = default;
  explicit UnitLimits(const programme::v1::Limits& limits);

  bool limited(Unit unit) const { return limited_[static_cast<size_t>(unit)]; }
  // Zero where there is no limit.
  const Amounts& amounts() const { return amounts_; }
  // `a` with the parts that are not limited set to zero.
  Amounts LimitedPart(const Amounts& a) const;

  friend bool operator==(const UnitLimits&, const UnitLimits&) = default;

 private:
  std::array<bool, 3> limited_{};
  Amounts amounts_;
};

}  // namespace kopa::ledger

#endif  // KOPA_COMMON_LEDGER_AMOUNTS_H_
