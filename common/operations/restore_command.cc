// `restore` of backup_command.h.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

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

// What is moved aside keeps this name where it can't leave the data folder.
constexpr char kAside[] = "before-restore-";

absl::Status Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("renaming ", from, " to ", to, ": ", std::strerror(errno)));
}

// What a restore that was broken off or a server that never served leaves does not count, nor what
// a file system has of its own.
bool IsOfNoMatter(const std::string& name) {
  return name == "lock" || name == "store.restoring" || name == "lost+found" ||
         absl::StartsWith(name, "RESTORED") || absl::StartsWith(name, kAside);
}

absl::StatusOr<bool> IsEmpty(const std::string& data_dir) {
  std::error_code error;
  std::filesystem::directory_iterator entry(data_dir, error);
  for (const std::filesystem::directory_iterator end; !error && entry != end;
       entry.increment(error)) {
    if (!IsOfNoMatter(entry->path().filename().string())) return false;
  }
  if (error) {
    return absl::InternalError(absl::StrCat("looking into ", data_dir, ": ", error.message()));
  }
  return true;
}

// Where the newest copy is damaged nobody is given an older one unasked: it would pass for the
// newest, and what came in between would be gone without a word.
absl::Status NewestIsDamaged(uint32_t damaged, const std::vector<storage::BackupRecord>& records,
                             const std::string& from, absl::string_view detail) {
  std::string said = absl::StrCat("backup ", damaged, " in ", from, " is damaged", detail);
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    if (record->id >= damaged) continue;
    return absl::DataLossError(
        absl::StrCat(said, "; name --backup-id ", record->id, " to take the one before"));
  }
  return absl::DataLossError(absl::StrCat(said, ", and there is none before it"));
}

// The newest of all, whole.
absl::StatusOr<storage::BackupRecord> ChooseNewest(
    const std::vector<storage::BackupRecord>& records, const storage::BackupFolder& backups,
    const std::string& from) {
  ASSIGN_OR_RETURN(const std::vector<uint32_t> damaged, backups.Damaged());
  if (!damaged.empty() && (records.empty() || damaged.back() > records.back().id)) {
    return NewestIsDamaged(damaged.back(), records, from, "");
  }
  if (records.empty()) return absl::NotFoundError(absl::StrCat("there is no backup in ", from));
  const absl::Status whole = backups.Verify(records.back().id);
  if (absl::IsDataLoss(whole)) {
    return NewestIsDamaged(records.back().id, records, from,
                           absl::StrCat(" (", whole.message(), ")"));
  }
  RETURN_IF_ERROR(whole);
  return records.back();
}

absl::StatusOr<storage::BackupRecord> ChooseNamed(uint32_t id,
                                                  const std::vector<storage::BackupRecord>& records,
                                                  const storage::BackupFolder& backups,
                                                  const std::string& from) {
  std::string known;
  for (const storage::BackupRecord& record : records) {
    absl::StrAppend(&known, known.empty() ? "" : ", ", record.id);
    if (record.id != id) continue;
    RETURN_IF_ERROR(backups.Verify(id));
    return record;
  }
  return absl::NotFoundError(absl::StrCat("--backup-id: there is no backup ", id, " in ", from,
                                          " that can be read; there are: ", known));
}

// Whether the copy is of this program's, and of the node's that was named.
absl::Status CheckOwner(const StoreKind& kind, const std::string& owner, const std::string& from) {
  if (owner != kind.program && !absl::StartsWith(owner, kind.program + " ")) {
    return absl::FailedPreconditionError(
        absl::StrCat("the backups in ", from, " are of ", owner, ", this is ", kind.program));
  }
  if (kind.owner.empty() || owner == kind.owner) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the backups in ", from, " are of ", owner, ", this is ", kind.owner));
}

// The copy that is asked for, whole and of this program's.
absl::StatusOr<storage::BackupRecord> Choose(const StoreKind& kind,
                                             const storage::BackupFolder& backups,
                                             const std::string& from, uint32_t id) {
  ASSIGN_OR_RETURN(const auto records, backups.List());
  // All copies in a folder are of one store: told before gigabytes are read.
  if (!records.empty()) RETURN_IF_ERROR(CheckOwner(kind, records.back().owner, from));
  return id == 0 ? ChooseNewest(records, backups, from) : ChooseNamed(id, records, backups, from);
}

// Whose the store is that lies there; empty where there is none that says so.
std::string OwnerAt(const StoreKind& kind, const std::string& store_path) {
  storage::RocksDbOptions options;
  options.path = store_path;
  options.families = kind.families;
  options.read_only = true;
  // What can't be read is perhaps just why it is to be replaced.
  const auto store = storage::OpenRocksDb(options);
  if (!store.ok()) return "";
  const auto identity = kind.identify(*(*store)->Snapshot());
  return identity.ok() ? identity->owner : "";
}

