#ifndef KOPA_CLIENT_CLI_ENVIRONMENT_H_
#define KOPA_CLIENT_CLI_ENVIRONMENT_H_

#include <functional>
#include <ostream>
#include <string>

#include "client/include/kopa/connection_options.h"
#include "common/settings/settings.h"

namespace kopa::cli {

// What a program has around it. main() passes the real one, tests their own.
struct ToolEnvironment {
  std::ostream* out = nullptr;   // results
  std::ostream* err = nullptr;   // progress and errors
  bool colour = false;           // results may be coloured
  bool err_is_terminal = false;  // progress may be redrawn in place
  settings::Environment variable;
  client::ClientParts parts;
  // Until the given function is called again with false, Ctrl-C does not end the process: whoever
  // set it looks at interrupted() and ends in order.
  std::function<void(bool)> end_in_order = [](bool) {};
  std::function<bool()> interrupted = [] { return false; };
  // With false, whoever interrupts is not told to run the command again from now on.
  std::function<void(bool)> set_repeatable = [](bool) {};
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_ENVIRONMENT_H_
