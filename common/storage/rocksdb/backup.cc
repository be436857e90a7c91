#include "common/storage/rocksdb/backup.h"

#include <fcntl.h>
#include <rocksdb/utilities/backup_engine.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/storage/rocksdb/rocksdb_convert.h"
#include "common/storage/rocksdb/rocksdb_database.h"

namespace kopa::storage {
namespace {

constexpr char kLockFile[] = "/kopa.lock";

template <typename Engine>
absl::StatusOr<std::unique_ptr<Engine>> OpenEngine(const std::string& path) {
  rocksdb::BackupEngineOptions options(path);
  options.sync = true;
  Engine* engine = nullptr;
  const rocksdb::IOStatus status = Engine::Open(options, rocksdb::Env::Default(), &engine);
  if (!status.ok()) return FromRocksDb(status, absl::StrCat("opening the backups in ", path));
  return std::unique_ptr<Engine>(engine);
}

BackupRecord ToRecord(const rocksdb::BackupInfo& info) {
  BackupRecord record;
  record.id = info.backup_id;
  record.time = absl::FromUnixSeconds(info.timestamp);
  record.size_bytes = static_cast<int64_t>(info.size);
  record.owner = info.app_metadata;
  return record;
}

std::vector<rocksdb::BackupInfo> Infos(const rocksdb::BackupEngineReadOnlyBase& engine) {
  std::vector<rocksdb::BackupInfo> infos;
  engine.GetBackupInfo(&infos);
  std::sort(infos.begin(), infos.end(),
            [](const auto& a, const auto& b) { return a.backup_id < b.backup_id; });
  return infos;
}

// Tried, not asked for: a disk that turned read-only on an error may say otherwise.
bool CanBeWritten(const std::string& file) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int error = errno;
  if (fd >= 0) close(fd);
  return fd >= 0 || (error != EROFS && error != EACCES && error != EPERM);
}

// What is restored must outlive loss of power before anybody relies on it; the engine syncs none of
// it. This writes out all of the file system, which costs less than naming each file.
absl::Status SyncFileSystemOf(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && syncfs(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  if (synced) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("syncing ", path, ": ", std::strerror(error)));
}

}  // namespace

absl::StatusOr<BackupFolder> BackupFolder::Create(const std::string& path) {
  RETURN_IF_ERROR(MakeFolders(path));
  return Lock(path);
}

absl::StatusOr<BackupFolder> BackupFolder::OpenExisting(const std::string& path) {
  if (!FileExists(path + "/meta")) {
    return absl::NotFoundError(absl::StrCat("there are no backups in ", path));
  }
  if (!CanBeWritten(path + kLockFile)) return BackupFolder(path, std::nullopt);
  return Lock(path);
}

absl::StatusOr<BackupFolder> BackupFolder::Lock(const std::string& path) {
  auto lock = FileLock::Acquire(path + kLockFile);
  if (absl::IsFailedPrecondition(lock.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("another backup or restore works with ", path));
  }
  RETURN_IF_ERROR(lock.status());
  return BackupFolder(path, *std::move(lock));
}

absl::StatusOr<BackupRecord> BackupFolder::CreateBackup(const Store& store, absl::string_view owner,
                                                        const std::function<bool()>& cancelled) {
  const auto* database = dynamic_cast<const RocksDbDatabase*>(&store);
  if (database == nullptr) {
    return absl::FailedPreconditionError("this store is not kept on disk and can't be copied");
  }
  ASSIGN_OR_RETURN(const auto engine, OpenEngine<rocksdb::BackupEngine>(path_));
  for (const rocksdb::BackupInfo& other : Infos(*engine)) {
    if (other.app_metadata == owner) continue;
    return absl::FailedPreconditionError(absl::StrCat(path_, " has backups of ", other.app_metadata,
                                                      ", this is ", owner,
                                                      ": each store needs a folder of its own"));
  }
  rocksdb::CreateBackupOptions options;
  // So that the copy has little log to replay; what is written during the copying is in its log.
  options.flush_before_backup = true;
  bool called_off = false;
  options.progress_callback = [&] {
    if (called_off || !cancelled()) return;
    called_off = true;
    engine->StopBackup();
  };
  rocksdb::BackupID id = 0;
  const rocksdb::IOStatus made =
      engine->CreateNewBackupWithMetadata(options, database->database(), std::string(owner), &id);
  if (!made.ok()) {
    // The room that half a copy takes may be what others need most now.
    const rocksdb::IOStatus cleared = engine->GarbageCollect();
    if (called_off) {
      RETURN_IF_ERROR(FromRocksDb(cleared, absl::StrCat("clearing half a backup in ", path_)));
      return absl::CancelledError("the backup was called off");
    }
  }
  if (!made.ok()) return FromRocksDb(made, absl::StrCat("making a backup in ", path_));
  rocksdb::BackupInfo info;
  RETURN_IF_ERROR(
      FromRocksDb(engine->GetBackupInfo(id, &info), absl::StrCat("looking at backup ", id)));
  return ToRecord(info);
}

