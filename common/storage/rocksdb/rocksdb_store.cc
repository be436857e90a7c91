#include "common/storage/rocksdb/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/perf_level.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/storage/rocksdb/free_space.h"
#include "common/storage/rocksdb/rocksdb_convert.h"
#include "common/storage/rocksdb/rocksdb_database.h"
#include "common/storage/rocksdb/rocksdb_settings.h"

namespace kopa::storage {
namespace {

using FamilyHandles = std::vector<rocksdb::ColumnFamilyHandle*>;

// What a view and its iterators need of an open store. Constant after construction.
struct Opened {
  rocksdb::DB* database;
  FamilyHandles handles;  // by Family

  rocksdb::ColumnFamilyHandle* At(Family family) const {
    KOPA_CHECK(family < handles.size());
    return handles[family];
  }
};

class RocksDbIterator : public Iterator {
 public:
  RocksDbIterator(const Opened& opened, rocksdb::ReadOptions options, Family family,
                  absl::string_view begin, absl::string_view end, bool reverse)
      : begin_(begin), end_(end), begin_slice_(begin_), end_slice_(end_), reverse_(reverse) {
    if (!end_.empty() && begin_ >= end_) return;  // RocksDB takes bounds in order only
    options.iterate_lower_bound = &begin_slice_;
    if (!end_.empty()) options.iterate_upper_bound = &end_slice_;
    iterator_.reset(opened.database->NewIterator(options, opened.At(family)));
    if (reverse_) {
      iterator_->SeekToLast();
    } else {
      iterator_->SeekToFirst();
    }
  }

  bool Valid() const override { return iterator_ != nullptr && iterator_->Valid(); }

  void Next() override {
    KOPA_CHECK(Valid());
    if (reverse_) {
      iterator_->Prev();
    } else {
      iterator_->Next();
    }
  }

  absl::string_view key() const override {
    KOPA_CHECK(Valid());
    return FromSlice(iterator_->key());
  }

  absl::string_view value() const override {
    KOPA_CHECK(Valid());
    return FromSlice(iterator_->value());
  }

  absl::Status status() const override {
    if (iterator_ == nullptr) return absl::OkStatus();
    return FromRocksDb(iterator_->status(), "scanning");
  }

 private:
  const std::string begin_;  // the slices below point into these, and RocksDB at the slices
  const std::string end_;
  const rocksdb::Slice begin_slice_;
  const rocksdb::Slice end_slice_;
  const bool reverse_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

absl::StatusOr<std::string> GetFrom(const Opened& opened, const rocksdb::ReadOptions& options,
                                    Family family, absl::string_view key) {
  std::string value;
  const rocksdb::Status status =
      opened.database->Get(options, opened.At(family), ToSlice(key), &value);
  if (!status.ok()) return FromRocksDb(status, "reading");
  return value;
}

class RocksDbView : public View {
 public:
  explicit RocksDbView(const Opened& opened) : opened_(opened), options_(CheckedRead()) {
    options_.snapshot = opened_.database->GetSnapshot();
  }
  ~RocksDbView() override { opened_.database->ReleaseSnapshot(options_.snapshot); }
  RocksDbView(const RocksDbView&) = delete;
  RocksDbView& operator=(const RocksDbView&) = delete;

  absl::StatusOr<std::string> Get(Family family, absl::string_view key) const override {
    return GetFrom(opened_, options_, family, key);
  }

  std::vector<absl::StatusOr<std::string>> MultiGet(
      Family family, absl::Span<const std::string> keys) const override {
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> found(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    opened_.database->MultiGet(options_, opened_.At(family), slices.size(), slices.data(),
                               found.data(), statuses.data());
    std::vector<absl::StatusOr<std::string>> values;
    values.reserve(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].ok()) {
        values.push_back(found[i].ToString());
      } else {
        values.push_back(FromRocksDb(statuses[i], "reading"));
      }
    }
    return values;
  }

  std::unique_ptr<Iterator> Scan(Family family, absl::string_view begin, absl::string_view end,
                                 bool reverse) const override {
    return std::make_unique<RocksDbIterator>(opened_, options_, family, begin, end, reverse);
  }

 private:
  const Opened& opened_;
  rocksdb::ReadOptions options_;  // constant after construction
};

// Keeps every other opener of the same folder out while a read-only store is open; RocksDB itself
// takes its lock only for writing. A folder that this process can't write to is left unlocked.
class ReadOnlyLock {
 public:
  ReadOnlyLock() = default;
  ~ReadOnlyLock() {
    if (lock_ != nullptr) rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError();
  }
  ReadOnlyLock(const ReadOnlyLock&) = delete;
  ReadOnlyLock& operator=(const ReadOnlyLock&) = delete;

