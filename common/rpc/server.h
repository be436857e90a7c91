#ifndef KOPA_COMMON_RPC_SERVER_H_
#define KOPA_COMMON_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/observability/logging.h"
#include "common/observability/metrics.h"
#include "common/rpc/limits.h"
#include "common/rpc/peer_guard.h"
#include "common/rpc/tls.h"
#include "common/rpc/tls_watch.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/server.h"

namespace kopa::rpc {

struct ServerBuilderOptions {
  std::string address;    // ADDR:PORT; port 0 picks a free one
  bool insecure = false;  // plaintext; refused unless the address is loopback
  TlsFiles tls;           // where not insecure
  bool reflection = true;
  // Counts calls where set, timing them by `clock`, and tells how long the server's certificate
  // holds. All three must outlive the server; `clock` is needed for metrics and for TLS.
  observability::Metrics* metrics = nullptr;
  const Clock* clock = nullptr;
  observability::Logger* logger = nullptr;  // of what becomes of TLS files that change

  // Set by tests only.
  int message_bytes_max = kMessageBytesMax;
  int streams_per_connection_max = kStreamsPerConnectionMax;
  int connection_idle_ms_max = kConnectionIdleMsMax;
  absl::Duration tls_look_pause = absl::Seconds(1);
};

// A listening gRPC server with its services, and what every server of ours has: the limits of
// limits.h, a refusal to share its port with another process, mutual TLS or loopback plaintext,
// grpc.health.v1, reflection, metrics. Thread-safe.
//
// Its TLS files are looked at each second. A new certificate and key are shown from the next
// connection on; whom the new authorities and revocation list no longer trust is refused from the
// next call on, and running calls of theirs are ended.
class Server {
 public:
  // The services must outlive the server. INVALID_ARGUMENT where the address or the TLS files are
  // wrong, or plaintext is not allowed; UNAVAILABLE where the port is taken.
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

  // Why the TLS files that lie there now are not those in use; OK where they are, and on plaintext.
  absl::Status last_tls_reload() const;

 private:
  Server() = default;
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> StartTls(
      const ServerBuilderOptions& options);

  std::string address_;
  // Neither is there on plaintext.
  std::shared_ptr<PeerGuard> guard_;
  std::unique_ptr<TlsWatch> watch_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_SERVER_H_
