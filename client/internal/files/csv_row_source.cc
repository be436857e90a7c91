#include "client/internal/files/csv_row_source.h"

#include "common/base/status.h"

namespace kopa::client {

absl::StatusOr<std::unique_ptr<RowSource>> CsvRowSource::Create(std::unique_ptr<TableReader> table,
                                                                const ColumnNames* names) {
  std::unique_ptr<CsvRowSource> source(new CsvRowSource(std::move(table), names));
  const std::vector<std::string>& header = source->table_->columns();
  ASSIGN_OR_RETURN(source->matched_, MatchHeader(*names, header));
  for (size_t i = 0; i < header.size(); ++i) {
    if (source->matched_[i] == kIgnoredColumn) {
      source->reads_all_ = false;
      continue;
    }
    source->columns_.push_back(header[i]);
    source->form_columns_.push_back(source->matched_[i]);
  }
  return std::unique_ptr<RowSource>(std::move(source));
}

absl::StatusOr<std::optional<InputRow>> CsvRowSource::Next() {
  ASSIGN_OR_RETURN(std::optional<TableRow> table_row, table_->Next());
  if (!table_row.has_value()) return std::nullopt;

  InputRow row;
  row.line = table_row->line;
  row.is_readable = table_row->problem.empty();
  if (!row.is_readable) {
    // Which cell is which is not known; what is wrong within one of them comes after that.
    row.faults.push_back(BadRowFault("", table_row->problem));
  } else {
    for (const size_t cell : table_row->damaged_cells) {
      if (matched_[cell] == kIgnoredColumn) continue;
      row.faults.push_back(BadEncodingFault(names_->columns()[matched_[cell]].name));
    }
  }
  if (reads_all_) {
    row.cells = std::move(table_row->cells);
    return row;
  }
  for (size_t i = 0; i < table_row->cells.size(); ++i) {
    if (i < matched_.size() && matched_[i] == kIgnoredColumn) continue;
    row.cells.push_back(std::move(table_row->cells[i]));
  }
  return row;
}

}  // namespace kopa::client
