#include "client/internal/export/xlsx_export.h"

#include <fcntl.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/internal/export/export_columns.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

// Limits of the file format: rows of a sheet, the head included, and letters of its name.
constexpr uint32_t kSheetRowsMax = 1'048'576;
constexpr size_t kSheetNameMax = 31;

// Number formats are stored the English way; who opens the file sees "135 000,00 €" and
// "17.05.2024" (426 is Latvian).
constexpr char kMoneyFormat[] = "#,##0.00\\ [$\xE2\x82\xAC-426]";
constexpr char kPointsFormat[] = "General";
constexpr char kCountFormat[] = "0";
constexpr char kDayFormat[] = "dd.mm.yyyy";

constexpr size_t kCopyBytes = 256 << 10;

absl::Status AsStatus(lxw_error error, absl::string_view doing) {
  if (error == LXW_NO_ERROR) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(doing, " the workbook: ", lxw_strerror(error),
                                          "; is there room in the folder for temporary files?"));
}

absl::Status SystemError(absl::string_view doing, const std::string& path) {
  return absl::InternalError(absl::StrCat(doing, " ", path, ": ", std::strerror(errno)));
}

absl::StatusOr<std::string> NewTemporaryFile() {
  std::error_code error;
  std::string path = (std::filesystem::temp_directory_path(error) / "kopa-export-XXXXXX").string();
  if (error) path = "/tmp/kopa-export-XXXXXX";
  const int fd = mkstemp(path.data());
  if (fd < 0) return SystemError("creating", path);
  close(fd);
  return path;
}

// "call", then "call (2)"; ids of calls have no letter that a name may not have.
std::string SheetName(const std::string& call, int number) {
  const std::string suffix = number == 1 ? "" : absl::StrCat(" (", number, ")");
  return absl::StrCat(call.substr(0, kSheetNameMax - suffix.size()), suffix);
}

lxw_format* NewFormat(lxw_workbook* workbook, const char* number_format) {
  lxw_format* format = workbook_add_format(workbook);
  if (number_format != nullptr) format_set_num_format(format, number_format);
  return format;
}

// The format has no decimals of its own, only binary fractions; of these the nearest to whole
// hundredths is shown as them.
double Hundredths(int64_t hundredths) { return static_cast<double>(hundredths) / 100.0; }

lxw_datetime DateOf(absl::CivilDay day) {
  return {static_cast<int>(day.year()), day.month(), day.day(), 0, 0, 0.0};
}

absl::Status CopyFile(const std::string& path, const ByteSink& sink) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError("reading", path);
  std::string piece(kCopyBytes, '\0');
  absl::Status status;
  while (status.ok()) {
    const ssize_t got = read(fd, piece.data(), piece.size());
    if (got == 0) break;
    if (got < 0) {
      if (errno != EINTR) status = SystemError("reading", path);
      continue;
    }
    status = sink(absl::string_view(piece.data(), static_cast<size_t>(got)));
  }
  close(fd);
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ExportWriter>> XlsxExport::Create(const std::string& call,
                                                                 ByteSink sink) {
  ASSIGN_OR_RETURN(std::string path, NewTemporaryFile());
  std::unique_ptr<XlsxExport> writer(new XlsxExport(call, std::move(path), std::move(sink)));
  RETURN_IF_ERROR(writer->AddSheet());
  return writer;
}

XlsxExport::XlsxExport(std::string call, std::string path, ByteSink sink)
    : call_(std::move(call)), path_(std::move(path)), sink_(std::move(sink)) {
  lxw_workbook_options options = {};
  options.constant_memory = LXW_TRUE;
  workbook_ = workbook_new_opt(path_.c_str(), &options);
  if (workbook_ == nullptr) return;
  head_ = NewFormat(workbook_, nullptr);
  format_set_bold(head_);
  text_ = NewFormat(workbook_, "@");
  money_ = NewFormat(workbook_, kMoneyFormat);
  points_ = NewFormat(workbook_, kPointsFormat);
  count_ = NewFormat(workbook_, kCountFormat);
  day_ = NewFormat(workbook_, kDayFormat);
}

XlsxExport::~XlsxExport() {
  // The library frees what it holds only by finishing the file.
  static_cast<void>(CloseWorkbook().ok());
  unlink(path_.c_str());
}

absl::Status XlsxExport::CloseWorkbook() {
  if (workbook_ == nullptr) return absl::OkStatus();
  return AsStatus(workbook_close(std::exchange(workbook_, nullptr)), "finishing");
}

absl::Status XlsxExport::AddSheet() {
  if (workbook_ == nullptr) return absl::ResourceExhaustedError("no memory for a workbook");
  sheet_ = workbook_add_worksheet(workbook_, SheetName(call_, ++sheets_).c_str());
  if (sheet_ == nullptr) return absl::InternalError("the workbook takes no more sheets");
  worksheet_freeze_panes(sheet_, 1, 0);
  lxw_col_t number = 0;
  for (const ExportColumn& column : ExportColumns()) {
    RETURN_IF_ERROR(
        AsStatus(worksheet_set_column(sheet_, number, number, column.width, nullptr), "writing"));
    RETURN_IF_ERROR(
        AsStatus(worksheet_write_string(sheet_, 0, number, column.name.c_str(), head_), "writing"));
    ++number;
  }
  row_ = 1;
  return absl::OkStatus();
}

absl::Status XlsxExport::Add(const ExportRow& row) {
  if (row_ == kSheetRowsMax) RETURN_IF_ERROR(AddSheet());
  lxw_col_t number = 0;
  for (const ExportColumn& column : ExportColumns()) {
    const ExportCell cell = column.cell(row);
    lxw_error error = LXW_NO_ERROR;
    if (column.kind == ExportKind::kText) {
      // As a text, whatever it begins with: the format has formulas of their own kind.
      if (!cell.text.empty()) {
        error = worksheet_write_string(sheet_, row_, number, cell.text.c_str(), text_);
      }
    } else if (cell.day.has_value()) {
      lxw_datetime date = DateOf(*cell.day);
      error = worksheet_write_datetime(sheet_, row_, number, &date, day_);
    } else if (cell.number.has_value()) {
      const bool count = column.kind == ExportKind::kCount;
      const double value = count ? static_cast<double>(*cell.number) : Hundredths(*cell.number);
      lxw_format* format = count ? count_ : column.kind == ExportKind::kMoney ? money_ : points_;
      error = worksheet_write_number(sheet_, row_, number, value, format);
    }
    RETURN_IF_ERROR(AsStatus(error, "writing"));
    ++number;
  }
  ++row_;
  return absl::OkStatus();
}

absl::Status XlsxExport::Finish() {
  RETURN_IF_ERROR(CloseWorkbook());
  return CopyFile(path_, sink_);
}

}  // namespace kopa::client
