#ifndef KOPA_COMMON_BASE_CLOCK_H_
#define KOPA_COMMON_BASE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace kopa {

// Where time comes from. Passed in by main(), so that cores, tests and the simulator set it.
// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall-clock time, to the microsecond. May jump.
  virtual absl::Time Now() const = 0;
  // Nanoseconds of a clock that never goes back; only differences mean something.
  virtual int64_t MonotonicNanos() const = 0;
};

class SystemClock : public Clock {
 public:
  absl::Time Now() const override;
  int64_t MonotonicNanos() const override;
};

// A clock that stands still until it is told to move.
class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time start) : micros_(absl::ToUnixMicros(start)) {}
  absl::Time Now() const override { return absl::FromUnixMicros(micros_.load()); }
  int64_t MonotonicNanos() const override { return micros_.load() * 1000; }
  void Advance(absl::Duration by) { micros_ += absl::ToInt64Microseconds(by); }
  void Set(absl::Time to) { micros_ = absl::ToUnixMicros(to); }

 private:
  std::atomic<int64_t> micros_;
};

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_CLOCK_H_
