#include "common/base/calendar.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/status.h"

namespace kopa {

namespace {

// Whether `text` begins like `shape`, in which 0 stands for any digit. Abseil's parsers take more
// than we do: blanks, signs, short forms, "infinite-past".
bool BeginsLike(absl::string_view text, absl::string_view shape) {
  if (text.size() < shape.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool fits = shape[i] == '0' ? absl::ascii_isdigit(static_cast<unsigned char>(text[i]))
                                      : text[i] == shape[i];
    if (!fits) return false;
  }
  return true;
}

// Takes the fraction, one to six digits, off a local time with seconds; zero where there is none.
absl::Duration TakeFraction(std::string* local) {
  constexpr absl::string_view kShape = "0000-00-00T00:00:00.";
  constexpr size_t kDigitsMax = 6;
  if (!BeginsLike(*local, kShape)) return absl::ZeroDuration();
  std::string digits = local->substr(kShape.size());
  int64_t micros = 0;
  const bool is_fraction = !digits.empty() && digits.size() <= kDigitsMax &&
                           digits.find_first_not_of("0123456789") == std::string::npos;
  if (!is_fraction) return absl::ZeroDuration();  // and the dot, still there, is refused
  digits.append(kDigitsMax - digits.size(), '0');
  KOPA_CHECK(absl::SimpleAtoi(digits, &micros));
  local->resize(kShape.size() - 1);
  return absl::Microseconds(micros);
}

}  // namespace

absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text) {
  absl::CivilDay day;
  // ParseCivilTime refuses days that do not exist.
  if (text.size() != 10 || !BeginsLike(text, "0000-00-00") || !absl::ParseCivilTime(text, &day)) {
    return absl::InvalidArgumentError("a date looks like 2024-05-17");
  }
  return day;
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::TimeZone zone) {
  absl::Time time;
  std::string error;
  std::string local = absl::StrReplaceAll(text, {{" ", "T"}});
  const bool shape = BeginsLike(local, "0000-00-00T00:00") && text.back() != ' ';
  if (shape && absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  const absl::Duration fraction = TakeFraction(&local);
  absl::CivilSecond civil;
  absl::CivilMinute minute;
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
  return info.pre + fraction;
}

std::string FormatUtc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

int AgeOn(absl::CivilDay birth, absl::CivilDay day) {
  int years = static_cast<int>(day.year() - birth.year());
  if (day.month() < birth.month() || (day.month() == birth.month() && day.day() < birth.day())) {
    --years;
  }
  return years;
}

}  // namespace kopa
