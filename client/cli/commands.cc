#include "client/cli/commands.h"

#include "client/cli/version.h"

namespace kopa::cli {

void AddApplicationCommands(CommandTree& tree) {
  CLI::App* app = tree.Add(tree.root(), "app", "applications: see, evaluate, decide");
  app->require_subcommand(1);
  AddApplicationReadCommands(tree, *app);
  AddEvaluateCommand(tree, *app);
  AddDecisionCommands(tree, *app);
  AddStaffingCommands(tree, *app);
  AddNoteCommands(tree, *app);
  AddDocumentCommands(tree, *app);
  AddAdmitLateCommand(tree, *app);
}

void AddVersionCommand(CommandTree& tree) {
  CLI::App* command = tree.Add(tree.root(), "version", "the tool's version");
  tree.Bind(command, [](Session& session) -> absl::StatusOr<ExitCode> {
    if (session.settings().output == OutputFormat::kJson) {
      *session.environment().out << JsonText({{"version", Version()}});
    } else {
      *session.environment().out << VersionLine() << "\n";
    }
    return ExitCode::kDone;
  });
}

void AddAllCommands(CommandTree& tree) {
  AddSubmitCommand(tree);
  AddApplicationCommands(tree);
  AddRankCommand(tree);
  AddFindingsCommand(tree);
  AddTotalsCommand(tree);
  AddBudgetCommand(tree);
  AddProposalCommands(tree);
  AddNodesCommand(tree);
  AddNodeCommands(tree);
  AddVerifyCommand(tree);
  AddJournalCommand(tree);
  AddCallCommands(tree);
  AddExportCommand(tree);
  AddPkiCommands(tree);
  AddVersionCommand(tree);
  AddCompletionCommand(tree);
}

}  // namespace kopa::cli
