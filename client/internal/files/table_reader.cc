#include "client/internal/files/table_reader.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/internal/files/column_names.h"
#include "client/internal/files/encoding.h"
#include "client/internal/files/text_source.h"

namespace kopa::client {
namespace {

constexpr absl::string_view kNoBreakSpace = "\xC2\xA0";

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// White space off both ends, no-break spaces too.
void Trim(std::string* cell) {
  if (cell->empty()) return;
  // Most cells have none, and both ends tell.
  const auto is_inner = [](char c) { return c > ' ' && c < '\x7F'; };
  if (is_inner(cell->front()) && is_inner(cell->back())) return;
  absl::string_view text = *cell;
  while (true) {
    if (!text.empty() && IsSpace(text.front())) {
      text.remove_prefix(1);
    } else if (!text.empty() && IsSpace(text.back())) {
      text.remove_suffix(1);
    } else if (text.substr(0, 2) == kNoBreakSpace) {
      text.remove_prefix(2);
    } else if (text.size() >= 2 && text.substr(text.size() - 2) == kNoBreakSpace) {
      text.remove_suffix(2);
    } else {
      break;
    }
  }
  if (text.size() != cell->size()) *cell = std::string(text);
}

std::string SeparatorName(char separator) {
  return separator == '\t' ? "tab" : absl::StrCat("'", std::string(1, separator), "'");
}

}  // namespace

Fault BadRowFault(std::string field, absl::string_view problem) {
  return {std::move(field), "BAD_ROW", std::string(problem), "rindu nevar nolasīt"};
}

Fault BadEncodingFault(std::string field) {
  return {
      std::move(field), "BAD_ENCODING",
      "characters of this text are lost; type it again, or name the encoding with --encoding",
      "teksta rakstzīmes ir zudušas; ierakstiet to no jauna vai norādiet kodējumu (--encoding)"};
}

absl::StatusOr<std::unique_ptr<TableReader>> TableReader::Open(const std::string& path,
                                                               const TableOptions& options) {
  ASSIGN_OR_RETURN(auto source, TextSource::Open(path, options.encoding));
  auto reader = OfLines(std::make_unique<LineReader>(std::move(source)));
  if (!reader.ok()) return Annotate(reader.status(), path == "-" ? "standard input" : path);
  return reader;
}

absl::StatusOr<std::unique_ptr<TableReader>> TableReader::OfLines(
    std::unique_ptr<LineReader> lines) {
  std::unique_ptr<TableReader> reader(new TableReader(std::move(lines)));
  RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

absl::Status TableReader::ReadHeader() {
  Line first;
  do {
    ASSIGN_OR_RETURN(const bool more, lines_->Next(&first));
    if (!more)
      return absl::InvalidArgumentError("the file is empty: there is no row of column names");
  } while (absl::StripAsciiWhitespace(first.text).empty());
  const absl::string_view text = absl::StripSuffix(first.text, "\r");
  if (text.find('\r') != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        "lines end with bare carriage returns; save the file with LF or CRLF line ends");
  }
  const char separator = FindSeparator(text);
  lines_->PutBack({std::move(first)});
  records_ = std::make_unique<CsvRecords>(lines_.get(), separator);

  CsvRecord header;
  ASSIGN_OR_RETURN(const bool more, records_->Next(&header));
  KOPA_CHECK(more);
  if (!header.problem.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the row of column names: ", header.problem));
  }
  columns_ = std::move(header.cells);
  for (std::string& column : columns_) {
    if (ReplaceMalformed(&column)) {
      return absl::InvalidArgumentError(absl::StrCat("the row of column names is not ",
                                                     lines_->encoding(),
                                                     "; name the encoding with --encoding"));
    }
    Trim(&column);
  }
  description_ = absl::StrCat(lines_->encoding(), ", separator ", SeparatorName(separator), ", ",
                              columns_.size(), columns_.size() == 1 ? " column" : " columns");
  return absl::OkStatus();
}

std::optional<size_t> TableReader::FindColumn(absl::string_view name) const {
  const std::u32string folded = FoldColumnName(name);
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (FoldColumnName(columns_[i]) == folded) return i;
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<TableRow>> TableReader::Next() {
  CsvRecord record;
  record.cells.reserve(columns_.size());
  ASSIGN_OR_RETURN(const bool more, records_->Next(&record));
  if (!more) return std::nullopt;

  TableRow row;
  row.line = record.line;
  row.cells = std::move(record.cells);
  row.problem = std::move(record.problem);
  if (row.problem.empty() && row.cells.size() != columns_.size()) {
    row.problem = absl::StrCat("the row has ", row.cells.size(), " cells, the header has ",
                               columns_.size(), " columns");
  }
  for (size_t i = 0; i < row.cells.size(); ++i) {
    Trim(&row.cells[i]);
    if (ReplaceMalformed(&row.cells[i])) row.damaged_cells.push_back(i);
  }
  return row;
}

std::vector<Fault> TableReader::FaultsOf(const TableRow& row) const {
  std::vector<Fault> faults;
  if (!row.problem.empty()) faults.push_back(BadRowFault("", row.problem));
  for (const size_t cell : row.damaged_cells) {
    faults.push_back(BadEncodingFault(cell < columns_.size() ? columns_[cell] : ""));
  }
  return faults;
}

}  // namespace kopa::client
