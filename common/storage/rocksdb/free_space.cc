#include "common/storage/rocksdb/free_space.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace kopa::storage {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

uint64_t LogBytes(const std::string& path) {
  uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != ".log") continue;
    std::error_code gone;
    const uint64_t size = entry->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace

absl::StatusOr<uint64_t> FreeBytesAt(const std::string& path) {
  std::filesystem::path at(path);
  struct statvfs info {};
  while (statvfs(at.empty() ? "." : at.c_str(), &info) != 0) {
    const int error = errno;
    if (error != ENOENT || at.empty() || at == at.root_path()) {
      return absl::InternalError(
          absl::StrCat("looking at the free space of ", path, ": ", std::strerror(error)));
    }
    at = at.parent_path();
  }
  return uint64_t{info.f_bavail} * uint64_t{info.f_frsize};
}

uint64_t BytesToOpen(const RocksDbOptions& options) {
  // What is in no table yet was in memory when the logs were written.
  return kOpeningBytes + std::min<uint64_t>(LogBytes(options.path), options.write_buffer_bytes);
}

absl::Status CheckSpaceToOpen(const RocksDbOptions& options) {
  ASSIGN_OR_RETURN(const uint64_t free_bytes, FreeBytesAt(options.path));
  const uint64_t needed = BytesToOpen(options);
  if (free_bytes >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the disk of ", options.path, " is full: ", free_bytes / kMiB,
                   " MiB are free, and ", (needed + kMiB - 1) / kMiB,
                   " MiB are needed to open what is stored there; make room and start again"));
}

}  // namespace kopa::storage
