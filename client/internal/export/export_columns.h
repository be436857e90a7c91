#ifndef KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_COLUMNS_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_COLUMNS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "client/internal/export/export_row.h"

namespace kopa::client {

// What a column of the table holds.
enum class ExportKind {
  kText,
  kMoney,   // cents
  kPoints,  // hundredths of a point
  kCount,
  kDay,
};

// One cell; which member means something is the column's kind. Absent: an empty cell.
struct ExportCell {
  std::string text;
  std::optional<int64_t> number;
  std::optional<absl::CivilDay> day;
};

struct ExportColumn {
  std::string name;  // "requested_eur"
  ExportKind kind;
  double width;  // in letters, for formats that have one
  ExportCell (*cell)(const ExportRow& row);
};

// The table that CSV and XLSX have alike.
const std::vector<ExportColumn>& ExportColumns();

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_COLUMNS_H_
