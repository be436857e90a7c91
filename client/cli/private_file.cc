#include "client/cli/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

constexpr int kMode = 0600;

absl::Status SystemError(absl::string_view doing, const std::string& path) {
  return absl::InternalError(absl::StrCat(doing, " ", path, ": ", std::strerror(errno)));
}

absl::Status WriteAll(int fd, absl::string_view rest, const std::string& path) {
  while (!rest.empty()) {
    const ssize_t written = write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("writing", path);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0 ? absl::OkStatus() : SystemError("writing", path);
}

}  // namespace

absl::Status WritePrivateFile(const std::string& path, absl::string_view content, bool replace) {
  if (replace) return WriteFileAtomically(path, content, kMode);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (fd < 0 && errno == EEXIST) {
    return absl::AlreadyExistsError(
        absl::StrCat(path, " is there already; --force replaces it, --out takes another name"));
  }
  if (fd < 0) return SystemError("creating", path);
  absl::Status status = WriteAll(fd, content, path);
  if (close(fd) != 0 && status.ok()) status = SystemError("closing", path);
  // A part of a document would look like the whole.
  if (!status.ok()) unlink(path.c_str());
  return status;
}

}  // namespace kopa::cli