absl::StatusOr<std::vector<BackupRecord>> BackupFolder::List() const {
  ASSIGN_OR_RETURN(const auto engine, OpenEngine<rocksdb::BackupEngineReadOnly>(path_));
  std::vector<BackupRecord> records;
  for (const rocksdb::BackupInfo& info : Infos(*engine)) records.push_back(ToRecord(info));
  return records;
}

absl::StatusOr<std::vector<uint32_t>> BackupFolder::Damaged() const {
  ASSIGN_OR_RETURN(const auto engine, OpenEngine<rocksdb::BackupEngineReadOnly>(path_));
  std::vector<rocksdb::BackupID> damaged;
  engine->GetCorruptedBackups(&damaged);
  std::sort(damaged.begin(), damaged.end());
  return damaged;
}

absl::Status BackupFolder::Verify(uint32_t id) const {
  ASSIGN_OR_RETURN(const auto engine, OpenEngine<rocksdb::BackupEngineReadOnly>(path_));
  const rocksdb::IOStatus status = engine->VerifyBackup(id, /*verify_with_checksum=*/true);
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat("backup ", id, " in ", path_, ": ", status.ToString());
  // A missing file is as bad as a changed one, whatever the engine calls it.
  std::vector<rocksdb::BackupID> damaged;
  engine->GetCorruptedBackups(&damaged);
  rocksdb::BackupInfo info;
  const bool is_there = engine->GetBackupInfo(id, &info).ok() ||
                        std::find(damaged.begin(), damaged.end(), id) != damaged.end();
  return is_there ? absl::DataLossError(message) : absl::NotFoundError(message);
}

absl::Status BackupFolder::Delete(uint32_t id) {
  ASSIGN_OR_RETURN(const auto engine, OpenEngine<rocksdb::BackupEngine>(path_));
  return FromRocksDb(engine->DeleteBackup(id), absl::StrCat("deleting backup ", id, " in ", path_));
}

absl::Status BackupFolder::KeepNewest(uint32_t count) {
  if (count == 0) return absl::InvalidArgumentError("at least one backup is kept");
  ASSIGN_OR_RETURN(const auto engine, OpenEngine<rocksdb::BackupEngine>(path_));
  return FromRocksDb(engine->PurgeOldBackups(count),
                     absl::StrCat("deleting old backups in ", path_));
}

absl::StatusOr<std::unique_ptr<Store>> BackupFolder::Open(uint32_t id,
                                                          const RocksDbOptions& options) const {
  ASSIGN_OR_RETURN(const auto engine, OpenEngine<rocksdb::BackupEngineReadOnly>(path_));
  rocksdb::BackupInfo info;
  RETURN_IF_ERROR(FromRocksDb(engine->GetBackupInfo(id, &info, /*include_file_details=*/true),
                              absl::StrCat("backup ", id, " in ", path_)));
  RocksDbOptions read_only = options;
  read_only.path = info.name_for_open;
  read_only.create_if_missing = false;
  read_only.read_only = true;
  return OpenReadOnlyThrough(read_only, info.env_for_open);
}

absl::Status BackupFolder::Restore(uint32_t id, const std::string& store_path) const {
  ASSIGN_OR_RETURN(const auto engine, OpenEngine<rocksdb::BackupEngineReadOnly>(path_));
  RETURN_IF_ERROR(MakeFolders(store_path));
  RETURN_IF_ERROR(FromRocksDb(engine->RestoreDBFromBackup(id, store_path, store_path),
                              absl::StrCat("restoring backup ", id, " to ", store_path)));
  return SyncFileSystemOf(store_path);
}

}  // namespace kopa::storage
