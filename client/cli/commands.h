#ifndef KOPA_CLIENT_CLI_COMMANDS_H_
#define KOPA_CLIENT_CLI_COMMANDS_H_

#include "client/cli/command_tree.h"

namespace kopa::cli {

// Each adds one group of commands to the tree; what they print is CONTRACT.md's, "The tool".
void AddSubmitCommand(CommandTree& tree);
void AddApplicationCommands(CommandTree& tree);  // app ..., by those below
void AddApplicationReadCommands(CommandTree& tree, CLI::App& app);
void AddEvaluateCommand(CommandTree& tree, CLI::App& app);
void AddDecisionCommands(CommandTree& tree, CLI::App& app);
void AddStaffingCommands(CommandTree& tree, CLI::App& app);
void AddNoteCommands(CommandTree& tree, CLI::App& app);
void AddDocumentCommands(CommandTree& tree, CLI::App& app);
void AddAdmitLateCommand(CommandTree& tree, CLI::App& app);
void AddRankCommand(CommandTree& tree);
void AddFindingsCommand(CommandTree& tree);
void AddTotalsCommand(CommandTree& tree);
void AddBudgetCommand(CommandTree& tree);  // budget, budget set
void AddProposalCommands(CommandTree& tree);
void AddNodesCommand(CommandTree& tree);
void AddNodeCommands(CommandTree& tree);
void AddVerifyCommand(CommandTree& tree);
void AddJournalCommand(CommandTree& tree);
void AddCallCommands(CommandTree& tree);  // calls, call ...
void AddExportCommand(CommandTree& tree);
void AddPkiCommands(CommandTree& tree);
void AddVersionCommand(CommandTree& tree);
void AddCompletionCommand(CommandTree& tree);

// All of the above.
void AddAllCommands(CommandTree& tree);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_COMMANDS_H_
