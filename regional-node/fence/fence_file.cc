#include "regional-node/fence/fence_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace kopa::fence {
namespace {

absl::Status ErrnoStatus(absl::string_view doing, const std::string& path) {
  return absl::InternalError(absl::StrCat(doing, " fence file ", path, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::string> ReadBootId(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  const std::string id(absl::StripAsciiWhitespace(content));
  if (id.size() != kBootIdBytes || id.find_first_not_of("0123456789abcdef-") != std::string::npos) {
    return absl::FailedPreconditionError(absl::StrCat(path, " holds no boot id"));
  }
  return id;
}

absl::StatusOr<std::optional<FenceRecord>> ReadFence(const std::string& path) {
  const absl::StatusOr<std::string> content = ReadFile(path);
  if (content.status().code() == absl::StatusCode::kNotFound) return std::optional<FenceRecord>();
  if (!content.ok()) return content.status();
  absl::StatusOr<FenceRecord> record = DecodeFence(*content);
  if (!record.ok()) return Annotate(record.status(), path);
  return std::optional<FenceRecord>(*std::move(record));
}

absl::StatusOr<std::unique_ptr<FenceFile>> FenceFile::Open(const std::string& path,
                                                           FenceRecord record) {
  record.clean = false;
  RETURN_IF_ERROR(WriteFileAtomically(path, EncodeFence(record), 0600));
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus("opening", path);
  return std::unique_ptr<FenceFile>(new FenceFile(path, fd, std::move(record)));
}

FenceFile::FenceFile(std::string path, int fd, FenceRecord record)
    : path_(std::move(path)), fd_(fd), record_(std::move(record)) {}

FenceFile::~FenceFile() { close(fd_); }

absl::Status FenceFile::Update(Seq seq, absl::string_view hash) {
  MutexLock lock(&mutex_);
  KOPA_CHECK(seq >= record_.seq && !record_.clean);
  record_.seq = seq;
  record_.hash = std::string(hash);
  return Overwrite();
}

absl::Status FenceFile::MarkProven() {
  MutexLock lock(&mutex_);
  KOPA_CHECK(!record_.clean);
  record_.proven = true;
  return Overwrite();
}

absl::Status FenceFile::MarkClean() {
  MutexLock lock(&mutex_);
  record_.clean = true;
  RETURN_IF_ERROR(Overwrite());
  if (fdatasync(fd_) != 0) return ErrnoStatus("syncing", path_);
  return absl::OkStatus();
}

// One write of one short line: a crash of the process leaves the old line or the new one.
absl::Status FenceFile::Overwrite() {
  const std::string line = EncodeFence(record_);
  ssize_t written = 0;
  do {
    written = pwrite(fd_, line.data(), line.size(), 0);
  } while (written < 0 && errno == EINTR);
  if (written < 0) return ErrnoStatus("writing", path_);
  if (static_cast<size_t>(written) != line.size()) {
    return absl::InternalError(absl::StrCat("fence file ", path_, " was written in part"));
  }
  return absl::OkStatus();
}

}  // namespace kopa::fence
