#include "common/engine/space_guard.h"

namespace kopa::engine {
namespace {

constexpr int64_t kLookEveryNanos = 500'000'000;

}  // namespace

SpaceGuard::SpaceGuard(const storage::Store* store, const Clock* clock, uint64_t reserve_bytes)
    : store_(store), clock_(clock), reserve_bytes_(reserve_bytes) {}

bool SpaceGuard::HasSpace() {
  const int64_t now = clock_->MonotonicNanos();
  int64_t next = next_look_nanos_.load(std::memory_order_relaxed);
  if (now >= next && next_look_nanos_.compare_exchange_strong(next, now + kLookEveryNanos)) {
    const auto free_bytes = store_->FreeBytes();
    has_space_ = free_bytes.ok() && *free_bytes >= reserve_bytes_;
  }
  return has_space_;
}

}  // namespace kopa::engine
