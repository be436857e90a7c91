#include "client/internal/rpc_status.h"

#include <string>

#include "common/rpc/status.h"
#include "grpcpp/support/status.h"

namespace kopa::client {

Fault ToFault(const kopa::programme::v1::Fault& fault) {
  return {fault.field(), fault.code(), fault.message(), fault.message_lv()};
}

absl::Status FromErrorInfo(int code, absl::string_view message,
                           const kopa::programme::v1::ErrorInfo& info) {
  return rpc::FromGrpc(grpc::Status(static_cast<grpc::StatusCode>(code), std::string(message),
                                    info.SerializeAsString()));
}

absl::Status Reworded(const absl::Status& status, absl::string_view message) {
  absl::Status reworded(status.code(), message);
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { reworded.SetPayload(url, payload); });
  return reworded;
}

absl::Duration RetryDelayOrZero(const absl::Status& status) {
  return rpc::RetryDelayOf(status).value_or(absl::ZeroDuration());
}

}  // namespace kopa::client
