#ifndef KOPA_COMMON_ENGINE_SPACE_GUARD_H_
#define KOPA_COMMON_ENGINE_SPACE_GUARD_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "common/base/clock.h"
#include "common/storage/store.h"

namespace kopa::engine {

// Says whether there is disk space for more writes. RocksDB ends the process when the log hits a
// full disk, and again at each restart; so writes are refused while some space is left. Asks the
// stores at most twice a second. Thread-safe.
class SpaceGuard {
 public:
  // What is written to several stores needs space for each: they may lie on different disks.
  SpaceGuard(std::vector<const storage::Store*> stores, const Clock* clock, uint64_t reserve_bytes);
  SpaceGuard(const storage::Store* store, const Clock* clock, uint64_t reserve_bytes)
      : SpaceGuard(std::vector<const storage::Store*>{store}, clock, reserve_bytes) {}

  bool HasSpace();

 private:
  const std::vector<const storage::Store*> stores_;
  const Clock* const clock_;
  const uint64_t reserve_bytes_;
  std::atomic<int64_t> next_look_nanos_{0};
  std::atomic<bool> has_space_{true};
};

}  // namespace kopa::engine

#endif  // KOPA_COMMON_ENGINE_SPACE_GUARD_H_
