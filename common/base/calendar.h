#ifndef KOPA_COMMON_BASE_CALENDAR_H_
#define KOPA_COMMON_BASE_CALENDAR_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace kopa {

// "2024-05-17", a day that exists; INVALID_ARGUMENT otherwise.
absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text);

// RFC 3339 ("2024-05-17T20:59:00Z", "...+03:00"), or local time of `zone` without an offset
// ("2024-05-17T23:59:00", "2024-05-17 23:59"). A local time that daylight saving skips is refused;
// of one that happens twice the first is taken. INVALID_ARGUMENT otherwise.
absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::TimeZone zone);

// "2024-05-17T20:59:00Z"; microseconds only where they are not zero.
std::string FormatUtc(absl::Time time);

// Whole years between `birth` and `day`; a person born on 29 February has the birthday on 1 March
// in other years.
int AgeOn(absl::CivilDay birth, absl::CivilDay day);

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_CALENDAR_H_
