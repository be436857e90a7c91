#ifndef KOPA_CLIENT_INCLUDE_KOPA_CONNECTIONS_H_
#define KOPA_CLIENT_INCLUDE_KOPA_CONNECTIONS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/include/kopa/central_client.h"
#include "client/include/kopa/connection_options.h"
#include "client/include/kopa/node_client.h"
#include "grpcpp/client_context.h"

namespace kopa::client {

class Channels;

// How long a server is tried to which there was no connection yet: for the usual connect_timeout;
// or, where it is known to be away, once, for two seconds at most.
enum class Patience { kUsual, kOneTry };

// The way to the servers: hands out clients for an address, all with the same credentials, time-out
// and actor. Channels are kept and shared. Must outlive the clients. Thread-safe.
class Connections {
 public:
  Connections(ConnectionOptions options, ClientParts parts);
  ~Connections();

  // Addresses are "host:port". None of these connects yet. INVALID_ARGUMENT where the address or a
  // TLS file is wrong, or where plaintext is not allowed: it is so on loopback only.
  absl::StatusOr<std::unique_ptr<CentralClient>> Central(const std::string& address);
  // `name` is the node's id where it is known, else empty; for messages.
  absl::StatusOr<std::unique_ptr<NodeClient>> Node(const std::string& name,
                                                   const std::string& address,
                                                   Patience patience = Patience::kUsual);

  // For streams of one's own: a stub, and what each of its contexts must carry.
  absl::StatusOr<std::unique_ptr<kopa::region::v1::RegionService::StubInterface>> RegionStub(
      const std::string& address);
  void Prepare(grpc::ClientContext* context) const;

  const ConnectionOptions& options() const { return options_; }
  const ClientParts& parts() const { return parts_; }

 private:
  const ConnectionOptions options_;
  const ClientParts parts_;
  const std::unique_ptr<Channels> channels_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INCLUDE_KOPA_CONNECTIONS_H_
