#ifndef KOPA_TESTS_UNIT_COMMON_LEDGER_LIMITS_H_
#define KOPA_TESTS_UNIT_COMMON_LEDGER_LIMITS_H_

#include <cstdint>
#include <optional>

#include "common/ledger/amounts.h"

namespace kopa::ledger {

// Limits as a call would have them; nullopt is "no limit".
inline UnitLimits Limits(std::optional<int64_t> cents,
                         std::optional<int64_t> initiatives = std::nullopt,
                         std::optional<int64_t> teams = std::nullopt) {
  programme::v1::Limits limits;
  if (cents.has_value()) limits.set_budget_cents(*cents);
  if (initiatives.has_value()) limits.set_initiatives(*initiatives);
  if (teams.has_value()) limits.set_teams(*teams);
  return UnitLimits(limits);
}

}  // namespace kopa::ledger

#endif  // KOPA_TESTS_UNIT_COMMON_LEDGER_LIMITS_H_
