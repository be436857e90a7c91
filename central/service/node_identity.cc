#include "central/service/node_identity.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace kopa::central {

absl::Status CheckSpeaksFor(const grpc::ServerContextBase& context, rpc::Transport transport,
                            const NodeId& node) {
  ASSIGN_OR_RETURN(const rpc::Caller caller, rpc::CallerOf(context, transport));
  const std::string wanted = absl::StrCat("kopa://node/", node.value());
  if (caller.believed || (caller.kind == rpc::CallerKind::kNode && caller.actor == wanted)) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat("the certificate names ", caller.actor,
                                                  "; to speak for node ", node.value(),
                                                  " it must name ", wanted));
}

}  // namespace kopa::central
