#ifndef KOPA_COMMON_BASE_TIMESTAMP_H_
#define KOPA_COMMON_BASE_TIMESTAMP_H_

#include <cstdint>

#include "absl/time/time.h"

namespace kopa {

// google.protobuf.Timestamp and back, to the microsecond; templates, so that this library needs no
// protobuf. Times out of range, which anybody can send, saturate.

template <typename Timestamp>
void SetTimestamp(Timestamp* out, absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  const absl::Duration part = time - absl::FromUnixSeconds(seconds);
  out->set_nanos(static_cast<int32_t>(absl::ToInt64Microseconds(part) * 1000));
}

template <typename Timestamp>
absl::Time TimeOf(const Timestamp& timestamp) {
  const int64_t micros = timestamp.nanos() / 1000;
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Microseconds(micros);
}

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_TIMESTAMP_H_
