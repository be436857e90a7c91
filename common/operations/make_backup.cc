#include "common/operations/make_backup.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/storage/rocksdb/backup.h"
#include "common/storage/rocksdb/rocksdb_store.h"

namespace kopa::operations {
namespace {

std::filesystem::path Resolved(const std::string& path) {
  std::error_code error;
  std::filesystem::path resolved = std::filesystem::weakly_canonical(path, error);
  if (error) resolved = std::filesystem::path(path).lexically_normal();
  // "/a/b/" is "/a/b".
  return resolved.has_filename() ? resolved : resolved.parent_path();
}

// The caller's folder is at fault, not the server.
absl::Status ForCaller(const absl::Status& status) {
  if (!absl::IsFailedPrecondition(status) && !absl::IsInternal(status)) return status;
  return absl::InvalidArgumentError(absl::StrCat("folder: ", status.message()));
}

}  // namespace

absl::Status CheckBackupFolder(const std::string& data_dir, const std::string& folder) {
  if (!std::filesystem::path(folder).is_absolute()) {
    return absl::InvalidArgumentError(
        absl::StrCat("folder: \"", folder, "\" is no absolute path, such as /var/backups/kopa"));
  }
  const std::filesystem::path relative = Resolved(folder).lexically_relative(Resolved(data_dir));
  if (relative.empty() || *relative.begin() == "..") return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("folder: ", folder, " lies in the data folder ",
                                                 data_dir, "; take one outside, on another disk"));
}

absl::StatusOr<national::v1::CreateBackupResponse> MakeBackup(
    const StoreKind& kind, const storage::Store& store, const std::string& data_dir,
    const std::string& folder, const std::function<bool()>& cancelled) {
  RETURN_IF_ERROR(CheckBackupFolder(data_dir, folder));
  ASSIGN_OR_RETURN(const StoreIdentity identity, kind.identify(*store.Snapshot()));
  auto backups = storage::BackupFolder::Create(folder);
  if (!backups.ok()) return ForCaller(backups.status());
  const auto made = backups->CreateBackup(store, identity.owner, cancelled);
  if (!made.ok()) return ForCaller(made.status());

  // What the copy itself says, since the store went on meanwhile.
  storage::RocksDbOptions options;
  options.families = kind.families;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Store> copy, backups->Open(made->id, options));
  ASSIGN_OR_RETURN(const StoreIdentity copied, kind.identify(*copy->Snapshot()));
  national::v1::CreateBackupResponse response;
  response.set_backup_id(made->id);
  response.set_size_bytes(made->size_bytes);
  response.set_head_seq(copied.head.seq.value());
  response.set_head_hash(copied.head.hash);
  return response;
}

}  // namespace kopa::operations
