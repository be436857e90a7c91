#include "common/server/restored_marker.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/server/sync_folder.h"

namespace kopa::server {
namespace {

std::string PathIn(const std::string& data_dir) { return data_dir + "/RESTORED"; }

}  // namespace

bool RestoredMarker(const std::string& data_dir) { return FileExists(PathIn(data_dir)); }

absl::Status LeaveRestoredMarker(const std::string& data_dir) {
  return WriteFileAtomically(PathIn(data_dir), "restored from a backup\n", 0600);
}

absl::Status ClearRestoredMarker(const std::string& data_dir) {
  if (unlink(PathIn(data_dir).c_str()) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat("removing ", PathIn(data_dir), ": ", std::strerror(errno)));
  }
  return SyncFolder(data_dir);
}

}  // namespace kopa::server
