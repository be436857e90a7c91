#ifndef KOPA_COMMON_RPC_SERVER_CREDENTIALS_H_
#define KOPA_COMMON_RPC_SERVER_CREDENTIALS_H_

#include <memory>

#include "common/rpc/peer_guard.h"
#include "grpcpp/security/server_credentials.h"

namespace kopa::rpc {

// Mutual TLS with whatever the guard's state is when a peer connects, and only for calls that the
// guard lets pass. gRPC's C++ credentials take their certificate once and for all, and its
// experimental ones want a file watcher that takes a pair before it is whole; the C interface asks
// for the certificate at each connection.
std::shared_ptr<grpc::ServerCredentials> NewTlsServerCredentials(std::shared_ptr<PeerGuard> guard);

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_SERVER_CREDENTIALS_H_
