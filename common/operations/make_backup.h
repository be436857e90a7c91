#ifndef KOPA_COMMON_OPERATIONS_MAKE_BACKUP_H_
#define KOPA_COMMON_OPERATIONS_MAKE_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/operations/store_kind.h"
#include "common/storage/rocksdb/free_space.h"
#include "common/storage/store.h"
#include "kopa/national/v1/operations.pb.h"

namespace kopa::operations {

// INVALID_ARGUMENT unless `folder` is an absolute path that lies outside the data folder, links
// followed: what lies inside is lost with what it should replace.
absl::Status CheckBackupFolder(const std::string& data_dir, const std::string& folder);

// A copy on the data's own disk is given up when as little as this is free beside the reserve: what
// the server itself writes meanwhile needs room, too.
inline constexpr uint64_t kBackupMarginBytes = uint64_t{64} << 20;

// Where from and where to, and when to give it up.
struct BackupTerms {
  std::string data_dir;
  std::string folder;
  // What must stay free on the disk of the data.
  uint64_t disk_reserve_bytes = 0;
  // Asked every few MiB.
  std::function<bool()> cancelled = [] { return false; };
  // What is free on the disk of a path.
  std::function<absl::StatusOr<uint64_t>(const std::string&)> free_bytes = storage::FreeBytesAt;
};

// Copies the store, which may be in use, to the folder of backups, made if missing, and says where
// the copy's journal ends. Reads and writes as much as changed since the last copy: for a thread of
// its own. Nothing is left of a copy that was not made whole, or that can't be opened.
//
// INVALID_ARGUMENT    as above, and where the folder can't be written or has copies of another
// store RESOURCE_EXHAUSTED  the folder is on the disk of the data, and that is nearly full
// CANCELLED           it was called off
absl::StatusOr<national::v1::CreateBackupResponse> MakeBackup(const StoreKind& kind,
                                                              const storage::Store& store,
                                                              const BackupTerms& terms);

}  // namespace kopa::operations

#endif  // KOPA_COMMON_OPERATIONS_MAKE_BACKUP_H_
