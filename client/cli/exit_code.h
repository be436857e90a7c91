#ifndef KOPA_CLIENT_CLI_EXIT_CODE_H_
#define KOPA_CLIENT_CLI_EXIT_CODE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kopa::cli {

// How the tool ends (CONTRACT.md, "The tool").
enum class ExitCode {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kPartly = 3,  // some rows or ids were refused
  kNotAllowed = 4,
  kUnreachable = 5,  // or too slow
  kInterrupted = 130,
};

// INVALID_ARGUMENT that ends the tool with kUsage: what was typed is wrong, no server was asked.
absl::Status UsageError(absl::string_view message);

// CANCELLED that ends the tool with kInterrupted. `advice` says how to go on.
absl::Status InterruptedError(absl::string_view advice);

// How the tool ends after this failure.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_EXIT_CODE_H_
