#include "common/intake/values.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/intake/limits.h"
#include "common/intake/text.h"

namespace kopa::intake {
namespace {

constexpr size_t kRegNoDigits = 11;
constexpr size_t kSchoolRegNoDigits = 10;
constexpr size_t kPhoneDigits = 8;
constexpr size_t kIbanCharacters = 21;
constexpr size_t kEmailLocalBytesMax = 64;
constexpr size_t kEmailLabelBytesMax = 63;
constexpr absl::string_view kCountryPrefix = "+371";

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }
bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

bool AllDigits(absl::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

int DigitAt(absl::string_view text, size_t at) { return text[at] - '0'; }

bool IsEmailLocalCharacter(char c) {
  constexpr absl::string_view kOthers = ".!#$%&'*+/=?^_`{|}~-";
  return IsAlphanumeric(c) || kOthers.find(c) != absl::string_view::npos;
}

bool IsEmailLocal(absl::string_view local) {
  return !local.empty() && local.size() <= kEmailLocalBytesMax && local.front() != '.' &&
         local.back() != '.' && !absl::StrContains(local, "..") &&
         std::all_of(local.begin(), local.end(), IsEmailLocalCharacter);
}

bool IsDomainLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kEmailLabelBytesMax && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return IsAlphanumeric(c) || c == '-';
         });
}

bool IsDomain(absl::string_view domain) {
  size_t labels = 0;
  while (true) {
    const size_t dot = domain.find('.');
    if (!IsDomainLabel(domain.substr(0, dot))) return false;
    ++labels;
    if (dot == absl::string_view::npos) break;
    domain.remove_prefix(dot + 1);
  }
  // The last one is never a number: that would be an address of a machine.
  return labels >= 2 && domain.size() >= 2 && !AllDigits(domain);
}

// 97 goes into the rearranged number with letters as 10 to 35, remainder 1 (ISO 7064).
bool HasIbanCheckDigits(absl::string_view iban) {
  int remainder = 0;
  for (size_t i = 0; i < iban.size(); ++i) {
    const char c = iban[(i + 4) % iban.size()];
    remainder = IsDigit(c) ? remainder * 10 + (c - '0') : remainder * 100 + (c - 'A' + 10);
    remainder %= 97;
  }
  return remainder == 1;
}

bool IsOldPersonalCodeDate(absl::string_view digits) {
  // Seventh digit: 0 for 18.., 1 for 19.., 2 for 20..
  const int century = DigitAt(digits, 6);
  if (century > 2) return false;
  const int day = DigitAt(digits, 0) * 10 + DigitAt(digits, 1);
  const int month = DigitAt(digits, 2) * 10 + DigitAt(digits, 3);
  const int year = 1800 + 100 * century + DigitAt(digits, 4) * 10 + DigitAt(digits, 5);
  // CivilDay carries days that do not exist over into others.
  const absl::CivilDay date(year, month, day);
  return date.month() == month && date.day() == day;
}

bool HasOldPersonalCodeDigit(absl::string_view digits) {
  constexpr int kWeights[] = {10, 5, 8, 4, 2, 1, 6, 3, 7, 9};
  int sum = 1;
  for (size_t i = 0; i < std::size(kWeights); ++i) sum += kWeights[i] * DigitAt(digits, i);
  return sum % 11 % 10 == DigitAt(digits, 10);
}

}  // namespace

std::optional<std::string> NormalRegNo(absl::string_view text) {
  constexpr int kWeights[kRegNoDigits] = {9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1};
  std::string digits = WithoutSpaces(text);
  if (digits.size() != kRegNoDigits || !AllDigits(digits)) return std::nullopt;
  int sum = 0;
  for (size_t i = 0; i < kRegNoDigits; ++i) sum += kWeights[i] * DigitAt(digits, i);
  if (sum % 11 != 3) return std::nullopt;
  return digits;
}

std::optional<std::string> NormalSchoolRegNo(absl::string_view text) {
  std::string digits = WithoutSpaces(text);
  if (digits.size() != kSchoolRegNoDigits || !AllDigits(digits)) return std::nullopt;
  return digits;
}

std::optional<std::string> NormalVatNo(absl::string_view text) {
  std::string vat = WithoutSpaces(text);
  if (!absl::StartsWith(vat, "LV")) return std::nullopt;
  if (!NormalRegNo(absl::string_view(vat).substr(2)).has_value()) return std::nullopt;
  return vat;
}

std::optional<std::string> NormalIban(absl::string_view text) {
  std::string iban = absl::AsciiStrToUpper(WithoutSpaces(text));
  if (iban.size() != kIbanCharacters || !absl::StartsWith(iban, "LV")) return std::nullopt;
  const absl::string_view view = iban;
  const absl::string_view bank = view.substr(4, 4);
  const absl::string_view account = view.substr(8);
  if (!AllDigits(view.substr(2, 2)) || !std::all_of(bank.begin(), bank.end(), IsLetter) ||
      !std::all_of(account.begin(), account.end(), IsAlphanumeric) || !HasIbanCheckDigits(view)) {
    return std::nullopt;
  }
  return iban;
}

std::optional<std::string> NormalPhone(absl::string_view text) {
  std::string kept = WithoutSpaces(text);
  kept.erase(std::remove(kept.begin(), kept.end(), '-'), kept.end());
  absl::string_view digits = kept;
  for (absl::string_view prefix : {kCountryPrefix, absl::string_view("00371")}) {
    if (digits.size() == kPhoneDigits + prefix.size() && absl::StartsWith(digits, prefix)) {
      digits.remove_prefix(prefix.size());
    }
  }
  if (digits.size() != kPhoneDigits || !AllDigits(digits)) return std::nullopt;
  if (digits[0] != '2' && digits[0] != '6') return std::nullopt;
  return absl::StrCat(kCountryPrefix, digits);
}

std::optional<std::string> NormalEmail(absl::string_view text) {
  text = TrimText(text);
  const size_t at = text.rfind('@');
  if (text.size() > kEmailCharactersMax || at == absl::string_view::npos) return std::nullopt;
  if (!IsEmailLocal(text.substr(0, at)) || !IsDomain(text.substr(at + 1))) return std::nullopt;
  return absl::StrCat(text.substr(0, at + 1), absl::AsciiStrToLower(text.substr(at + 1)));
}

PersonalCodeKind ClassifyPersonalCode(absl::string_view text) {
  std::string digits(text);
  if (digits.size() == 12 && digits[6] == '-') digits.erase(6, 1);
  if (digits.size() != 11 || !AllDigits(digits)) return PersonalCodeKind::kInvalid;
  if (digits[0] == '3' && digits[1] >= '2') return PersonalCodeKind::kNew;
  if (!IsOldPersonalCodeDate(digits)) return PersonalCodeKind::kInvalid;
  return HasOldPersonalCodeDigit(digits) ? PersonalCodeKind::kOld
                                         : PersonalCodeKind::kOldDoubtfulDigit;
}

}  // namespace kopa::intake
