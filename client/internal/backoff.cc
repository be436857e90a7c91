#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "client/include/kopa/retry_loop.h"
#include "client/internal/rpc_status.h"

namespace kopa::client {
namespace {

// Uniform in [0, 1), in steps of 1/65536.
double Fraction(Entropy* entropy) {
  uint16_t bits = 0;
  entropy->Fill(&bits, sizeof bits);
  return static_cast<double>(bits) / 65536.0;
}

}  // namespace

bool IsWorthRetrying(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kResourceExhausted ||
         status.code() == absl::StatusCode::kDeadlineExceeded;
}

std::optional<absl::Duration> Backoff::NextDelay(const absl::Status& status) {
  ++attempts_;
  if (!IsWorthRetrying(status) || attempts_ >= policy_.attempts_max) return std::nullopt;
  absl::Duration full = policy_.first_delay;
  for (int i = 1; i < attempts_ && full < policy_.delay_max; ++i) full *= 2;
  full = std::min(full, policy_.delay_max);
  const absl::Duration delay = full / 2 + Fraction(entropy_) * (full / 2);
  return std::max(delay, RetryDelayOrZero(status));
}

}  // namespace kopa::client
