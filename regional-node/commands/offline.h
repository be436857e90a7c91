#ifndef KOPA_REGIONAL_NODE_COMMANDS_OFFLINE_H_
#define KOPA_REGIONAL_NODE_COMMANDS_OFFLINE_H_

#include <ostream>

#include "absl/status/status.h"
#include "common/settings/settings.h"

namespace kopa::node {

// What `kopa-node` can do without serving.

// `verify`: recomputes everything in a data folder that no process uses, one line a check. The
// sealed parts are not opened, but where there is a key store beside the folder each key is looked
// for. DATA_LOSS where not all of it holds; INVALID_ARGUMENT where no folder is named.
absl::Status VerifyFolder(const settings::Settings& settings, std::ostream& out);

// `check-config`: the settings with where each comes from, and the limits.
absl::Status PrintConfig(const settings::Settings& settings, std::ostream& out);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_OFFLINE_H_
