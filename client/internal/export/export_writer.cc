#include "client/internal/export/export_writer.h"

#include <utility>

#include "client/internal/export/csv_export.h"
#include "client/internal/export/grant.h"
#include "client/internal/export/grant_csv_export.h"
#include "client/internal/export/grant_json_export.h"
#include "client/internal/export/xlsx_export.h"
#include "common/base/status.h"

namespace kopa::client {

absl::StatusOr<std::unique_ptr<ExportWriter>> NewExportWriter(const ExportOptions& options,
                                                              const kopa::programme::v1::Call& call,
                                                              ByteSink sink) {
  switch (options.format) {
    case ExportFormat::kCsv:
      return std::make_unique<CsvExport>(options.byte_order_mark, std::move(sink));
    case ExportFormat::kXlsx:
      return XlsxExport::Create(call.id(), std::move(sink));
    case ExportFormat::kGrantJson:
      RETURN_IF_ERROR(CheckOpenData(call));
      return std::make_unique<GrantJsonExport>(call, std::move(sink));
    case ExportFormat::kGrantCsv:
      RETURN_IF_ERROR(CheckOpenData(call));
      return std::make_unique<GrantCsvExport>(call, options.byte_order_mark, std::move(sink));
  }
  return absl::InvalidArgumentError("this is no format of exports");
}

}  // namespace kopa::client
