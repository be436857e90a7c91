#include "client/internal/export/export_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

constexpr size_t kBufferBytes = 256 << 10;

absl::Status SystemError(absl::string_view doing, const std::string& path) {
  const std::string text = absl::StrCat(doing, " ", path, ": ", std::strerror(errno));
  return errno == ENOENT ? absl::NotFoundError(text) : absl::FailedPreconditionError(text);
}

// Where a symbolic link leads, so that the link stays one.
std::string Resolved(const std::string& path) {
  char* const resolved = realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string target = resolved;
  std::free(resolved);
  return target;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ExportFile>> ExportFile::Create(const std::string& path) {
  struct stat info {};
  const bool exists = stat(path.c_str(), &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return SystemError("writing to", path);
    return std::unique_ptr<ExportFile>(new ExportFile(path, "", fd));
  }
  const std::string target = exists ? Resolved(path) : path;
  const std::string temporary = absl::StrCat(target, ".", getpid(), ".part");
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                      exists ? info.st_mode & 0777 : 0666);
  if (fd < 0) return SystemError("creating", temporary);
  return std::unique_ptr<ExportFile>(new ExportFile(target, temporary, fd));
}

ExportFile::~ExportFile() {
  if (fd_ >= 0) close(fd_);
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

absl::Status ExportFile::Write(absl::string_view bytes) {
  buffer_.append(bytes.data(), bytes.size());
  return buffer_.size() >= kBufferBytes ? Flush() : absl::OkStatus();
}

absl::Status ExportFile::Flush() {
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

absl::Status ExportFile::Commit() {
  RETURN_IF_ERROR(Flush());
  // A pipe can't be synced, and need not be.
  if (!temporary_path_.empty() && fsync(fd_) != 0) return SystemError("writing", path_);
  if (close(std::exchange(fd_, -1)) != 0) return SystemError("writing", path_);
  if (temporary_path_.empty()) return absl::OkStatus();
  if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return SystemError("naming", path_);
  }
  temporary_path_.clear();
  return absl::OkStatus();
}

}  // namespace kopa::client
