#include "common/base/clock.h"

#include <ctime>

#include "absl/time/clock.h"

namespace kopa {

absl::Time SystemClock::Now() const {
  return absl::FromUnixMicros(absl::GetCurrentTimeNanos() / 1000);
}

int64_t SystemClock::MonotonicNanos() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace kopa
