#ifndef KOPA_CLIENT_INTERNAL_FILES_TABLE_READER_H_
#define KOPA_CLIENT_INTERNAL_FILES_TABLE_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/internal/files/csv_records.h"
#include "client/internal/files/line_reader.h"
#include "common/base/status.h"

namespace kopa::client {

struct TableRow {
  int64_t line = 0;  // where the row begins, from 1
  // In the order of the columns, trimmed, UTF-8; as many as there are columns unless `problem` is
  // set.
  std::vector<std::string> cells;
  // Why the row can't be read, for the person who wrote it; empty where it can.
  std::string problem;
  // Indices of cells of which characters are lost.
  std::vector<size_t> damaged_cells;
};

struct TableOptions {
  // Empty means: find it.
  std::string encoding;
};

// A CSV file of a user with one header row: submissions, score files, decision files. Finds
// encoding and separator, reads in constant memory. What is wrong with one row is told in the row.
// For one thread.
class TableReader {
 public:
  // `path`, or "-" for standard input. INVALID_ARGUMENT where the file is empty or has no usable
  // header.
  static absl::StatusOr<std::unique_ptr<TableReader>> Open(const std::string& path,
                                                           const TableOptions& options);
  // Of a file whose beginning somebody has looked at, and whose name the caller adds to errors.
  static absl::StatusOr<std::unique_ptr<TableReader>> OfLines(std::unique_ptr<LineReader> lines);

  // As the header has them, trimmed.
  const std::vector<std::string>& columns() const { return columns_; }
  // Where the column of this name is, however it is spelled: FoldColumnName says what counts as the
  // same.
  std::optional<size_t> FindColumn(absl::string_view name) const;
  // One line for people: "UTF-8 with BOM, separator ';', 16 columns".
  const std::string& description() const { return description_; }

  // As LineReader has them.
  int64_t bytes_read() const { return lines_->bytes_read(); }
  int64_t size_bytes() const { return lines_->size_bytes(); }

  // The next row, or none at the end. Empty lines are passed over.
  absl::StatusOr<std::optional<TableRow>> Next();

  // What is wrong with a row, fields named as the header names them: BAD_ROW, BAD_ENCODING.
  std::vector<Fault> FaultsOf(const TableRow& row) const;

 private:
  explicit TableReader(std::unique_ptr<LineReader> lines) : lines_(std::move(lines)) {}
  absl::Status ReadHeader();

  const std::unique_ptr<LineReader> lines_;
  std::unique_ptr<CsvRecords> records_;
  std::vector<std::string> columns_;
  std::string description_;
};

// The faults that readers of files find in a row, in the words they all use.
Fault BadRowFault(std::string field, absl::string_view problem);
Fault BadEncodingFault(std::string field);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_TABLE_READER_H_
