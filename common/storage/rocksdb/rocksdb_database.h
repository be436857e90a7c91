#ifndef KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_DATABASE_H_
#define KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_DATABASE_H_

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <memory>

#include "absl/status/statusor.h"
#include "common/storage/rocksdb/rocksdb_store.h"

namespace kopa::storage {

// Inside this folder only: what a store that OpenRocksDb gave is besides.
class RocksDbDatabase {
 public:
  virtual ~RocksDbDatabase() = default;
  virtual rocksdb::DB* database() const = 0;
};

// Opens read-only what lies at `options.path` as `env` shows it; a backup is opened so, whose files
// lie in several folders. Nothing is locked: the caller keeps writers away.
absl::StatusOr<std::unique_ptr<Store>> OpenReadOnlyThrough(
    const RocksDbOptions& options, const std::shared_ptr<rocksdb::Env>& env);

}  // namespace kopa::storage

#endif  // KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_DATABASE_H_