// Whether what is there may give way to a copy of `owner`.
absl::Status CheckGivesWay(const StoreKind& kind, const server::DataFolder& folder,
                           const std::string& data_dir, bool force, const std::string& owner) {
  ASSIGN_OR_RETURN(const bool is_empty, IsEmpty(data_dir));
  if (is_empty) return absl::OkStatus();
  if (!force) {
    return absl::FailedPreconditionError(
        absl::StrCat("data folder ", data_dir,
                     " is not empty; with --force the store that is there is kept "
                     "under another name"));
  }
  const std::string there = OwnerAt(kind, folder.store_path());
  if (there.empty() || there == owner) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the store in ", data_dir, " is of ", there,
                                                    ", the backup is of ", owner,
                                                    ": look whether both folders are right"));
}

// Writes the copy beside its place and opens it. The folder that it grows in is there from the
// beginning to the end, and no store is: that is how a restore that was broken off is told.
absl::StatusOr<StoreIdentity> Grow(const StoreKind& kind, const storage::BackupFolder& backups,
                                   uint32_t id, const std::string& growing) {
  RETURN_IF_ERROR(MakeFolders(growing));
  std::error_code error;
  std::filesystem::directory_iterator entry(growing, error);
  for (const std::filesystem::directory_iterator end; !error && entry != end;
       entry.increment(error)) {
    std::filesystem::remove_all(entry->path(), error);
    if (error) break;
  }
  if (error) return absl::InternalError(absl::StrCat("emptying ", growing, ": ", error.message()));
  RETURN_IF_ERROR(backups.Restore(id, growing));
  storage::RocksDbOptions options;
  options.path = growing;
  options.families = kind.families;
  // For writing: a copy of an older version lacks families that are made now.
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Store> store, storage::OpenRocksDb(options));
  return kind.identify(*store->Snapshot());
}

// A name that nothing has yet: two restores may come within one second.
std::string FreeName(const std::string& begin, absl::Time now) {
  const std::string name =
      absl::StrCat(begin, absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  std::string free = name;
  for (int next = 2; FileExists(free); ++next) free = absl::StrCat(name, "-", next);
  return free;
}

absl::Status MoveInto(const std::string& aside, const std::string& store_path) {
  RETURN_IF_ERROR(MakeFolders(aside));
  if (absl::Status moved = Rename(store_path, aside + "/store"); !moved.ok()) {
    rmdir(aside.c_str());
    return moved;
  }
  return server::SyncFolder(aside);
}

// Beside the data folder, or in it where that can't be: where the folder is a disk of its own or a
// link to another one, or nothing may be made beside it. Gives the place.
absl::StatusOr<std::string> MoveAside(const std::string& data_dir, const std::string& store_path,
                                      absl::Time now) {
  std::string aside = FreeName(absl::StrCat(data_dir, ".", kAside), now);
  if (MoveInto(aside, store_path).ok()) return aside;
  aside = FreeName(absl::StrCat(data_dir, "/", kAside), now);
  RETURN_IF_ERROR(MoveInto(aside, store_path));
  return aside;
}

// Until here nothing of what was there is touched; a restore that is broken off in here leaves no
// store, and no server begins one.
absl::Status PutInPlace(const std::string& data_dir, const server::DataFolder& folder,
                        absl::Time now, std::ostream& out) {
  if (FileExists(folder.store_path())) {
    ASSIGN_OR_RETURN(const std::string aside, MoveAside(data_dir, folder.store_path(), now));
    out << "the store that was in " << data_dir << " is now in " << aside << "\n";
  }
  RETURN_IF_ERROR(server::LeaveRestoredMarker(data_dir));
  RETURN_IF_ERROR(Rename(folder.restoring_path(), folder.store_path()));
  return server::SyncFolder(data_dir);
}

absl::StatusOr<StoreIdentity> Restore(const StoreKind& kind, const storage::BackupFolder& backups,
                                      const storage::BackupRecord& chosen,
                                      const std::string& data_dir, bool force, absl::Time now,
                                      std::ostream& out) {
  ASSIGN_OR_RETURN(const server::DataFolder folder, server::DataFolder::CreateForRestore(data_dir));
  RETURN_IF_ERROR(CheckGivesWay(kind, folder, data_dir, force, chosen.owner));
  auto identity = Grow(kind, backups, chosen.id, folder.restoring_path());
  if (!identity.ok()) {
    // The store that is there goes on as if nothing had been.
    std::error_code ignored;
    if (FileExists(folder.store_path())) {
      std::filesystem::remove_all(folder.restoring_path(), ignored);
    }
    return identity;
  }
  RETURN_IF_ERROR(PutInPlace(data_dir, folder, now, out));
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
  ASSIGN_OR_RETURN(const StoreIdentity identity,
                   Restore(kind, backups, chosen, data_dir, settings.GetBool("force"), now, out));
  out << "restored backup " << chosen.id << " of " << identity.owner << ", made "
      << absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", chosen.time, absl::UTCTimeZone()) << ", to "
      << data_dir << ": journal up to record " << identity.head.seq.value() << " with hash "
      << ToHex(identity.head.hash) << "\n";
  for (const std::string& line : kind.after_restore) out << line << "\n";
  out.flush();
  return absl::OkStatus();
}

}  // namespace kopa::operations
