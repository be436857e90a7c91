#include "client/internal/files/rejects_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/internal/files/column_names.h"

namespace kopa::client {
namespace {

constexpr size_t kBufferBytes = 64 * 1024;

absl::Status SystemError(absl::string_view doing, const std::string& path) {
  const std::string text = absl::StrCat(doing, " ", path, ": ", std::strerror(errno));
  if (errno == ENOENT) return absl::NotFoundError(text);
  if (errno == EACCES || errno == EPERM) return absl::PermissionDeniedError(text);
  if (errno == ENOSPC) return absl::ResourceExhaustedError(text);
  return absl::InternalError(text);
}

// What the last three columns say of one row.
struct RowFaults {
  std::vector<std::string> fields;
  std::vector<std::string> codes;
  std::vector<std::string> messages;
};

void AddFaults(const std::vector<Fault>& faults, std::vector<RowFaults>* rows) {
  for (const Fault& fault : faults) {
    std::string field = fault.field;
    RowFaults& row = (*rows)[TakeRowOf(&field, rows->size())];
    row.fields.push_back(absl::StrReplaceAll(field, {{"|", "/"}}));
    row.codes.push_back(absl::StrReplaceAll(fault.code, {{"|", "/"}}));
    row.messages.push_back(absl::StrReplaceAll(fault.message, {{"|", "/"}}));
  }
}

std::vector<RowFaults> FaultsByRow(const InputApplication& application,
                                   const std::vector<Fault>& faults) {
  std::vector<RowFaults> rows(application.rows.size());
  if (rows.empty()) return rows;
  AddFaults(faults.empty() ? application.faults : faults, &rows);
  size_t guilty = 0;
  while (guilty + 1 < rows.size() && rows[guilty].codes.empty()) ++guilty;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].codes.empty() || i == guilty) continue;
    rows[i].fields.emplace_back();
    rows[i].codes.emplace_back("SIBLING_REFUSED");
    rows[i].messages.push_back(absl::StrCat("refused because line ", application.lines[guilty],
                                            " of the same application is"));
  }
  return rows;
}

}  // namespace

size_t TakeRowOf(std::string* field, size_t rows) {
  absl::string_view rest = *field;
  if (!absl::ConsumePrefix(&rest, "initiatives[")) return 0;
  const size_t end = rest.find(']');
  size_t row = 0;
  if (end == absl::string_view::npos || !absl::SimpleAtoi(rest.substr(0, end), &row)) return 0;
  rest.remove_prefix(end + 1);
  absl::ConsumePrefix(&rest, ".");
  *field = std::string(rest);
  return row < rows ? row : 0;
}

absl::StatusOr<std::unique_ptr<RejectsWriter>> RejectsWriter::Create(
    const std::string& path, std::vector<std::string> columns) {
  struct stat info {};
  const bool is_special = stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
  const std::string writing_to = is_special ? path : path + ".tmp";
  // A file left by an interrupted run. Opened exclusively, so nobody can have laid one ready whose
  // mode or target is another.
  if (!is_special) unlink(writing_to.c_str());
  const int fd = is_special
                     ? open(path.c_str(), O_WRONLY | O_CLOEXEC)
                     : open(writing_to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return SystemError("creating", writing_to);
  std::erase_if(columns, [](const std::string& column) { return IsRejectColumn(column); });
  return std::unique_ptr<RejectsWriter>(
      new RejectsWriter(path, writing_to, fd, std::move(columns)));
}

RejectsWriter::RejectsWriter(std::string path, std::string writing_to, int fd,
                             std::vector<std::string> columns)
    : path_(std::move(path)),
      writing_to_(std::move(writing_to)),
      fd_(fd),
      columns_(std::move(columns)) {
  for (const std::string& column : columns_) AppendCell(column);
  for (const absl::string_view column : kRejectColumns) AppendCell(column);
  buffer_.push_back('\n');
  is_at_line_start_ = true;
}

RejectsWriter::~RejectsWriter() {
  if (fd_ < 0) return;
  close(fd_);
  if (is_moved_at_close()) unlink(writing_to_.c_str());
}

void RejectsWriter::AppendCell(absl::string_view cell) {
  if (!is_at_line_start_) buffer_.push_back(',');
  is_at_line_start_ = false;
  // Quoted too where a reader would strip blanks, or take the cell for that of another kind of
  // file.
  const bool needs_quotes = cell.find_first_of("\",;\t\r\n") != absl::string_view::npos ||
                            (!cell.empty() && (cell.front() == ' ' || cell.back() == ' '));
  if (needs_quotes) {
    absl::StrAppend(&buffer_, "\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
  } else {
    absl::StrAppend(&buffer_, cell);
  }
}

absl::Status RejectsWriter::Add(const InputApplication& application,
                                const std::vector<Fault>& faults) {
  const std::vector<RowFaults> by_row = FaultsByRow(application, faults);
  for (size_t i = 0; i < application.rows.size(); ++i) {
    const std::vector<std::string>& cells = application.rows[i];
    for (size_t column = 0; column < columns_.size(); ++column) {
      AppendCell(column < cells.size() ? absl::string_view(cells[column]) : absl::string_view());
    }
    AppendCell(absl::StrCat(application.lines[i]));
    AppendCell(absl::StrJoin(by_row[i].fields, "|"));
    AppendCell(absl::StrJoin(by_row[i].codes, "|"));
    AppendCell(absl::StrJoin(by_row[i].messages, "|"));
    // A row with too many cells keeps them, behind the rest: nothing is lost, and it stays refused
    // until somebody has put it right.
    for (size_t extra = columns_.size(); extra < cells.size(); ++extra) AppendCell(cells[extra]);
    buffer_.push_back('\n');
    is_at_line_start_ = true;
    ++rows_;
  }
  return buffer_.size() >= kBufferBytes ? Flush() : absl::OkStatus();
}

absl::Status RejectsWriter::Flush() {
  absl::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("writing", writing_to_);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status RejectsWriter::Close() {
  KOPA_CHECK_MSG(fd_ >= 0, "the rejects file is closed already");
  if (rows_ == 0) {
    close(std::exchange(fd_, -1));
    if (is_moved_at_close()) unlink(writing_to_.c_str());
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(Flush());
  if (!is_moved_at_close()) {
    return close(std::exchange(fd_, -1)) == 0 ? absl::OkStatus() : SystemError("closing", path_);
  }
  if (fsync(fd_) != 0) return SystemError("syncing", writing_to_);
  if (rename(writing_to_.c_str(), path_.c_str()) != 0) return SystemError("renaming to", path_);
  return close(std::exchange(fd_, -1)) == 0 ? absl::OkStatus() : SystemError("closing", path_);
}

}  // namespace kopa::client