  rocksdb::Status Take(const std::string& path) {
    if (access(path.c_str(), W_OK) != 0) return rocksdb::Status::OK();
    return rocksdb::Env::Default()->LockFile(path + "/LOCK", &lock_);
  }

 private:
  rocksdb::FileLock* lock_ = nullptr;
};

class RocksDbStore : public Store, public RocksDbDatabase {
 public:
  // `env` is kept as long as the database; null for the default one.
  RocksDbStore(std::string path, std::shared_ptr<rocksdb::Env> env,
               std::unique_ptr<ReadOnlyLock> lock, std::unique_ptr<rocksdb::DB> database,
               FamilyHandles handles, rocksdb::ColumnFamilyHandle* default_handle)
      : path_(std::move(path)),
        env_(std::move(env)),
        lock_(std::move(lock)),
        database_(std::move(database)),
        default_handle_(default_handle),
        opened_{database_.get(), std::move(handles)} {}

  // Nothing is lost where closing fails: what was acknowledged is in the synced log.
  ~RocksDbStore() override {
    Failpoint("store-before-close");
    for (rocksdb::ColumnFamilyHandle* handle : opened_.handles) {
      database_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
    database_->DestroyColumnFamilyHandle(default_handle_).PermitUncheckedError();
    database_->Close().PermitUncheckedError();
    Failpoint("store-closed");
  }
  RocksDbStore(const RocksDbStore&) = delete;
  RocksDbStore& operator=(const RocksDbStore&) = delete;

  absl::Status Write(const WriteBatch& batch) override {
    rocksdb::WriteBatch converted(batch.bytes() + 16 * batch.changes().size());
    for (const WriteBatch::Change& change : batch.changes()) {
      rocksdb::ColumnFamilyHandle* handle = opened_.At(change.family);
      const rocksdb::Status status = change.is_delete
                                         ? converted.Delete(handle, change.key)
                                         : converted.Put(handle, change.key, change.value);
      RETURN_IF_ERROR(FromRocksDb(status, "building a batch"));
    }
    // The engine's own counters of this thread: nobody reads them, and counting takes a tenth of a
    // write.
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    return FromRocksDb(database_->Write(SyncedWrite(), &converted),
                       absl::StrCat("writing ", path_));
  }

  rocksdb::DB* database() const override { return database_.get(); }

  std::unique_ptr<View> Snapshot() const override { return std::make_unique<RocksDbView>(opened_); }

  absl::StatusOr<std::string> Get(Family family, absl::string_view key) const override {
    return GetFrom(opened_, CheckedRead(), family, key);
  }

  absl::Status Purge(Family family, absl::string_view begin, absl::string_view end) override {
    const std::string doing = absl::StrCat("purging ", path_);
    rocksdb::ColumnFamilyHandle* handle = opened_.At(family);
    // All families: a log is dropped once none of them needs it any more.
    FamilyHandles all = opened_.handles;
    all.push_back(default_handle_);
    RETURN_IF_ERROR(FromRocksDb(database_->Flush(rocksdb::FlushOptions(), all), doing));

    rocksdb::CompactRangeOptions compaction;
    compaction.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    const rocksdb::Slice first = ToSlice(begin);
    const rocksdb::Slice last = ToSlice(end);
    RETURN_IF_ERROR(FromRocksDb(
        database_->CompactRange(compaction, handle, &first, end.empty() ? nullptr : &last), doing));
    // The files that were replaced are removed in the background; switching removal off and on
    // again waits for that and removes what is left.
    RETURN_IF_ERROR(FromRocksDb(database_->DisableFileDeletions(), doing));
    return FromRocksDb(database_->EnableFileDeletions(/*force=*/false), doing);
  }

  absl::StatusOr<uint64_t> FreeBytes() const override { return FreeBytesAt(path_); }

 private:
  // Constant after construction; RocksDB's own objects are thread-safe. The lock goes last.
  const std::string path_;
  const std::shared_ptr<rocksdb::Env> env_;
  const std::unique_ptr<ReadOnlyLock> lock_;
  const std::unique_ptr<rocksdb::DB> database_;
  rocksdb::ColumnFamilyHandle* const default_handle_;
  const Opened opened_;
};

// Where the file CURRENT is missing RocksDB makes a new store; it stops at logs of an old one that
// lie there, but not at its tables.
absl::Status RefuseLeftovers(const std::string& path) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".sst") {
      return absl::DataLossError(
          absl::StrCat(path, " has data of a store but its file CURRENT is gone"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTable(const std::vector<std::string>& families) {
  absl::flat_hash_set<std::string> seen = {rocksdb::kDefaultColumnFamilyName};
  for (const std::string& name : families) {
    if (name.empty() || !seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat("family name \"", name, "\" is not usable"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFamiliesOnDisk(const RocksDbOptions& options) {
  std::vector<std::string> on_disk;
  RETURN_IF_ERROR(FromRocksDb(
      rocksdb::DB::ListColumnFamilies(DatabaseSettings(options), options.path, &on_disk),
      absl::StrCat("opening ", options.path)));
  absl::flat_hash_set<std::string> known(options.families.begin(), options.families.end());
  known.insert(rocksdb::kDefaultColumnFamilyName);
  for (const std::string& name : on_disk) {
    if (known.erase(name) == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat(options.path, " has a family \"", name,
                       "\" that this program does not know; was it written by a newer version?"));
    }
  }
  if (options.read_only && !known.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(options.path, " has no family \"", *known.begin(),
                     "\"; it is added when the store is opened for writing"));
  }
  return absl::OkStatus();
}

absl::Status OpenError(const rocksdb::Status& status, const std::string& path) {
  // RocksDB has no code of its own for a held lock, only the message that names the lock file.
  if (status.IsIOError() && absl::StrContains(status.ToString(), "/LOCK:")) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is in use by another process or store: ", status.ToString()));
  }
  return FromRocksDb(status, absl::StrCat("opening ", path));
}

// In the order of the table; RocksDB's own comes last.
std::vector<rocksdb::ColumnFamilyDescriptor> Descriptors(const RocksDbOptions& options) {
  const rocksdb::ColumnFamilyOptions settings = FamilySettings(options);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : options.families) descriptors.emplace_back(name, settings);
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, settings);
  return descriptors;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksDb(const RocksDbOptions& options) {
  RETURN_IF_ERROR(CheckTable(options.families));
  const bool is_there = FileExists(options.path + "/CURRENT");
  if (is_there) {
    RETURN_IF_ERROR(CheckFamiliesOnDisk(options));
  } else {
    RETURN_IF_ERROR(RefuseLeftovers(options.path));
    if (options.read_only || !options.create_if_missing) {
      return absl::NotFoundError(absl::StrCat("there is no store at ", options.path));
    }
  }
  if (!options.read_only) RETURN_IF_ERROR(CheckSpaceToOpen(options));
  if (!is_there) RETURN_IF_ERROR(MakeFolders(options.path));

  const std::vector<rocksdb::ColumnFamilyDescriptor> descriptors = Descriptors(options);
  Failpoint("store-before-open");
  FamilyHandles handles;
  rocksdb::DB* database = nullptr;
  std::unique_ptr<ReadOnlyLock> lock;
  rocksdb::Status status;
  if (options.read_only) {
    lock = std::make_unique<ReadOnlyLock>();
    status = lock->Take(options.path);
    if (!status.ok()) return OpenError(status, options.path);
    status = rocksdb::DB::OpenForReadOnly(DatabaseSettings(options), options.path, descriptors,
                                          &handles, &database);
  } else {
    status = rocksdb::DB::Open(DatabaseSettings(options), options.path, descriptors, &handles,
                               &database);
  }
  if (!status.ok()) return OpenError(status, options.path);
  Failpoint("store-opened");
  rocksdb::ColumnFamilyHandle* default_handle = handles.back();
  handles.pop_back();
  return std::make_unique<RocksDbStore>(options.path, /*env=*/nullptr, std::move(lock),
                                        std::unique_ptr<rocksdb::DB>(database), std::move(handles),
                                        default_handle);
}

absl::StatusOr<std::unique_ptr<Store>> OpenReadOnlyThrough(
    const RocksDbOptions& options, const std::shared_ptr<rocksdb::Env>& env) {
  RETURN_IF_ERROR(CheckTable(options.families));
  rocksdb::DBOptions settings = DatabaseSettings(options);
  settings.env = env.get();
  FamilyHandles handles;
  rocksdb::DB* database = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      settings, options.path, Descriptors(options), &handles, &database);
  if (!status.ok()) return OpenError(status, options.path);
  rocksdb::ColumnFamilyHandle* default_handle = handles.back();
  handles.pop_back();
  return std::make_unique<RocksDbStore>(options.path, env, /*lock=*/nullptr,
                                        std::unique_ptr<rocksdb::DB>(database), std::move(handles),
                                        default_handle);
}

}  // namespace kopa::storage
