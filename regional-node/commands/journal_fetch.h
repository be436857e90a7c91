#ifndef KOPA_REGIONAL_NODE_COMMANDS_JOURNAL_FETCH_H_
#define KOPA_REGIONAL_NODE_COMMANDS_JOURNAL_FETCH_H_

#include "absl/status/statusor.h"
#include "common/base/strong.h"
#include "common/rpc/channel.h"
#include "common/storage/store.h"
#include "regional-node/core/rejoin.h"

namespace kopa::node {

// Asks the centre for what it has of this node beyond what `view` has, up to `head`, its last
// record. UNAVAILABLE where the centre can't be reached; FAILED_PRECONDITION where it refuses: a
// store of the node is connected, or the node was retired.
absl::StatusOr<CentreCopy> FetchCentreCopy(const rpc::ChannelOptions& centre, const NodeId& node,
                                           const storage::View& view, Seq head);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_JOURNAL_FETCH_H_
