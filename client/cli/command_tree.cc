#include "client/cli/command_tree.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/version.h"
#include "common/base/status.h"
#include "common/settings/nearest.h"

namespace kopa::cli {
namespace {

std::vector<std::string> NamesOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

// The innermost command that was named, as far as parsing came, and the words before it: "kopa
// app".
struct Named {
  const CLI::App* command;
  std::string before;

  std::string path() const {
    return before.empty() ? command->get_name() : absl::StrCat(before, " ", command->get_name());
  }
};

Named Innermost(const CLI::App& root) {
  Named named{&root, ""};
  while (!named.command->get_subcommands().empty()) {
    named = {named.command->get_subcommands().front(), named.path()};
  }
  return named;
}

std::vector<std::string> OptionsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace

CommandTree::CommandTree() : app_("Grant calls over regions: the tool of Kopa.", "kopa") {
  app_.require_subcommand(1);
  app_.fallthrough();
  app_.failure_message(CLI::FailureMessage::simple);
  AddGlobalOptions();
}

void CommandTree::AddGlobalOptions() {
  app_.add_option("--central", flags_.central, "the centre (KOPA_CENTRAL)")->type_name("ADDR:PORT");
  app_.add_option("--node", flags_.node, "one node (KOPA_NODE)")->type_name("ADDR:PORT");
  app_.add_option("--context", flags_.context, "a context of the config file")->type_name("NAME");
  app_.add_flag("--insecure", flags_.insecure, "plaintext, on loopback only (KOPA_INSECURE)");
  app_.add_option("--actor", flags_.actor, "who acts, with --insecure (KOPA_ACTOR)")
      ->type_name("NAME");
  app_.add_option("--tls-cert", flags_.tls_certificate_file, "own certificate, PEM")
      ->type_name("FILE");
  app_.add_option("--tls-key", flags_.tls_key_file, "its key, PEM")->type_name("FILE");
  app_.add_option("--tls-ca", flags_.tls_authority_file, "whom to trust, PEM")->type_name("FILE");
  app_.add_option("-o,--output", flags_.output, "table, json or csv")->type_name("FORM");
  app_.add_option("--timeout", flags_.timeout, "when to give up, e.g. 90s; default 30s")
      ->type_name("TIME");
  app_.set_version_flag("--version", VersionLine());
}

CLI::App* CommandTree::Add(CLI::App& parent, const std::string& name, const std::string& help) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->fallthrough();
  return command;
}

void CommandTree::Bind(CLI::App* command, Command run) {
  // A command that has commands of its own is called after them.
  command->callback([this, command, run = std::move(run)] {
    if (command->get_subcommands().empty()) selected_ = run;
  });
}

void CommandTree::BindChanging(CLI::App* command, Command run) {
  Bind(command, [run = std::move(run)](Session& session) -> absl::StatusOr<ExitCode> {
    RETURN_IF_ERROR(session.RequireActor());
    return run(session);
  });
}

absl::StatusOr<CommandTree::Outcome> CommandTree::Parse(const std::vector<std::string>& arguments) {
  selected_ = nullptr;
  // CLI11 throws; nothing of it may pass. It takes the arguments last one first.
  try {
    app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const Named named = Innermost(app_);
    return Outcome{named.command->help(named.before), nullptr};
  } catch (const CLI::CallForAllHelp&) {
    return Outcome{app_.help("", CLI::AppFormatMode::All), nullptr};
  } catch (const CLI::CallForVersion&) {
    return Outcome{VersionLine() + "\n", nullptr};
  } catch (const CLI::ParseError& error) {
    return Explain(error);
  }
  return Outcome{"", selected_};
}

absl::Status CommandTree::Explain(const CLI::ParseError& error) const {
  const Named named = Innermost(app_);
  const std::vector<std::string> names = NamesOf(*named.command);
  const std::vector<std::string> rest = app_.remaining(true);
  std::string message = error.what();
  if (!names.empty() && !rest.empty() && !absl::StartsWith(rest[0], "-")) {
    const std::string nearest = settings::Nearest(rest[0], names);
    message =
        absl::StrCat("unknown command \"", rest[0], "\"",
                     nearest.empty() ? absl::StrCat("; there are: ", absl::StrJoin(names, ", "))
                                     : absl::StrCat("; did you mean ", nearest, "?"));
  } else if (!names.empty() && rest.empty()) {
    message = absl::StrCat("a command is missing; there are: ", absl::StrJoin(names, ", "));
  }
  if (!rest.empty() && absl::StartsWith(rest[0], "--")) {
    std::vector<std::string> options = OptionsOf(*named.command);
    for (const std::string& option : OptionsOf(app_)) options.push_back(option);
    const std::string nearest = settings::Nearest(rest[0], options);
    message = absl::StrCat("unknown option ", rest[0],
                           nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?"));
  }
  return UsageError(absl::StrCat(message, " (", named.path(), " --help says more)"));
}

}  // namespace kopa::cli
