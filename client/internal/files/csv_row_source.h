#ifndef KOPA_CLIENT_INTERNAL_FILES_CSV_ROW_SOURCE_H_
#define KOPA_CLIENT_INTERNAL_FILES_CSV_ROW_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/internal/files/column_names.h"
#include "client/internal/files/row_source.h"
#include "client/internal/files/table_reader.h"

namespace kopa::client {

// Rows of a CSV file whose columns are those of a form, in any order.
class CsvRowSource : public RowSource {
 public:
  // `names` must outlive the source. INVALID_ARGUMENT as of MatchHeader.
  static absl::StatusOr<std::unique_ptr<RowSource>> Create(std::unique_ptr<TableReader> table,
                                                           const ColumnNames* names);

  const std::vector<std::string>& columns() const override { return columns_; }
  const std::vector<size_t>& form_columns() const override { return form_columns_; }
  const std::string& description() const override { return table_->description(); }
  int64_t bytes_read() const override { return table_->bytes_read(); }
  int64_t size_bytes() const override { return table_->size_bytes(); }
  absl::StatusOr<std::optional<InputRow>> Next() override;

 private:
  CsvRowSource(std::unique_ptr<TableReader> table, const ColumnNames* names)
      : table_(std::move(table)), names_(names) {}

  const std::unique_ptr<TableReader> table_;
  const ColumnNames* const names_;
  std::vector<size_t> matched_;  // for each column of the table
  bool reads_all_ = true;        // no column of the table is ignored
  std::vector<std::string> columns_;
  std::vector<size_t> form_columns_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_FILES_CSV_ROW_SOURCE_H_
