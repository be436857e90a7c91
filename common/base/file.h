#ifndef KOPA_COMMON_BASE_FILE_H_
#define KOPA_COMMON_BASE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa {

// NOT_FOUND where there is no such file; INTERNAL on any other failure, with the path and the
// reason.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Replaces the file as a whole: writes `path`.tmp, syncs it, renames it over `path`, syncs the
// folder. `mode` as for open(2). A reader sees the old content or the new, never a part.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view content, int mode);

// Creates the folder and its parents, mode 0700 for what it makes; fine where it is there already.
absl::Status MakeFolders(const std::string& path);

bool FileExists(const std::string& path);

// An advisory lock on a file, held until destroyed. One process may hold it.
class FileLock {
 public:
  // FAILED_PRECONDITION naming the path where another process holds it.
  static absl::StatusOr<FileLock> Acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_FILE_H_
