#ifndef KOPA_CLIENT_CLI_TOOL_H_
#define KOPA_CLIENT_CLI_TOOL_H_

#include <string>
#include <vector>

#include "client/cli/environment.h"
#include "client/cli/exit_code.h"

namespace kopa::cli {

// Runs the tool once. `arguments` without the program's name.
ExitCode RunTool(const std::vector<std::string>& arguments, const ToolEnvironment& environment);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_TOOL_H_
