#ifndef KOPA_COMMON_RPC_SERVER_H_
#define KOPA_COMMON_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/observability/metrics.h"
#include "common/rpc/limits.h"
#include "common/rpc/tls.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace kopa::rpc {

struct ServerBuilderOptions {
  std::string address;    // ADDR:PORT; port 0 picks a free one
  bool insecure = false;  // plaintext; refused unless the address is loopback
  TlsFiles tls;           // where not insecure
  bool reflection = true;
  // Counts calls where set, timing them by `clock`; set both or none. They must outlive the server.
  observability::Metrics* metrics = nullptr;
  const Clock* clock = nullptr;

  // Set by tests only.
  int message_bytes_max = kMessageBytesMax;
  int streams_per_connection_max = kStreamsPerConnectionMax;
  int connection_idle_ms_max = kConnectionIdleMsMax;
};

// Gives `builder` everything a server of ours needs before its services: the limits of limits.h, a
// refusal to share its port with another process, mutual TLS or loopback plaintext, grpc.health.v1,
// reflection, metrics. `*port` receives the port once the server was built and must live until
// then.
//
// INVALID_ARGUMENT where the address or the TLS files are wrong, or plaintext is not allowed.
absl::Status ConfigureServerBuilder(const ServerBuilderOptions& options,
                                    grpc::ServerBuilder* builder, int* port);

// A listening gRPC server with its services. Thread-safe.
class Server {
 public:
  // The services must outlive the server. UNAVAILABLE where the port is taken; otherwise as above.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerBuilderOptions& options,
                                                       const std::vector<grpc::Service*>& services);
  ~Server();

  // Where it listens, with the port that was picked.
  const std::string& address() const { return address_; }

  // What grpc.health.v1 answers, for the server and for each of its services. SERVING from the
  // start.
  void SetServing(bool serving);

  // Takes no more calls, lets those that run finish, cancels the rest after `patience`. Blocks.
  void Shutdown(absl::Duration patience);

  // For in-process channels.
  grpc::Server* grpc_server() { return server_.get(); }

 private:
  Server(std::string address, std::unique_ptr<grpc::Server> server)
      : address_(std::move(address)), server_(std::move(server)) {}

  const std::string address_;
  const std::unique_ptr<grpc::Server> server_;
};

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_SERVER_H_
