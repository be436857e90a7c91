#ifndef KOPA_COMMON_SERVER_RESTORED_MARKER_H_
#define KOPA_COMMON_SERVER_RESTORED_MARKER_H_

#include <string>

#include "absl/status/status.h"

namespace kopa::server {

// The file RESTORED in a data folder says that the store in it was put there from a backup, and was
// not opened for writing since. Whoever opens it then begins as after a restore (the centre a new
// incarnation, a node without the right to spend) and clears the marker once that is on disk.
// `data_dir` is the folder; its lock is held by the caller.

bool RestoredMarker(const std::string& data_dir);
absl::Status LeaveRestoredMarker(const std::string& data_dir);
// Fine where there is none. Durable when it returns.
absl::Status ClearRestoredMarker(const std::string& data_dir);

}  // namespace kopa::server

#endif  // KOPA_COMMON_SERVER_RESTORED_MARKER_H_
