#include "client/internal/caller.h"

#include "client/internal/rpc_status.h"

namespace kopa::client {

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
