// kopa completion: a script that completes commands and options, made from the command tree itself.

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> OptionsOf(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    for (const std::string& name : option->get_snames()) words.push_back("-" + name);
  }
  return words;
}

// One branch for each command: what may follow "app list".
void AppendBranches(const CLI::App& app, const std::string& path, std::string* script) {
  std::vector<std::string> words;
  for (const CLI::App* command : CommandsOf(app)) words.push_back(command->get_name());
  for (const std::string& option : OptionsOf(app)) words.push_back(option);
  absl::StrAppend(script, "    \"", path, "\") words=\"", absl::StrJoin(words, " "), "\" ;;\n");
  for (const CLI::App* command : CommandsOf(app)) {
    const std::string name = command->get_name();
    AppendBranches(*command, path.empty() ? name : absl::StrCat(path, " ", name), script);
  }
}

void AppendPaths(const CLI::App& app, const std::string& path, std::vector<std::string>* paths) {
  for (const CLI::App* command : CommandsOf(app)) {
    const std::string name = command->get_name();
    paths->push_back(absl::StrCat("\"", path.empty() ? name : absl::StrCat(path, " ", name), "\""));
    AppendPaths(*command, path.empty() ? name : absl::StrCat(path, " ", name), paths);
  }
}

std::string BashFunction(const CLI::App& root) {
  std::vector<std::string> paths;
  AppendPaths(root, "", &paths);
  std::string script =
      "_kopa() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=\"\" next word words\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    next=\"${path:+$path }$word\"\n"
      "    case \"$next\" in\n";
  absl::StrAppend(&script, "      ", absl::StrJoin(paths, "|"), ") path=\"$next\" ;;\n",
                  "    esac\n"
                  "  done\n"
                  "  case \"$path\" in\n");
  AppendBranches(root, "", &script);
  absl::StrAppend(&script, "  esac\n  words=\"$words ", absl::StrJoin(OptionsOf(root), " "),
                  "\"\n"
                  "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                  "}\n");
  return script;
}

absl::StatusOr<ExitCode> Run(Session& session, const CLI::App& root, const std::string& shell) {
  std::ostream& out = *session.environment().out;
  if (shell == "bash") {
    out << "# bash completion for kopa: source <(kopa completion bash)\n"
        << BashFunction(root) << "complete -o default -F _kopa kopa\n";
  } else if (shell == "zsh") {
    out << "#compdef kopa\n# zsh completion for kopa: source <(kopa completion zsh)\n"
        << "autoload -U +X bashcompinit && bashcompinit\n"
        << BashFunction(root) << "complete -o default -F _kopa kopa\n";
  } else {
    return UsageError(absl::StrCat("completion is for bash or zsh, not \"", shell, "\""));
  }
  out.flush();
  return ExitCode::kDone;
}

}  // namespace

void AddCompletionCommand(CommandTree& tree) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = tree.Add(tree.root(), "completion", "a script that completes commands");
  command->add_option("shell", *shell, "bash or zsh")->required();
  const CLI::App* root = &tree.root();
  tree.Bind(command, [shell, root](Session& session) { return Run(session, *root, *shell); });
}

}  // namespace kopa::cli
