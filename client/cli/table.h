#ifndef KOPA_CLIENT_CLI_TABLE_H_
#define KOPA_CLIENT_CLI_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kopa::cli {

// How many cells of a terminal a text takes: combining marks none, wide letters two.
size_t DisplayWidth(absl::string_view text);

// The text with control characters as spaces: without anything that a terminal would obey.
std::string ShownText(absl::string_view text);

// Rows for people or for a spreadsheet.
class Table {
 public:
  struct Column {
    std::string title;    // "requested EUR"; in CSV "requested_eur"
    bool number = false;  // aligned right
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Aligned columns under a head line. Control characters are shown as spaces, since cells may hold
  // what strangers typed. `colour` makes the head line bold.
  std::string ToText(bool colour) const;

  // RFC 4180 with LF.
  std::string ToCsv() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// One CSV line of these cells, with its end.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_TABLE_H_
