#include "common/territory/reference_table.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/territory/folded_text.h"

namespace kopa {

// Reads record after record off the text; knows nothing of headers.
class ReferenceTable::Reader {
 public:
  Reader(absl::string_view file, absl::string_view text) : file_(file), rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }

  absl::StatusOr<Record> Next() {
    Record record;
    record.line = line_;
    while (true) {
      column_ = record.cells.size() + 1;
      ASSIGN_OR_RETURN(std::string cell, !rest_.empty() && rest_[0] == '"' ? Quoted() : Plain());
      record.cells.push_back(std::move(cell));
      if (Skip(",")) continue;
      if (AtEnd()) return record;
      if (Skip("\n") || Skip("\r\n")) {
        ++line_;
        return record;
      }
      return Error(line_, "a comma or the end of the line belongs here");
    }
  }

 private:
  absl::Status Error(int line, absl::string_view message) const {
    return absl::InvalidArgumentError(
        absl::StrCat(file_, ":", line, ": column ", column_, ": ", message));
  }

  bool Skip(absl::string_view token) {
    if (rest_.substr(0, token.size()) != token) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  absl::StatusOr<std::string> Plain() {
    const size_t end = std::min(rest_.find_first_of(",\r\n\""), rest_.size());
    std::string cell(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (!rest_.empty() && rest_[0] == '"') {
      return Error(line_, "a quote inside a cell needs quotes around the cell");
    }
    return cell;
  }

  absl::StatusOr<std::string> Quoted() {
    const int first_line = line_;
    std::string cell;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '"' && !Skip("\"")) return cell;
      if (c == '\n') ++line_;
      cell.push_back(c);
    }
    return Error(first_line, "the quotes around this cell are never closed");
  }

  absl::string_view file_;
  absl::string_view rest_;
  int line_ = 1;
  size_t column_ = 1;
};

absl::string_view ReferenceTable::Row::Get(absl::string_view column) const {
  const auto found = table_->columns_.find(column);
  if (found == table_->columns_.end()) return "";
  return table_->records_[index_].cells[found->second];
}

std::string ReferenceTable::Row::Place() const {
  return absl::StrCat(table_->file_, ":", table_->records_[index_].line);
}

absl::Status ReferenceTable::Row::Error(absl::string_view column, absl::string_view message) const {
  return absl::InvalidArgumentError(absl::StrCat(Place(), ": column ", column, ": ", message));
}

absl::StatusOr<ReferenceTable> ReferenceTable::Parse(absl::string_view file, absl::string_view text,
                                                     absl::Span<const absl::string_view> required) {
  ReferenceTable table;
  table.file_ = std::string(file);
  Reader reader(file, text);
  ASSIGN_OR_RETURN(const Record header, reader.Next());
  RETURN_IF_ERROR(table.TakeHeader(header, required));
  while (!reader.AtEnd()) {
    ASSIGN_OR_RETURN(Record record, reader.Next());
    if (record.cells.size() != header.cells.size()) {
      return absl::InvalidArgumentError(absl::StrCat(file, ":", record.line, ": the row has ",
                                                     record.cells.size(), " cells, the header ",
                                                     header.cells.size()));
    }
    for (size_t i = 0; i < record.cells.size(); ++i) {
      if (IsValidText(record.cells[i])) continue;
      return absl::InvalidArgumentError(absl::StrCat(file, ":", record.line, ": column ",
                                                     header.cells[i], ": not UTF-8, or has a NUL"));
    }
    table.records_.push_back(std::move(record));
  }
  if (table.records_.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file, ":1: there are no rows"));
  }
  return table;
}

absl::Status ReferenceTable::TakeHeader(const Record& header,
                                        absl::Span<const absl::string_view> required) {
  for (size_t i = 0; i < header.cells.size(); ++i) {
    if (!columns_.emplace(header.cells[i], i).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(file_, ":1: column ", header.cells[i], ": it is there twice"));
    }
  }
  for (absl::string_view column : required) {
    if (columns_.contains(column)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(file_, ":1: column ", column, ": it is missing"));
  }
  return absl::OkStatus();
}

}  // namespace kopa
