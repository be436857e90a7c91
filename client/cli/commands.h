#ifndef KOPA_CLIENT_CLI_COMMANDS_H_
#define KOPA_CLIENT_CLI_COMMANDS_H_

#include "client/cli/command_tree.h"

namespace kopa::cli {

// Each adds one group of commands to the tree; what they print is CONTRACT.md's, "The tool".
void AddSubmitCommand(CommandTree& tree);
void AddApplicationCommands(CommandTree& tree);  // app ..., by the three below
void AddApplicationReadCommands(CommandTree& tree, CLI::App& app);
void AddEvaluateCommand(CommandTree& tree, CLI::App& app);
void AddDecisionCommands(CommandTree& tree, CLI::App& app);
void AddTotalsCommand(CommandTree& tree);
void AddBudgetCommand(CommandTree& tree);
void AddNodesCommand(CommandTree& tree);
void AddVerifyCommand(CommandTree& tree);
void AddCallCommands(CommandTree& tree);  // calls, call ...
void AddVersionCommand(CommandTree& tree);
void AddCompletionCommand(CommandTree& tree);

// All of the above.
void AddAllCommands(CommandTree& tree);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_COMMANDS_H_
