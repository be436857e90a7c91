#ifndef KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_STORE_H_
#define KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_STORE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/store.h"

namespace kopa::storage {

struct RocksDbOptions {
  std::string path;  // a folder of its own

  // The family table: the index of a name is its Family. Names may be added at the end from one
  // version of a program to the next, but neither dropped nor moved. "default" is RocksDB's own and
  // refused.
  std::vector<std::string> families;

  bool create_if_missing = false;

  // Looks at a store at rest and changes no file of it; Write and Purge are refused. For `verify`.
  bool read_only = false;

  // What the store may take of memory is about the sum of these two and 20 MiB. A process with two
  // stores gives the smaller one less.
  size_t block_cache_bytes = size_t{64} << 20;
  size_t write_buffer_bytes = size_t{64} << 20;
};

// Opens a store kept by RocksDB, set up so that nothing acknowledged is lost: every write is
// synced, every checksum is verified, and a damaged log is refused instead of cut off at the
// damage.
//
// Errors:
//   NOT_FOUND            there is no store at `path` and none is to be made
//   FAILED_PRECONDITION  another process or another open store holds it; it has a family that is
//                        not in the table; read_only and it lacks one that is
//   DATA_LOSS            something on disk is damaged or missing
//   RESOURCE_EXHAUSTED   the disk is too full to open it for writing (free_space.h)
//
// What can't be seen here: a deleted log opens as an older store without complaint. Callers keep
// sequence number and head hash outside the store and compare (regional-node/fence).
absl::StatusOr<std::unique_ptr<Store>> OpenRocksDb(const RocksDbOptions& options);

}  // namespace kopa::storage

#endif  // KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_STORE_H_
