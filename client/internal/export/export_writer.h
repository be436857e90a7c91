#ifndef KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_WRITER_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_WRITER_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/internal/export/export_row.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::client {

enum class ExportFormat { kCsv, kXlsx, kGrantJson, kGrantCsv };

// Takes the next bytes of the file that is made.
using ByteSink = std::function<absl::Status(absl::string_view bytes)>;

// Turns rows into a file of one format, row by row: holds no more than one of them. For one thread.
class ExportWriter {
 public:
  virtual ~ExportWriter() = default;

  virtual absl::Status Add(const ExportRow& row) = 0;
  // The file is whole only after this: what goes without it can be told from a whole one, where the
  // format has an end.
  virtual absl::Status Finish() = 0;
};

struct ExportOptions {
  ExportFormat format = ExportFormat::kCsv;
  // CSV begins with a byte order mark, by which spreadsheets know UTF-8.
  bool byte_order_mark = false;
};

// FAILED_PRECONDITION where the format is of open data, and the call's definition lacks what that
// needs: with a fault for each field.
absl::StatusOr<std::unique_ptr<ExportWriter>> NewExportWriter(const ExportOptions& options,
                                                              const kopa::programme::v1::Call& call,
                                                              ByteSink sink);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_EXPORT_WRITER_H_
