#ifndef KOPA_COMMON_SERVER_DATA_FOLDER_H_
#define KOPA_COMMON_SERVER_DATA_FOLDER_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/file.h"

namespace kopa::server {

// The folder in which a server keeps its store, held against every other process:
//   lock      held while the server, or whoever looks at the store at rest, runs
//   store/    the store
//   store.restoring/  what is becoming the store, while it is put there from a backup
//   ENDPOINT  how to reach the server (endpoint.h)
//   RESTORED  the store was put there from a backup (restored_marker.h)
class DataFolder {
 public:
  // Makes the folder if need be and takes its lock, before anything else in it is touched.
  // FAILED_PRECONDITION where another process holds it, and where a restore was broken off and left
  // no store: whoever took that for an empty folder would begin a new history in the old one's
  // place.
  static absl::StatusOr<DataFolder> Create(const std::string& path);

  // The same for a restore, which goes on from there.
  static absl::StatusOr<DataFolder> CreateForRestore(const std::string& path);

  // The same for looking at a folder at rest: NOT_FOUND where there is none.
  static absl::StatusOr<DataFolder> OpenExisting(const std::string& path);

  std::string store_path() const { return path_ + "/store"; }
  std::string restoring_path() const { return path_ + "/store.restoring"; }

 private:
  DataFolder(std::string path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  static absl::StatusOr<DataFolder> Lock(const std::string& path);

  std::string path_;
  FileLock lock_;
};

}  // namespace kopa::server

#endif  // KOPA_COMMON_SERVER_DATA_FOLDER_H_
