#include "common/operations/make_backup.h"

#include <sys/stat.h>

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
  if (!absl::IsFailedPrecondition(status) && !absl::IsInternal(status) &&
      !absl::IsNotFound(status) && !absl::IsPermissionDenied(status)) {
    return status;
  }
  return absl::InvalidArgumentError(absl::StrCat("folder: ", status.message()));
}

bool ShareDisk(const std::string& one, const std::string& other) {
  struct stat first {};
  struct stat second {};
  return stat(one.c_str(), &first) == 0 && stat(other.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev;
}

// A server whose disk is full refuses changes, and one that runs into the last byte ends.
absl::Status CheckDisk(const BackupTerms& terms) {
  ASSIGN_OR_RETURN(const uint64_t free_bytes, terms.free_bytes(terms.data_dir));
  if (free_bytes >= terms.disk_reserve_bytes + kBackupMarginBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the disk of the data is nearly full: ", free_bytes >> 20,
      " MiB are free, and the copy leaves ", (terms.disk_reserve_bytes + kBackupMarginBytes) >> 20,
      "; nothing of it is kept; take a folder on another disk, or make room"));
}

// What the copy itself says, since the store went on meanwhile.
absl::StatusOr<StoreIdentity> IdentityOfCopy(const StoreKind& kind,
                                             const storage::BackupFolder& backups, uint32_t id) {
  storage::RocksDbOptions options;
  options.families = kind.families;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Store> copy, backups.Open(id, options));
  return kind.identify(*copy->Snapshot());
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

absl::StatusOr<national::v1::CreateBackupResponse> MakeBackup(const StoreKind& kind,
                                                              const storage::Store& store,
                                                              const BackupTerms& terms) {
  RETURN_IF_ERROR(CheckBackupFolder(terms.data_dir, terms.folder));
  ASSIGN_OR_RETURN(const StoreIdentity identity, kind.identify(*store.Snapshot()));
  auto backups = storage::BackupFolder::Create(terms.folder);
  if (!backups.ok()) return ForCaller(backups.status());
  const bool shares_disk = ShareDisk(terms.data_dir, terms.folder);
  absl::Status full;
  const auto give_up = [&] {
    if (shares_disk) full = CheckDisk(terms);
    return !full.ok() || terms.cancelled();
  };
  if (give_up() && !full.ok()) return full;
  const auto made = backups->CreateBackup(store, identity.owner, give_up);
  if (!made.ok()) return full.ok() ? ForCaller(made.status()) : full;
  const auto copied = IdentityOfCopy(kind, *backups, made->id);
  if (!copied.ok()) {
    // It would pass for the newest one there is.
    const absl::Status deleted = backups->Delete(made->id);
    if (deleted.ok()) return copied.status();
    return Annotate(copied.status(), absl::StrCat(deleted.message(), "; and it can't be used"));
  }
  national::v1::CreateBackupResponse response;
  response.set_backup_id(made->id);
  response.set_size_bytes(made->size_bytes);
  response.set_head_seq(copied->head.seq.value());
  response.set_head_hash(copied->head.hash);
  return response;
}

}  // namespace kopa::operations
