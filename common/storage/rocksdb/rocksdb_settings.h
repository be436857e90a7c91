#ifndef KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_SETTINGS_H_
#define KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_SETTINGS_H_

#include <rocksdb/options.h>

#include "common/storage/rocksdb/rocksdb_store.h"

namespace kopa::storage {

// Inside this folder only: the settings of RocksDB 7.8 that the promise "nothing acknowledged is
// lost" and a small server's memory ask for, each with its reason.

rocksdb::DBOptions DatabaseSettings(const RocksDbOptions& options);

// One for all families, so that they share the block cache.
rocksdb::ColumnFamilyOptions FamilySettings(const RocksDbOptions& options);

rocksdb::WriteOptions SyncedWrite();
rocksdb::ReadOptions CheckedRead();

}  // namespace kopa::storage

#endif  // KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_SETTINGS_H_
