#ifndef KOPA_REGIONAL_NODE_COMMANDS_REJOIN_H_
#define KOPA_REGIONAL_NODE_COMMANDS_REJOIN_H_

#include <ostream>

#include "absl/status/status.h"
#include "common/settings/settings.h"

namespace kopa::node {

// `kopa-node rejoin`: makes a data folder that was restored from an old copy, or is empty, the
// node's again, together with what the centre has of it (core/rejoin.h). The node must not run.
// Killed at any moment it leaves the old store or the new one; run again, it changes nothing more.
//
// What has to be entered again is listed in <data-dir>.rejoined.json, mode 0600. INVALID_ARGUMENT
// where the settings are wrong; FAILED_PRECONDITION where the folder is in use, or the centre
// refuses.
absl::Status RejoinNode(const settings::Settings& settings, std::ostream& out);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_REJOIN_H_
