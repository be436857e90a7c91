#include "client/internal/export/csv_text.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace kopa::client {
namespace {

constexpr std::array<absl::string_view, 11> kFormulaBeginnings = {
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\xEF\xBC\x9D",  // U+FF1D
    "\xEF\xBC\x8B",  // U+FF0B
    "\xEF\xBC\x8D",  // U+FF0D
    "\xEF\xBC\xA0",  // U+FF20
};

std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n\t;'") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace

bool BeginsLikeAFormula(absl::string_view text) {
  return std::any_of(
      kFormulaBeginnings.begin(), kFormulaBeginnings.end(),
      [text](absl::string_view beginning) { return absl::StartsWith(text, beginning); });
}

std::string CsvRecord(const std::vector<CsvCell>& cells) {
  std::string record;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) record.push_back(',');
    const CsvCell& cell = cells[i];
    const bool guarded = !cell.number && BeginsLikeAFormula(cell.text);
    absl::StrAppend(&record, Quoted(guarded ? absl::StrCat("'", cell.text) : cell.text));
  }
  record.push_back('\n');
  return record;
}

}  // namespace kopa::client
