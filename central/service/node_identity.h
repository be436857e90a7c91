#ifndef KOPA_CENTRAL_SERVICE_NODE_IDENTITY_H_
#define KOPA_CENTRAL_SERVICE_NODE_IDENTITY_H_

#include "absl/status/status.h"
#include "common/base/strong.h"
#include "common/rpc/identity.h"
#include "grpcpp/server_context.h"

namespace kopa::central {

// Whether the caller may speak for the node: its certificate names it, or callers are believed.
// PERMISSION_DENIED otherwise; UNAUTHENTICATED as rpc::CallerOf.
absl::Status CheckSpeaksFor(const grpc::ServerContextBase& context, rpc::Transport transport,
                            const NodeId& node);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_NODE_IDENTITY_H_
