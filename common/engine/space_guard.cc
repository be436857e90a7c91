#include "common/engine/space_guard.h"

#include <algorithm>
#include <utility>

namespace kopa::engine {
namespace {

constexpr int64_t kLookEveryNanos = 500'000'000;

}  // namespace

SpaceGuard::SpaceGuard(std::vector<const storage::Store*> stores, const Clock* clock,
                       uint64_t reserve_bytes)
    : stores_(std::move(stores)), clock_(clock), reserve_bytes_(reserve_bytes) {}

bool SpaceGuard::HasSpace() {
  const int64_t now = clock_->MonotonicNanos();
  int64_t next = next_look_nanos_.load(std::memory_order_relaxed);
  if (now >= next && next_look_nanos_.compare_exchange_strong(next, now + kLookEveryNanos)) {
    has_space_ = std::all_of(stores_.begin(), stores_.end(), [this](const storage::Store* store) {
      const auto free_bytes = store->FreeBytes();
      return free_bytes.ok() && *free_bytes >= reserve_bytes_;
    });
  }
  return has_space_;
}

}  // namespace kopa::engine
