#include "common/programme/decimals.h"

#include <limits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace kopa::programme {
namespace {

constexpr absl::string_view kNoBreakSpace = "\xC2\xA0";
constexpr absl::string_view kNarrowNoBreakSpace = "\xE2\x80\xAF";

constexpr char kForm[] = "a number looks like 44.5 or 44,5, with at most two decimals";

size_t LengthOfSpace(absl::string_view text) {
  for (absl::string_view space : {absl::string_view(" "), kNoBreakSpace, kNarrowNoBreakSpace}) {
    if (text.substr(0, space.size()) == space) return space.size();
  }
  return 0;
}

absl::string_view StripSpaces(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  while (size_t length = LengthOfSpace(text)) text.remove_prefix(length);
  for (absl::string_view space : {kNoBreakSpace, kNarrowNoBreakSpace}) {
    while (text.size() >= space.size() && text.substr(text.size() - space.size()) == space) {
      text.remove_suffix(space.size());
    }
  }
  return absl::StripAsciiWhitespace(text);
}

// The whole part of a number without its grouping, e.g. "135 000" as "135000"; empty where the
// groups are not of three digits.
std::string Ungroup(absl::string_view whole) {
  std::string digits;
  std::vector<size_t> group_ends;
  for (size_t at = 0; at < whole.size();) {
    if (const size_t length = LengthOfSpace(whole.substr(at)); length > 0) {
      group_ends.push_back(digits.size());
      at += length;
    } else {
      digits.push_back(whole[at++]);
    }
  }
  for (size_t i = 0; i < group_ends.size(); ++i) {
    const size_t next = i + 1 < group_ends.size() ? group_ends[i + 1] : digits.size();
    if (group_ends[i] == 0 || group_ends[i] > 3 * (i + 1) || next - group_ends[i] != 3) return "";
  }
  return digits;
}

bool AllDigits(absl::string_view text) {
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// `whole` and `fraction` are digits; a fraction has at most two.
absl::StatusOr<int64_t> Combine(bool negative, absl::string_view whole,
                                absl::string_view fraction) {
  std::string digits = absl::StrCat(whole, fraction);
  digits.append(2 - fraction.size(), '0');
  int64_t value = 0;
  for (char c : digits) {
    if (__builtin_mul_overflow(value, int64_t{10}, &value) ||
        __builtin_add_overflow(value, int64_t{c - '0'}, &value)) {
      return absl::InvalidArgumentError("the number is too large");
    }
  }
  return negative ? -value : value;
}

absl::StatusOr<int64_t> Parse(absl::string_view text, bool grouped) {
  text = StripSpaces(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const size_t mark = text.find_first_of(".,");
  absl::string_view fraction;
  std::string whole(text.substr(0, mark));
  if (mark != absl::string_view::npos) {
    fraction = text.substr(mark + 1);
    if (fraction.empty() || fraction.size() > 2) return absl::InvalidArgumentError(kForm);
  }
  if (grouped) whole = Ungroup(whole);
  if (whole.empty() || !AllDigits(whole) || !AllDigits(fraction)) {
    return absl::InvalidArgumentError(kForm);
  }
  return Combine(negative, whole, fraction);
}

struct Parts {
  bool negative;
  std::string whole;
  std::string fraction;  // two digits
};

Parts Split(int64_t hundredths) {
  // Negating through unsigned: the least int64 has no positive twin.
  const bool negative = hundredths < 0;
  const uint64_t magnitude =
      negative ? ~static_cast<uint64_t>(hundredths) + 1 : static_cast<uint64_t>(hundredths);
  const uint64_t rest = magnitude % 100;
  return {.negative = negative,
          .whole = absl::StrCat(magnitude / 100),
          .fraction = absl::StrCat(rest / 10, rest % 10)};
}

}  // namespace

absl::StatusOr<int64_t> ParseHundredths(absl::string_view text) { return Parse(text, false); }

absl::StatusOr<int64_t> ParseCents(absl::string_view text) { return Parse(text, true); }

std::string FormatHundredths(int64_t hundredths) {
  Parts parts = Split(hundredths);
  while (!parts.fraction.empty() && parts.fraction.back() == '0') parts.fraction.pop_back();
  return absl::StrCat(parts.negative ? "-" : "", parts.whole, parts.fraction.empty() ? "" : ".",
                      parts.fraction);
}

std::string FormatCents(int64_t cents) {
  const Parts parts = Split(cents);
  return absl::StrCat(parts.negative ? "-" : "", parts.whole, ".", parts.fraction);
}

std::string FormatEurosLatvian(int64_t cents) {
  const Parts parts = Split(cents);
  std::string whole;
  for (size_t i = 0; i < parts.whole.size(); ++i) {
    const size_t left = parts.whole.size() - i;
    if (i > 0 && left % 3 == 0 && parts.whole.size() > 4) absl::StrAppend(&whole, kNoBreakSpace);
    whole.push_back(parts.whole[i]);
  }
  return absl::StrCat(parts.negative ? "-" : "", whole, ",", parts.fraction, kNoBreakSpace, "€");
}

}  // namespace kopa::programme
