#ifndef KOPA_CLIENT_CLI_COMMAND_TREE_H_
#define KOPA_CLIENT_CLI_COMMAND_TREE_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/exit_code.h"
#include "client/cli/global_settings.h"
#include "client/cli/session.h"

namespace kopa::cli {

// What a command does. An error is printed by the tool, and decides the exit code.
using Command = std::function<absl::StatusOr<ExitCode>(Session&)>;

// All commands of the tool with their options, and which one was named. Each group of commands adds
// its own (commands.h); an option's value lives in what the command's function holds on to.
class CommandTree {
 public:
  CommandTree();
  CommandTree(const CommandTree&) = delete;
  CommandTree& operator=(const CommandTree&) = delete;

  CLI::App& root() { return app_; }

  // A command or, where `run` is never bound, a group of commands. Options of the whole tool are
  // accepted behind its name too.
  CLI::App* Add(CLI::App& parent, const std::string& name, const std::string& help);
  // `run` is what the command does when it is the last one that is named.
  void Bind(CLI::App* command, Command run);
  // The same for what changes something: it is not done as nobody (Session::RequireActor).
  void BindChanging(CLI::App* command, Command run);

  struct Outcome {
    // Where --help or --version was asked for: what to print; nothing is run.
    std::string text;
    Command command;
  };
  // `arguments` without the program's name. A usage error for anything that is wrong.
  absl::StatusOr<Outcome> Parse(const std::vector<std::string>& arguments);

  const GlobalFlags& flags() const { return flags_; }

 private:
  void AddGlobalOptions();
  absl::Status Explain(const CLI::ParseError& error) const;

  CLI::App app_;
  GlobalFlags flags_;
  Command selected_;
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_COMMAND_TREE_H_
