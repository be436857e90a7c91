#ifndef KOPA_COMMON_STORAGE_ROCKSDB_BACKUP_H_
#define KOPA_COMMON_STORAGE_ROCKSDB_BACKUP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/file.h"
#include "common/storage/rocksdb/rocksdb_store.h"

namespace kopa::storage {

// One copy of a store in a folder of copies.
struct BackupRecord {
  uint32_t id = 0;  // counts up from 1 in its folder
  absl::Time time;  // of making it, to the second
  // Of all its files; what it shares with others counts in each.
  int64_t size_bytes = 0;
  std::string owner;  // whose the store is, as CreateBackup was told
};

// A folder of copies of one store, kept by RocksDB's backup engine: a copy takes the room of what
// changed since the one before. Held against every other process while this lives. One thread.
class BackupFolder {
 public:
  // Makes the folder if need be. FAILED_PRECONDITION where another process holds it.
  static absl::StatusOr<BackupFolder> Create(const std::string& path);
  // NOT_FOUND where there is none. Where nothing can be written to the folder, for reading alone:
  // it is then not held, and who finds copies gone or changed meanwhile gets DATA_LOSS or
  // NOT_FOUND.
  static absl::StatusOr<BackupFolder> OpenExisting(const std::string& path);

  // Copies all that the store has acknowledged by now, and perhaps more: always a state that a
  // crash could have left. The store may be in use meanwhile. `cancelled` is asked every few MiB.
  //
  // FAILED_PRECONDITION  the store is not one of OpenRocksDb; the folder has copies of another
  //                      owner's
  // CANCELLED            it was called off; nothing is left of the copy
  absl::StatusOr<BackupRecord> CreateBackup(const Store& store, absl::string_view owner,
                                            const std::function<bool()>& cancelled);

  // Oldest first; those that are damaged are left out.
  absl::StatusOr<std::vector<BackupRecord>> List() const;

  // Those, by number, lowest first: files of them are missing or of another size. What only a
  // checksum tells is Verify's.
  absl::StatusOr<std::vector<uint32_t>> Damaged() const;

  // Reads the copy and compares sizes and checksums. DATA_LOSS where one differs or a file is
  // missing; NOT_FOUND where there is no such copy.
  absl::Status Verify(uint32_t id) const;

  // Deletes one copy, and what no other needs. NOT_FOUND where there is none.
  absl::Status Delete(uint32_t id);

  // Deletes all but the newest `count`, at least one, and what no copy needs any more.
  absl::Status KeepNewest(uint32_t count);

  // The copy as a store, without restoring it; path, create_if_missing and read_only of `options`
  // are not looked at. The copy must not be deleted meanwhile.
  absl::StatusOr<std::unique_ptr<Store>> Open(uint32_t id, const RocksDbOptions& options) const;

  // Writes the copy to `store_path`, where OpenRocksDb then finds it, and syncs it. What lies there
  // is overwritten.
  absl::Status Restore(uint32_t id, const std::string& store_path) const;

 private:
  BackupFolder(std::string path, std::optional<FileLock> lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  static absl::StatusOr<BackupFolder> Lock(const std::string& path);

  std::string path_;
  std::optional<FileLock> lock_;  // none where the folder can only be read
};

}  // namespace kopa::storage

#endif  // KOPA_COMMON_STORAGE_ROCKSDB_BACKUP_H_
