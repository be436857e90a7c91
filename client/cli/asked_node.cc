#include "client/cli/asked_node.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace kopa::cli {

absl::StatusOr<std::unique_ptr<client::NodeClient>> AskNode(Session& session,
                                                            const NodeAddress& node) {
  if (node.address.empty()) return absl::UnavailableError("its address is not known");
  ASSIGN_OR_RETURN(auto client, session.Node(node));
  ASSIGN_OR_RETURN(const auto status, client->GetStatus());
  if (status.node() == node.node) return client;
  return absl::UnavailableError(
      absl::StrCat("node ", status.node(), " answers there now (", node.address, ")"));
}

}  // namespace kopa::cli
