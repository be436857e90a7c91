#ifndef KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_CONVERT_H_
#define KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_CONVERT_H_

#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kopa::storage {

// Inside this folder only: RocksDB's types and ours.

inline rocksdb::Slice ToSlice(absl::string_view view) { return {view.data(), view.size()}; }

inline absl::string_view FromSlice(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// `doing` begins the message ("opening /srv/kopa").
absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view doing);

}  // namespace kopa::storage

#endif  // KOPA_COMMON_STORAGE_ROCKSDB_ROCKSDB_CONVERT_H_
