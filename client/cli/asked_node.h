#ifndef KOPA_CLIENT_CLI_ASKED_NODE_H_
#define KOPA_CLIENT_CLI_ASKED_NODE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "client/cli/session.h"

namespace kopa::cli {

// A client for that very node: UNAVAILABLE where another one answers at its address, as it may
// where a machine was given to a new node. For whoever takes a node's answer as evidence of it.
absl::StatusOr<std::unique_ptr<client::NodeClient>> AskNode(Session& session,
                                                            const NodeAddress& node);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_ASKED_NODE_H_
