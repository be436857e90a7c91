#ifndef KOPA_CLIENT_INCLUDE_KOPA_RETRY_LOOP_H_
#define KOPA_CLIENT_INCLUDE_KOPA_RETRY_LOOP_H_

#include <functional>
#include <limits>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/entropy.h"

namespace kopa::client {

// Waits; main() passes one that really sleeps, tests one that notes the delay.
using Sleeper = std::function<void(absl::Duration)>;

// How long to wait between attempts: half of a delay that doubles, and a random part of the other
// half, so that many clients of a server that comes back do not come back at once.
struct RetryPolicy {
  absl::Duration first_delay = absl::Milliseconds(200);
  absl::Duration delay_max = absl::Seconds(2);
  // The first included. What ends a call is its time, unless somebody wants a number as well.
  int attempts_max = std::numeric_limits<int>::max();
};

// True for UNAVAILABLE, RESOURCE_EXHAUSTED and DEADLINE_EXCEEDED: the same request may be sent
// again.
bool IsWorthRetrying(const absl::Status& status);

// The delays of one call. Not thread-safe.
class Backoff {
 public:
  Backoff(const RetryPolicy& policy, Entropy* entropy) : policy_(policy), entropy_(entropy) {}

  // How long to wait after an attempt that ended with `status`; nothing where another makes no
  // sense. A delay that the server asked for is kept as the least.
  std::optional<absl::Duration> NextDelay(const absl::Status& status);

  // After a success: the next failure is a first one.
  void Reset() { attempts_ = 0; }

 private:
  const RetryPolicy policy_;
  Entropy* const entropy_;
  int attempts_ = 0;
};

// Calls `attempt` (a function that gives a StatusOr) until it succeeds, fails for good, or the next
// delay would not fit into what `time_left` says. Only for what is safe to repeat: reads, and
// mutations that carry the same request_id each time.
template <typename Attempt>
auto RetryLoop(Backoff backoff, const Sleeper& sleep,
               const std::function<absl::Duration()>& time_left, const Attempt& attempt) {
  for (;;) {
    auto result = attempt();
    if (result.ok()) return result;
    const std::optional<absl::Duration> delay = backoff.NextDelay(result.status());
    if (!delay.has_value() || *delay >= time_left()) return result;
    sleep(*delay);
  }
}

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INCLUDE_KOPA_RETRY_LOOP_H_
