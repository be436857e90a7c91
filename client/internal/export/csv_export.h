#ifndef KOPA_CLIENT_INTERNAL_EXPORT_CSV_EXPORT_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_CSV_EXPORT_H_

#include <utility>

#include "client/internal/export/export_writer.h"

namespace kopa::client {

// The table as CSV: UTF-8, comma, amounts as "4600.00", days as "2024-05-17".
class CsvExport : public ExportWriter {
 public:
  CsvExport(bool byte_order_mark, ByteSink sink)
      : byte_order_mark_(byte_order_mark), sink_(std::move(sink)) {}

  absl::Status Add(const ExportRow& row) override;
  absl::Status Finish() override;

 private:
  absl::Status Begin();

  const bool byte_order_mark_;
  const ByteSink sink_;
  bool begun_ = false;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_CSV_EXPORT_H_
