#ifndef KOPA_CENTRAL_COMMANDS_RUN_H_
#define KOPA_CENTRAL_COMMANDS_RUN_H_

#include <string>

#include "absl/status/status.h"
#include "common/server/options.h"

namespace kopa::central {

// `kopa-central run`: recovers, serves, and returns OK after an orderly stop on SIGTERM or SIGINT.
// Prints "listening grpc=ADDR:PORT http=ADDR:PORT" on stdout when it is ready. To be called before
// the process has any other thread.
absl::Status Run(const server::Options& options, const std::string& programmes);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_COMMANDS_RUN_H_
