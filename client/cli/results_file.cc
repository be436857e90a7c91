#include "client/cli/results_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/cli/table.h"
#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/base/uuid.h"

namespace kopa::cli {
namespace {

constexpr size_t kBufferBytes = 64 * 1024;

absl::Status SystemError(absl::string_view doing, const std::string& path) {
  return absl::InternalError(absl::StrCat(doing, " ", path, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ResultsFile>> ResultsFile::Create(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return SystemError("creating", path);
  auto file = std::unique_ptr<ResultsFile>(new ResultsFile(path, fd));
  struct stat info {};
  // One that was there before may be open to others; a pipe or terminal is what it is.
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && fchmod(fd, 0600) != 0) {
    return SystemError("closing to others", path);
  }
  file->buffer_ = CsvLine({"reference", "id", "node", "epoch", "seq", "hash"});
  return file;
}

ResultsFile::~ResultsFile() {
  if (fd_ >= 0) close(fd_);
}

std::string ResultsFile::LineOf(const std::string& reference,
                                const kopa::region::v1::SubmitResult& result) {
  const auto id = Uuid::FromBytes(result.application_id());
  const kopa::region::v1::Receipt& receipt = result.receipt();
  return CsvLine({reference, id.ok() ? id->ToString() : "", receipt.node(),
                  absl::StrCat(receipt.epoch()), absl::StrCat(receipt.seq()),
                  ToHex(receipt.hash())});
}

absl::Status ResultsFile::Add(absl::string_view line) {
  absl::StrAppend(&buffer_, line);
  return buffer_.size() >= kBufferBytes ? Flush() : absl::OkStatus();
}

absl::Status ResultsFile::Flush() {
  absl::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("writing", path_);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status ResultsFile::Close() {
  RETURN_IF_ERROR(Flush());
  return close(std::exchange(fd_, -1)) == 0 ? absl::OkStatus() : SystemError("closing", path_);
}

}  // namespace kopa::cli
