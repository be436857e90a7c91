#include "client/cli/table.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace kopa::cli {
namespace {

constexpr char kGap[] = "  ";

// What is no UTF-8 becomes U+FFFD.
icu::UnicodeString Decode(absl::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

size_t CodePointWidth(UChar32 code_point) {
  const int8_t kind = u_charType(code_point);
  if (kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK || kind == U_FORMAT_CHAR) return 0;
  const int width = u_getIntPropertyValue(code_point, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

std::string Padded(absl::string_view text, size_t width, bool right) {
  const size_t own = DisplayWidth(text);
  const std::string padding(width > own ? width - own : 0, ' ');
  return right ? absl::StrCat(padding, text) : absl::StrCat(text, padding);
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  const icu::UnicodeString decoded = Decode(text);
  size_t width = 0;
  for (int32_t at = 0; at < decoded.length(); at = decoded.moveIndex32(at, 1)) {
    width += CodePointWidth(decoded.char32At(at));
  }
  return width;
}

std::string ShownText(absl::string_view text) {
  icu::UnicodeString decoded = Decode(text);
  for (int32_t at = 0; at < decoded.length(); ++at) {
    // Controls lie below U+00A0, so none is half of a pair.
    if (u_charType(decoded[at]) == U_CONTROL_CHAR) decoded.setCharAt(at, u' ');
  }
  std::string shown;
  decoded.toUTF8String(shown);
  return shown;
}

std::string Table::ToText(bool colour) const {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  lines.push_back(titles);
  for (const auto& row : rows_) {
    std::vector<std::string> cells;
    for (const std::string& cell : row) cells.push_back(ShownText(cell));
    lines.push_back(std::move(cells));
  }
  std::vector<size_t> widths(columns_.size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  }
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::vector<std::string> cells;
    for (size_t j = 0; j < lines[i].size(); ++j) {
      cells.push_back(Padded(lines[i][j], widths[j], columns_[j].number));
    }
    std::string line = absl::StrJoin(cells, kGap);
    absl::StripTrailingAsciiWhitespace(&line);
    const bool head = i == 0 && colour;
    absl::StrAppend(&text, head ? "\033[1m" : "", line, head ? "\033[0m" : "", "\n");
  }
  return text;
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::vector<std::string> quoted;
  for (const std::string& cell : cells) {
    const bool plain = cell.find_first_of(",\"\r\n") == std::string::npos;
    quoted.push_back(plain ? cell
                           : absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\""));
  }
  return absl::StrJoin(quoted, ",") + "\n";
}

std::string Table::ToCsv() const {
  std::vector<std::string> titles;
  for (const Column& column : columns_) {
    titles.push_back(absl::AsciiStrToLower(absl::StrReplaceAll(column.title, {{" ", "_"}})));
  }
  std::string text = CsvLine(titles);
  for (const auto& row : rows_) text += CsvLine(row);
  return text;
}

}  // namespace kopa::cli
