#ifndef KOPA_REGIONAL_NODE_COMMANDS_RUN_H_
#define KOPA_REGIONAL_NODE_COMMANDS_RUN_H_

#include "absl/status/status.h"
#include "regional-node/commands/command_line.h"

namespace kopa::node {

// `kopa-node run`: recovers, serves, and returns OK after an orderly stop on SIGTERM or SIGINT.
// Prints "listening grpc=ADDR:PORT http=ADDR:PORT" on stdout when it is ready. To be called before
// the process has any other thread.
absl::Status Run(const NodeSettings& settings);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_RUN_H_
