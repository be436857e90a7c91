// `restore` of backup_command.h.

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/bytes.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/operations/backup_command.h"
#include "common/operations/make_backup.h"
#include "common/server/data_folder.h"
#include "common/server/restored_marker.h"
#include "common/server/sync_folder.h"
#include "common/storage/rocksdb/backup.h"
#include "common/storage/rocksdb/rocksdb_store.h"

namespace kopa::operations {
namespace {

// Where the copy grows, beside where it will stand.
constexpr char kGrowing[] = "/store.restoring";

absl::Status Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("renaming ", from, " to ", to, ": ", std::strerror(errno)));
}

// What a restore that was broken off or a server that never served leaves does not count.
absl::StatusOr<bool> IsEmpty(const std::string& data_dir) {
  std::error_code error;
  std::filesystem::directory_iterator entry(data_dir, error);
  for (const std::filesystem::directory_iterator end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name != "lock" && name != "store.restoring" && name != "RESTORED") return false;
  }
  if (error) {
    return absl::InternalError(absl::StrCat("looking into ", data_dir, ": ", error.message()));
  }
  return true;
}

// The copy that is asked for, whole and of this program's.
absl::StatusOr<storage::BackupRecord> Choose(const StoreKind& kind,
                                             const storage::BackupFolder& backups,
                                             const std::string& from, uint32_t id) {
  ASSIGN_OR_RETURN(const auto records, backups.List());
  if (records.empty()) {
    return absl::NotFoundError(absl::StrCat("there is no backup in ", from, " that can be read"));
  }
  storage::BackupRecord chosen = records.back();
  std::string known;
  bool found = id == 0;
  for (const storage::BackupRecord& record : records) {
    absl::StrAppend(&known, known.empty() ? "" : ", ", record.id);
    if (record.id != id) continue;
    chosen = record;
    found = true;
  }
  if (!found) {
    return absl::NotFoundError(
        absl::StrCat("--backup-id: there is no backup ", id, " in ", from, "; there are: ", known));
  }
  if (chosen.owner != kind.program && !absl::StartsWith(chosen.owner, kind.program + " ")) {
    return absl::FailedPreconditionError(absl::StrCat("the backups in ", from, " are of ",
                                                      chosen.owner, ", this is ", kind.program));
  }
  RETURN_IF_ERROR(backups.Verify(chosen.id));
  return chosen;
}

// A name that nothing has yet: two restores may come within one second.
std::string AsideOf(const std::string& data_dir, absl::Time now) {
  const std::string name = absl::StrCat(
      data_dir, ".before-restore-", absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  std::string aside = name;
  for (int next = 2; FileExists(aside); ++next) aside = absl::StrCat(name, "-", next);
  return aside;
}

// Takes the folder's lock, and moves data that are there out of the way where that was asked for.
absl::StatusOr<server::DataFolder> TakeFolder(const std::string& data_dir, bool force,
                                              absl::Time now, std::ostream& out) {
  ASSIGN_OR_RETURN(server::DataFolder folder, server::DataFolder::Create(data_dir));
  ASSIGN_OR_RETURN(const bool is_empty, IsEmpty(data_dir));
  if (is_empty) return folder;
  if (!force) {
    return absl::FailedPreconditionError(
        absl::StrCat("data folder ", data_dir,
                     " is not empty; with --force what is there is kept "
                     "under another name"));
  }
  const std::string aside = AsideOf(data_dir, now);
  RETURN_IF_ERROR(Rename(data_dir, aside));
  out << "what was in " << data_dir << " is now in " << aside << "\n";
  // The lock that is held went along; the new folder has one of its own.
  return server::DataFolder::Create(data_dir);
}

// Writes the copy beside its place, opens it, and gives it its place as the last step.
absl::StatusOr<StoreIdentity> PutInPlace(const StoreKind& kind,
                                         const storage::BackupFolder& backups, uint32_t id,
                                         const std::string& data_dir,
                                         const server::DataFolder& folder) {
  const std::string growing = data_dir + kGrowing;
  std::error_code error;
  std::filesystem::remove_all(growing, error);
  if (error) return absl::InternalError(absl::StrCat("removing ", growing, ": ", error.message()));
  RETURN_IF_ERROR(backups.Restore(id, growing));
  StoreIdentity identity;
  {
    storage::RocksDbOptions options;
    options.path = growing;
    options.families = kind.families;
    // For writing: a copy of an older version lacks families that are made now.
    ASSIGN_OR_RETURN(const std::unique_ptr<storage::Store> store, storage::OpenRocksDb(options));
    ASSIGN_OR_RETURN(identity, kind.identify(*store->Snapshot()));
  }
  RETURN_IF_ERROR(server::LeaveRestoredMarker(data_dir));
  RETURN_IF_ERROR(Rename(growing, folder.store_path()));
  RETURN_IF_ERROR(server::SyncFolder(data_dir));
  return identity;
}

}  // namespace

absl::Status RunRestore(const StoreKind& kind, const settings::Settings& settings, absl::Time now,
                        std::ostream& out) {
  absl::string_view named = settings.GetString("data-dir");
  while (named.size() > 1 && absl::ConsumeSuffix(&named, "/")) {
  }
  const std::string data_dir(named);
  const std::string& from = settings.GetString("from");
  if (data_dir.empty()) return absl::InvalidArgumentError("--data-dir is missing");
  if (from.empty()) {
    return absl::InvalidArgumentError("--from is missing: say where the copies lie");
  }
  const int64_t id = settings.GetInt("backup-id");
  if (id < 0 || id > std::numeric_limits<uint32_t>::max()) {
    return absl::InvalidArgumentError("--backup-id is a number that `backup` printed");
  }
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(from, error).string();
  if (absl::Status fits = CheckBackupFolder(data_dir, absolute); !fits.ok()) {
    return Annotate(fits, "--from");
  }
  ASSIGN_OR_RETURN(const auto backups, storage::BackupFolder::OpenExisting(absolute));
  ASSIGN_OR_RETURN(const storage::BackupRecord chosen,
                   Choose(kind, backups, absolute, static_cast<uint32_t>(id)));
  ASSIGN_OR_RETURN(const server::DataFolder folder,
                   TakeFolder(data_dir, settings.GetBool("force"), now, out));
  ASSIGN_OR_RETURN(const StoreIdentity identity,
                   PutInPlace(kind, backups, chosen.id, data_dir, folder));
  out << "restored backup " << chosen.id << " of " << identity.owner << ", made "
      << absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", chosen.time, absl::UTCTimeZone()) << ", to "
      << data_dir << ": journal up to record " << identity.head.seq.value() << " with hash "
      << ToHex(identity.head.hash) << "\n";
  for (const std::string& line : kind.after_restore) out << line << "\n";
  out.flush();
  return absl::OkStatus();
}

}  // namespace kopa::operations
