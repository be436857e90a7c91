#ifndef KOPA_COMMON_SERVER_ENDPOINT_H_
#define KOPA_COMMON_SERVER_ENDPOINT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kopa::server {

// How to reach the server that runs on a data folder, for whoever may read that folder: the file
// ENDPOINT in it (0600), there while the server listens. One that a killed server left behind is
// taken away when the next one takes the folder's lock, and no one else looks at it before.
//
//   file ::= address LF token LF       token: hexadecimal digits
struct Endpoint {
  std::string address;  // gRPC
  // Proves to the server that the caller can read its data folder.
  std::string token;
};

absl::Status WriteEndpoint(const std::string& data_dir, const Endpoint& endpoint);
// NOT_FOUND where no server listens; DATA_LOSS where the file does not follow the grammar.
absl::StatusOr<Endpoint> ReadEndpoint(const std::string& data_dir);
// Fine where there is none.
void RemoveEndpoint(const std::string& data_dir);

}  // namespace kopa::server

#endif  // KOPA_COMMON_SERVER_ENDPOINT_H_
