#ifndef KOPA_CLIENT_INTERNAL_FILES_JSON_ROW_SOURCE_H_
#define KOPA_CLIENT_INTERNAL_FILES_JSON_ROW_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/internal/files/column_names.h"
#include "client/internal/files/line_reader.h"
#include "client/internal/files/row_source.h"

namespace kopa::client {

// Rows of a file with one JSON object a line, keys being the names of columns. Values are texts,
// numbers as they are written, null for nothing, and lists of these where a column takes several;
// '|' sets values apart within a text, as it does in CSV. Empty lines are passed over.
//
// Faults: BAD_JSON with the position, then no other; UNKNOWN_FIELD with the nearest name, where the
// file was not looked at for such (json_names.h).
class JsonRowSource : public RowSource {
 public:
  // `names` must outlive the source.
  JsonRowSource(std::unique_ptr<LineReader> lines, const ColumnNames* names);

  const std::vector<std::string>& columns() const override { return columns_; }
  const std::vector<size_t>& form_columns() const override { return form_columns_; }
  const std::string& description() const override { return description_; }
  int64_t bytes_read() const override { return lines_->bytes_read(); }
  int64_t size_bytes() const override { return lines_->size_bytes(); }
  absl::StatusOr<std::optional<InputRow>> Next() override;

 private:
  const std::unique_ptr<LineReader> lines_;
  const ColumnNames* const names_;
  std::vector<std::string> columns_;
  std::vector<size_t> form_columns_;
  std::string description_;
  Line line_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_JSON_ROW_SOURCE_H_
