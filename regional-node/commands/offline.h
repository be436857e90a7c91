#ifndef KOPA_REGIONAL_NODE_COMMANDS_OFFLINE_H_
#define KOPA_REGIONAL_NODE_COMMANDS_OFFLINE_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/settings/settings.h"

namespace kopa::node {

// What `kopa-node` can do without serving.

// `verify`: recomputes everything in a data folder that no process uses, one line a check; the
// sealed parts are not opened. True where all of it holds.
absl::StatusOr<bool> VerifyFolder(const std::string& data_dir, std::ostream& out);

// `check-config`: the settings with where each comes from, and the limits.
absl::Status PrintConfig(const settings::Settings& settings, std::ostream& out);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_OFFLINE_H_
