#include "client/internal/caller.h"

#include <algorithm>

#include "client/internal/rpc_status.h"

namespace kopa::client {
namespace {

// For a connection to a server that is probably away.
constexpr absl::Duration kOneTryMax = absl::Seconds(2);

}  // namespace

absl::Status Caller::Connect(absl::Duration wait_max) const {
  if (was_connected_) return absl::OkStatus();
  switch (StateAfterConnecting(*channel_, wait_max)) {
    case GRPC_CHANNEL_READY:
      was_connected_ = true;
      return absl::OkStatus();
    case GRPC_CHANNEL_IDLE:
    case GRPC_CHANNEL_CONNECTING:
      return absl::UnavailableError(
          absl::StrCat("no connection within ", absl::FormatDuration(TimeToConnect())));
    default:
      return absl::OkStatus();
  }
}

absl::Duration Caller::TimeToConnect() const {
  const absl::Duration most =
      patience_ == Patience::kOneTry ? kOneTryMax : options_.connect_timeout;
  return std::min(most, options_.timeout);
}

absl::Duration Caller::TimeForRetries() const {
  if (was_connected_) return options_.timeout;
  return patience_ == Patience::kOneTry ? absl::ZeroDuration() : TimeToConnect();
}

absl::Status Caller::Explain(const absl::Status& status) const {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return Reworded(status, absl::StrCat(server_, " could not be reached: ", status.message()));
    case absl::StatusCode::kDeadlineExceeded:
      return Reworded(status, absl::StrCat(server_, " did not answer within ",
                                           absl::FormatDuration(options_.timeout)));
    default:
      return status;
  }
}

}  // namespace kopa::client
