#ifndef KOPA_COMMON_RPC_CHANNEL_H_
#define KOPA_COMMON_RPC_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/tls.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/channel_arguments.h"

namespace kopa::rpc {

struct ChannelOptions {
  std::string address;    // ADDR:PORT
  bool insecure = false;  // plaintext; refused unless the address is loopback
  TlsFiles tls;           // where not insecure
  // A connection of its own, where channels to one address otherwise share one: the link uses it so
  // as not to stand in a queue behind bulk submissions, load generators to get more than one.
  bool own_connection = false;
  // The name to expect in the peer's certificate instead of the address' host; empty: the host.
  std::string expected_name;
};

// The arguments alone, for in-process channels.
grpc::ChannelArguments ChannelArgumentsFor(const ChannelOptions& options);

// A channel that reconnects by itself within limits.h's pauses. It does not connect before its
// first call; calls fail at once with UNAVAILABLE while the peer is away, unless they wait for
// ready. gRPC's own retries are off: they keep each stream's history in memory.
//
// The TLS files are read here, once. The server must show a certificate with the name that it was
// called by, and with a revocation list one that is not on it.
//
// INVALID_ARGUMENT where the address or the TLS files are wrong, or plaintext is not allowed.
// (gRPC's API shares channels.)
absl::StatusOr<std::shared_ptr<grpc::Channel>> NewChannel(const ChannelOptions& options);

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_CHANNEL_H_
