#ifndef KOPA_COMMON_SERVER_SYNC_FOLDER_H_
#define KOPA_COMMON_SERVER_SYNC_FOLDER_H_

#include <string>

#include "absl/status/status.h"

namespace kopa::server {

// Makes what was renamed or removed in the folder outlive loss of power.
absl::Status SyncFolder(const std::string& path);

}  // namespace kopa::server

#endif  // KOPA_COMMON_SERVER_SYNC_FOLDER_H_
