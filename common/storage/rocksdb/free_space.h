#ifndef KOPA_COMMON_STORAGE_ROCKSDB_FREE_SPACE_H_
#define KOPA_COMMON_STORAGE_ROCKSDB_FREE_SPACE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/rocksdb/rocksdb_store.h"

namespace kopa::storage {

// Opening a store writes new files whether or not anything changes. What they take, with some to
// spare for what a server writes before it takes requests.
inline constexpr uint64_t kOpeningBytes = uint64_t{8} << 20;

// What is free on the disk where `path` is, or would be made.
absl::StatusOr<uint64_t> FreeBytesAt(const std::string& path);

// What opening the store for writing may take of its disk: the logs that were not yet made tables
// are made so now.
uint64_t BytesToOpen(const RocksDbOptions& options);

// RESOURCE_EXHAUSTED, with folder and figures, where there is less: RocksDB would end the process
// on its way without a word. Between this and the reserve at which changes are refused
// (common/engine/space_guard.h) a server still starts, and serves reads.
absl::Status CheckSpaceToOpen(const RocksDbOptions& options);

}  // namespace kopa::storage

#endif  // KOPA_COMMON_STORAGE_ROCKSDB_FREE_SPACE_H_
