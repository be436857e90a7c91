#ifndef KOPA_REGIONAL_NODE_COMMANDS_COMMAND_LINE_H_
#define KOPA_REGIONAL_NODE_COMMANDS_COMMAND_LINE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/strong.h"
#include "common/server/options.h"
#include "common/settings/settings.h"

namespace kopa::node {

settings::CommandLine NodeCommandLine();

// The settings of one node.
struct NodeSettings {
  server::Options server;
  NodeId node;
  std::string central;
  std::string advertise;
  std::string key_file;
  std::string key_store;
  std::string fence_file;
};

// Where the key store is: as named, or beside the data folder.
std::string KeyStorePath(const settings::Settings& settings);

// INVALID_ARGUMENT as server::ReadOptions, and where the node is not named or not known.
absl::StatusOr<NodeSettings> ReadNodeSettings(const settings::Settings& settings);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_COMMAND_LINE_H_
