#ifndef KOPA_CLIENT_INTERNAL_EXPORT_XLSX_EXPORT_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_XLSX_EXPORT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "client/internal/export/export_writer.h"

struct lxw_format;
struct lxw_workbook;
struct lxw_worksheet;

namespace kopa::client {

// The table as a workbook: money, counts, points and days are typed cells with Latvian formats, all
// else is text. The head row stays in sight; the sheet is named after the call, and another one
// follows where a sheet is full. Rows go to temporary files at once.
class XlsxExport : public ExportWriter {
 public:
  static absl::StatusOr<std::unique_ptr<ExportWriter>> Create(const std::string& call,
                                                              ByteSink sink);
  ~XlsxExport() override;
  XlsxExport(const XlsxExport&) = delete;
  XlsxExport& operator=(const XlsxExport&) = delete;

  absl::Status Add(const ExportRow& row) override;
  absl::Status Finish() override;

 private:
  XlsxExport(std::string call, std::string path, ByteSink sink);
  absl::Status AddSheet();
  absl::Status CloseWorkbook();

  const std::string call_;
  const std::string path_;  // of the workbook while it is made
  const ByteSink sink_;
  // Owned by the library; null once the workbook is closed.
  lxw_workbook* workbook_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format* head_ = nullptr;
  lxw_format* text_ = nullptr;
  lxw_format* money_ = nullptr;
  lxw_format* points_ = nullptr;
  lxw_format* count_ = nullptr;
  lxw_format* day_ = nullptr;
  int sheets_ = 0;
  uint32_t row_ = 0;  // the next free one
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_XLSX_EXPORT_H_
