#ifndef KOPA_CLIENT_INTERNAL_EXPORT_GRANT_CSV_EXPORT_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_GRANT_CSV_EXPORT_H_

#include <utility>

#include "client/internal/export/export_writer.h"

namespace kopa::client {

// 360Giving as CSV: the columns have the titles that the standard defines. Of the classifications
// only the municipality's is in it, since a cell holds one.
class GrantCsvExport : public ExportWriter {
 public:
  GrantCsvExport(kopa::programme::v1::Call call, bool byte_order_mark, ByteSink sink)
      : call_(std::move(call)), byte_order_mark_(byte_order_mark), sink_(std::move(sink)) {}

  absl::Status Add(const ExportRow& row) override;
  absl::Status Finish() override;

 private:
  absl::Status Begin();

  const kopa::programme::v1::Call call_;
  const bool byte_order_mark_;
  const ByteSink sink_;
  bool begun_ = false;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_GRANT_CSV_EXPORT_H_
