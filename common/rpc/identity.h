#ifndef KOPA_COMMON_RPC_IDENTITY_H_
#define KOPA_COMMON_RPC_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"

namespace kopa::rpc {

// Metadata key in which a caller names itself on a plaintext connection (CONTRACT.md, --insecure).
inline constexpr char kActorMetadata[] = "kopa-actor";
// Who a caller is that does not say.
inline constexpr char kAnonymous[] = "anonymous";

// Who makes a call.
struct Caller {
  std::string actor;
  // True where the name is only what the caller said; false where a certificate proves it.
  bool believed = false;
};

// How the server that took a call was set up; decides alone where identities come from, so that
// nothing a caller sends can choose.
enum class Transport { kInsecure, kTls };

// kInsecure: the metadata kopa-actor, or kAnonymous. INVALID_ARGUMENT where it comes twice, is
// longer than kActorBytesMax, or holds anything but printable ASCII. kTls: the URI among the
// certificate's subject alternative names, else its common name; the metadata is not looked at.
// UNAUTHENTICATED where the certificate has neither, or several URIs.
absl::StatusOr<Caller> CallerOf(const grpc::ServerContextBase& context, Transport transport);

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_IDENTITY_H_
