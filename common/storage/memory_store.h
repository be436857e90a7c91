#ifndef KOPA_COMMON_STORAGE_MEMORY_STORE_H_
#define KOPA_COMMON_STORAGE_MEMORY_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/storage/persistent_map.h"
#include "common/storage/store.h"

namespace kopa::storage {

// The store's twin for tests and the simulator: the same contract, nothing on disk. Views and
// clones cost a few pointers, whatever the store holds. Thread-safe.
class MemoryStore : public Store {
 public:
  // Families 0 to family_count - 1; using another one ends the process.
  explicit MemoryStore(size_t family_count);

  absl::Status Write(const WriteBatch& batch) override;
  std::unique_ptr<View> Snapshot() const override;
  absl::StatusOr<std::string> Get(Family family, absl::string_view key) const override;
  absl::Status Purge(Family family, absl::string_view begin, absl::string_view end) override;
  absl::StatusOr<uint64_t> FreeBytes() const override;

  // A store of its own that holds what this one holds now: the copy that a simulated restore opens.
  std::unique_ptr<MemoryStore> Clone() const;

  // What FreeBytes() answers from now on, for trying a nearly full disk.
  void SetFreeBytes(uint64_t bytes);

 private:
  std::vector<PersistentMap> Families() const;

  const size_t family_count_;
  mutable Mutex mutex_;
  std::vector<PersistentMap> families_ ABSL_GUARDED_BY(mutex_);
  uint64_t free_bytes_ ABSL_GUARDED_BY(mutex_) = uint64_t{1} << 40;
};

}  // namespace kopa::storage

#endif  // KOPA_COMMON_STORAGE_MEMORY_STORE_H_
