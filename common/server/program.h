#ifndef KOPA_COMMON_SERVER_PROGRAM_H_
#define KOPA_COMMON_SERVER_PROGRAM_H_

#include <functional>
#include <map>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/settings/settings.h"

namespace kopa::server {

// What a server's program does for each of its words; what is common to both is in RunProgram().
struct Program {
  settings::CommandLine command_line;
  // Whether the settings make sense; what it refuses was called wrongly (exit 2).
  std::function<absl::Status(const settings::Settings&)> check;
  // `run`: returns after an orderly stop.
  std::function<absl::Status(const settings::Settings&)> run;
  // `check-config`: prints what is in force, and refuses what `run` would.
  std::function<absl::Status(const settings::Settings&, std::ostream&)> print_config;
  // `verify`: recomputes the data folder; true where all of it holds.
  std::function<absl::StatusOr<bool>(const std::string& data_dir, std::ostream&)> verify;
  // Further words, by name, such as `backup`. Each checks the settings that it needs itself: what
  // it finds to be INVALID_ARGUMENT was called wrongly (exit 2). A `verify` that needs more than
  // the data folder stands here instead.
  std::map<std::string, std::function<absl::Status(const settings::Settings&, std::ostream&)>> more;
};

// The whole of main(): run, check-config, verify, version, --help and `more`. Returns the exit
// code: 0 done, 1 failed or something differs, 2 called wrongly.
int RunProgram(const Program& program, int argc, const char* const* argv);

}  // namespace kopa::server

#endif  // KOPA_COMMON_SERVER_PROGRAM_H_
