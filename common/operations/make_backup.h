#ifndef KOPA_COMMON_OPERATIONS_MAKE_BACKUP_H_
#define KOPA_COMMON_OPERATIONS_MAKE_BACKUP_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/operations/store_kind.h"
#include "common/storage/store.h"
#include "kopa/national/v1/operations.pb.h"

namespace kopa::operations {

// INVALID_ARGUMENT unless `folder` is an absolute path that lies outside the data folder, links
// followed: what lies inside is lost with what it should replace.
absl::Status CheckBackupFolder(const std::string& data_dir, const std::string& folder);

// Copies the store, which may be in use, to the folder of backups, made if missing, and says where
// the copy's journal ends. Reads and writes as much as changed since the last copy: for a thread of
// its own. INVALID_ARGUMENT as above and where the folder can't be written or has copies of another
// store; CANCELLED as storage::BackupFolder.
absl::StatusOr<national::v1::CreateBackupResponse> MakeBackup(
    const StoreKind& kind, const storage::Store& store, const std::string& data_dir,
    const std::string& folder, const std::function<bool()>& cancelled);

}  // namespace kopa::operations

#endif  // KOPA_COMMON_OPERATIONS_MAKE_BACKUP_H_
