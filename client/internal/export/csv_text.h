#ifndef KOPA_CLIENT_INTERNAL_EXPORT_CSV_TEXT_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_CSV_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kopa::client {

// U+FEFF in UTF-8.
inline constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

// A cell of a CSV file that spreadsheets will open. Text of others may begin like a formula, and a
// spreadsheet would run it: such text gets an apostrophe in front (OWASP, "CSV Injection"). What is
// a number by its kind is written as it is.
struct CsvCell {
  std::string text;
  bool number = false;
};

// '=', '+', '-', '@', tab, carriage return or line feed at the beginning, in ASCII or as the
// full-width letter, which some spreadsheets take for the same.
bool BeginsLikeAFormula(absl::string_view text);

// One record with its end (RFC 4180 with LF); quotes where they are needed.
std::string CsvRecord(const std::vector<CsvCell>& cells);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_CSV_TEXT_H_
