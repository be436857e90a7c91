#ifndef KOPA_CLIENT_INTERNAL_RPC_STATUS_H_
#define KOPA_CLIENT_INTERNAL_RPC_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/status.h"
#include "kopa/programme/v1/error.pb.h"

namespace kopa::client {

// An error that came as part of a stream's answer: as common/rpc/status.h makes of a call's. `code`
// is a canonical code other than OK.
absl::Status FromErrorInfo(int code, absl::string_view message,
                           const kopa::programme::v1::ErrorInfo& info);

// The same status with another message; faults, reason and retry delay kept.
absl::Status Reworded(const absl::Status& status, absl::string_view message);

// Zero where the server said nothing.
absl::Duration RetryDelayOrZero(const absl::Status& status);

Fault ToFault(const kopa::programme::v1::Fault& fault);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_RPC_STATUS_H_
