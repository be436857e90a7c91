#include "common/base/calendar.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace kopa {

absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text) {
  absl::CivilDay day;
  // ParseCivilTime refuses days that do not exist but takes short forms ("2024-5-7"): ask for all ten.
  if (text.size() != 10 || !absl::ParseCivilTime(text, &day)) {
    return absl::InvalidArgumentError("a date looks like 2024-05-17");
  }
  return day;
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::TimeZone zone) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  const std::string local = absl::StrReplaceAll(text, {{" ", "T"}});
  absl::CivilSecond civil;
  absl::CivilMinute minute;
  const bool shape = local.size() >= 16 && local[10] == 'T';
  if (!shape || !absl::ParseCivilTime(local, &civil)) {
    if (!shape || !absl::ParseCivilTime(local, &minute)) {
      return absl::InvalidArgumentError(
          "a time looks like 2024-05-17T20:59:00Z, or 2024-05-17T23:59 in local time");
    }
    civil = absl::CivilSecond(minute);
  }
  const absl::TimeZone::TimeInfo info = zone.At(civil);
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) {
    return absl::InvalidArgumentError(
        absl::StrCat("the local time ", std::string(text), " does not exist: clocks went forward"));
  }
  return info.pre;
}

std::string FormatUtc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

int AgeOn(absl::CivilDay birth, absl::CivilDay day) {
  int years = static_cast<int>(day.year() - birth.year());
  if (day.month() < birth.month() ||
      (day.month() == birth.month() && day.day() < birth.day())) {
    --years;
  }
  return years;
}

}  // namespace kopa
