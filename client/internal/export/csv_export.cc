#include "client/internal/export/csv_export.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "client/internal/export/csv_text.h"
#include "client/internal/export/export_columns.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"

namespace kopa::client {
namespace {

std::string NumberText(ExportKind kind, int64_t number) {
  switch (kind) {
    case ExportKind::kMoney:
      return programme::FormatCents(number);
    case ExportKind::kPoints:
      return programme::FormatHundredths(number);
    default:
      return absl::StrCat(number);
  }
}

CsvCell CellOf(const ExportColumn& column, const ExportRow& row) {
  const ExportCell cell = column.cell(row);
  if (column.kind == ExportKind::kText) return {cell.text, false};
  if (cell.day.has_value()) return {absl::FormatCivilTime(*cell.day), true};
  return {cell.number.has_value() ? NumberText(column.kind, *cell.number) : "", true};
}

}  // namespace

absl::Status CsvExport::Begin() {
  if (begun_) return absl::OkStatus();
  begun_ = true;
  std::vector<CsvCell> names;
  for (const ExportColumn& column : ExportColumns()) names.push_back({column.name, false});
  return sink_(absl::StrCat(byte_order_mark_ ? kByteOrderMark : "", CsvRecord(names)));
}

absl::Status CsvExport::Add(const ExportRow& row) {
  RETURN_IF_ERROR(Begin());
  std::vector<CsvCell> cells;
  for (const ExportColumn& column : ExportColumns()) cells.push_back(CellOf(column, row));
  return sink_(CsvRecord(cells));
}

absl::Status CsvExport::Finish() { return Begin(); }

}  // namespace kopa::client
