#ifndef KOPA_COMMON_RPC_STATUS_H_
#define KOPA_COMMON_RPC_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "common/base/status.h"
#include "grpcpp/support/status.h"

namespace kopa::rpc {

// Code of the fault that ends a list which had to be cut to pass as metadata (limits.h); its
// message says how many are missing.
inline constexpr char kMoreFaults[] = "MORE_FAULTS";

// A status as it travels: the same canonical code and text; faults, reason and retry delay in the
// binary details as kopa.programme.v1.ErrorInfo. Texts are made valid UTF-8 and cut to limits.h.
grpc::Status ToGrpc(const absl::Status& status);

// The way back. Details that are missing or of another making are left out; a code that gRPC does
// not know becomes UNKNOWN.
absl::Status FromGrpc(const grpc::Status& status);

// Attaches a stable upper-case reason ("NODE_FENCED") that programs may branch on. No effect on OK.
absl::Status WithReason(absl::Status status, absl::string_view reason);
// Empty where none was attached.
std::string ReasonOf(const absl::Status& status);

// Attaches after which time a retry makes sense, in whole milliseconds. No effect on OK.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);
absl::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_STATUS_H_
