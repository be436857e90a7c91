#ifndef KOPA_COMMON_PROGRAMME_LIMITS_H_
#define KOPA_COMMON_PROGRAMME_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace kopa::programme {

// The most that a call's definition may hold.
inline constexpr size_t kCallFileBytesMax = 1 << 20;
inline constexpr size_t kIdBytesMax = 64;
inline constexpr int kTermsMax = 200;  // of one vocabulary
inline constexpr int kCriteriaMax = 100;
inline constexpr int kMunicipalityTermsMax = 1000;
inline constexpr int kEvaluationsNeededMax = 20;
inline constexpr int kTeamMembersMax = 20;
inline constexpr int kAgeMax = 150;
// 10,000 points for one criterion: sums over criteria and evaluators stay far from overflow.
inline constexpr int64_t kCriterionHundredthsMax = 1'000'000;
// A billion euros: no call and no application has more; sums of millions stay far from overflow.
inline constexpr int64_t kCentsMax = 100'000'000'000;
inline constexpr int64_t kCountMax = 1'000'000'000;

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_LIMITS_H_
