#include "client/internal/files/spreadsheet_numbers.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/intake/text.h"

namespace kopa::client {
namespace {

constexpr size_t kRegNoDigits = 11;
constexpr size_t kSchoolRegNoDigits = 10;
// More lost zeros are no accident of a spreadsheet; such a number is simply wrong.
constexpr size_t kLostZerosMax = 4;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}
bool IsDecimalMark(char c) { return c == '.' || c == ','; }

// "40008900008.0" and "1000,00" without what is behind the digits; empty for anything else.
absl::string_view WithoutDecimalZeros(absl::string_view text) {
  const auto* const mark = std::find_if(text.begin(), text.end(), IsDecimalMark);
  if (mark == text.end()) return "";
  const auto at = static_cast<size_t>(mark - text.begin());
  const absl::string_view digits = text.substr(0, at);
  const absl::string_view zeros = text.substr(at + 1);
  const bool only_zeros = !zeros.empty() && zeros.size() <= 2 &&
                          std::all_of(zeros.begin(), zeros.end(), [](char c) { return c == '0'; });
  return AllDigits(digits) && only_zeros ? digits : absl::string_view();
}

// "4,00089E+10", "4E+10".
bool IsRounded(absl::string_view text) {
  const size_t exponent = text.find_first_of("eE");
  if (exponent == absl::string_view::npos || exponent == 0) return false;
  absl::string_view power = text.substr(exponent + 1);
  if (!power.empty() && power[0] == '+') power.remove_prefix(1);
  return AllDigits(power) &&
         std::all_of(text.begin(), text.begin() + static_cast<ptrdiff_t>(exponent),
                     [](char c) { return IsDigit(c) || IsDecimalMark(c); });
}

Fault Repaired(absl::string_view field) {
  return {std::string(field), "NUMBER_REPAIRED", "a decimal part of zeros was taken off the number",
          "numuram noņemta decimāldaļa no nullēm"};
}

Fault Rounded(absl::string_view field, absl::string_view code) {
  return {
      std::string(field), std::string(code),
      "a spreadsheet has rounded this number (it has an E in it), so digits are lost; format the "
      "column as text and type the number again",
      "izklājlapa numuru ir noapaļojusi (tajā ir E) un cipari ir zuduši; iestatiet kolonnai "
      "teksta formātu un ierakstiet numuru no jauna"};
}

Fault Shortened(absl::string_view field, absl::string_view code, size_t digits, size_t needed) {
  return {std::string(field), std::string(code),
          absl::StrCat("the number has ", digits, " digits instead of ", needed,
                       "; if a spreadsheet took off leading zeros, format the column as text and "
                       "put them back"),
          absl::StrCat("numurā ir ", digits, " cipari, nevis ", needed,
                       "; ja izklājlapa noņēmusi nulles sākumā, iestatiet kolonnai teksta formātu "
                       "un ierakstiet tās")};
}

SpreadsheetNumber Read(absl::string_view cell, absl::string_view field, absl::string_view code,
                       size_t needed) {
  SpreadsheetNumber number;
  number.text = std::string(cell);
  // Most are right, and need no second look.
  if (cell.size() == needed && AllDigits(cell)) return number;
  const std::string dense = intake::WithoutSpaces(cell);
  const absl::string_view whole = WithoutDecimalZeros(dense);
  const absl::string_view digits = whole.empty() ? absl::string_view(dense) : whole;
  if (IsRounded(dense)) {
    number.faults.push_back(Rounded(field, code));
  } else if (AllDigits(digits) && digits.size() < needed &&
             digits.size() + kLostZerosMax >= needed) {
    number.faults.push_back(Shortened(field, code, digits.size(), needed));
  } else if (!whole.empty() && whole.size() == needed) {
    number.notices.push_back(Repaired(field));
    number.text = std::string(whole);
  }
  return number;
}

}  // namespace

SpreadsheetNumber ReadRegNo(absl::string_view cell, absl::string_view field) {
  return Read(cell, field, "BAD_REG_NO", kRegNoDigits);
}

SpreadsheetNumber ReadSchoolRegNo(absl::string_view cell, absl::string_view field) {
  return Read(cell, field, "BAD_SCHOOL_REG_NO", kSchoolRegNoDigits);
}

SpreadsheetNumber ReadMunicipality(absl::string_view cell, absl::string_view field) {
  SpreadsheetNumber number;
  const absl::string_view whole = WithoutDecimalZeros(cell);
  number.text = std::string(whole.empty() ? cell : whole);
  if (!whole.empty()) number.notices.push_back(Repaired(field));
  return number;
}

}  // namespace kopa::client
