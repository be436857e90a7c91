#include "client/cli/tool.h"

#include "client/cli/command_tree.h"
#include "client/cli/commands.h"
#include "client/cli/global_settings.h"
#include "client/cli/session.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

absl::StatusOr<ExitCode> Run(const std::vector<std::string>& arguments,
                             const ToolEnvironment& environment) {
  CommandTree tree;
  AddAllCommands(tree);
  ASSIGN_OR_RETURN(const CommandTree::Outcome outcome, tree.Parse(arguments));
  if (outcome.command == nullptr) {
    *environment.out << outcome.text << std::flush;
    return ExitCode::kDone;
  }
  ASSIGN_OR_RETURN(const ContextFile contexts, ReadContexts(environment.variable));
  ASSIGN_OR_RETURN(GlobalSettings settings, Merge(tree.flags(), environment.variable, contexts));
  Session session(environment, std::move(settings));
  return outcome.command(session);
}

}  // namespace

ExitCode RunTool(const std::vector<std::string>& arguments, const ToolEnvironment& environment) {
  const absl::StatusOr<ExitCode> code = Run(arguments, environment);
  if (code.ok()) return *code;
  *environment.err << ErrorText(code.status()) << std::flush;
  return ExitCodeOf(code.status());
}

}  // namespace kopa::cli
