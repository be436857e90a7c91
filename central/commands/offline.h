#ifndef KOPA_CENTRAL_COMMANDS_OFFLINE_H_
#define KOPA_CENTRAL_COMMANDS_OFFLINE_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/settings/settings.h"

namespace kopa::central {

// What `kopa-central` can do without serving.

// `verify`: recomputes everything in a data folder that no process uses, one line a check. True
// where all of it holds.
absl::StatusOr<bool> VerifyFolder(const std::string& data_dir, std::ostream& out);

// `check-config`: the settings with where each comes from, the limits, the calls and the nodes.
// INVALID_ARGUMENT where `run` would refuse a definition.
absl::Status PrintConfig(const settings::Settings& settings, std::ostream& out);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_COMMANDS_OFFLINE_H_
