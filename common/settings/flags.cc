#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/settings/nearest.h"
#include "common/settings/sources.h"

namespace kopa::settings::internal {
namespace {

absl::Status UnknownFlag(const std::string& word, const CommandLine& command_line) {
  const std::string name = word.substr(word.find_first_not_of('-'));
  std::vector<std::string> names = NamesOf(command_line.settings);
  names.insert(names.end(), {"config", "help"});
  return absl::InvalidArgumentError(
      absl::StrCat("unknown flag ", word, DidYouMean(name.substr(0, name.find('=')), names, "--")));
}

bool LooksLikeFlag(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word.find_first_not_of('-') != std::string::npos;
}

// Sorts the words that CLI11 had no place for into arguments and mistakes.
absl::Status TakeRemaining(const std::vector<std::string>& words, const CommandLine& command_line,
                           bool subcommand_named, size_t arguments_max, Flags* flags) {
  bool only_arguments = false;  // after "--"
  for (const std::string& word : words) {
    if (word == "--") {
      only_arguments = true;
    } else if (!only_arguments && LooksLikeFlag(word)) {
      // Told first: a word that follows may only be the unknown flag's value.
      return UnknownFlag(word, command_line);
    } else {
      flags->arguments.push_back(word);
    }
  }
  if (flags->arguments.empty()) return absl::OkStatus();
  if (!subcommand_named) {
    std::vector<std::string> names;
    for (const SubcommandSpec& spec : command_line.subcommands) names.push_back(spec.name);
    const std::string& word = flags->arguments[0];
    return absl::InvalidArgumentError(
        absl::StrCat("unknown command \"", word, "\"", DidYouMean(word, names, ""),
                     " (commands: ", absl::StrJoin(names, ", "), ")"));
  }
  if (flags->arguments.size() > arguments_max) {
    return absl::InvalidArgumentError(absl::StrCat(
        "unexpected argument \"", flags->arguments[arguments_max], "\" for ", flags->subcommand));
  }
  return absl::OkStatus();
}

absl::Status ParseWith(CLI::App* app, int argc, const char* const* argv) {
  // CLI11 throws; nothing of it may pass.
  try {
    app->parse(argc, argv);
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Flags> ReadFlags(int argc, const char* const* argv,
                                const CommandLine& command_line) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  app.require_subcommand(0, 1);
  std::map<std::string, CLI::Option*> options;
  for (const SettingSpec& spec : command_line.settings) {
    const std::string flag = absl::StrCat("--", spec.name);
    options[spec.name] =
        spec.kind == Kind::kBool ? app.add_flag(flag) : app.add_option(flag)->expected(1);
  }
  options["config"] = app.add_option("--config")->expected(1);
  const CLI::Option* help = app.add_flag("-h,--help");
  for (const SubcommandSpec& spec : command_line.subcommands) {
    CLI::App* subcommand = app.add_subcommand(spec.name);
    subcommand->set_help_flag();
    subcommand->allow_extras();
    subcommand->fallthrough();  // so that flags may come before or after it
  }

  RETURN_IF_ERROR(ParseWith(&app, argc, argv));
  Flags flags;
  flags.help = help->count() > 0;
  if (flags.help) return flags;
  const std::vector<CLI::App*> named = app.get_subcommands();
  flags.subcommand = named.empty() ? command_line.default_subcommand : named[0]->get_name();
  size_t arguments_max = 0;
  for (const SubcommandSpec& spec : command_line.subcommands) {
    if (spec.name == flags.subcommand) arguments_max = spec.arguments_max;
  }
  RETURN_IF_ERROR(
      TakeRemaining(app.remaining(true), command_line, !named.empty(), arguments_max, &flags));
  for (const auto& [name, option] : options) {
    if (option->count() == 0) continue;
    if (option->count() > 1) {
      return absl::InvalidArgumentError(absl::StrCat("--", name, " is given more than once"));
    }
    flags.texts[name] = {option->results()[0], "flag"};
  }
  return flags;
}

std::string DidYouMean(const std::string& word, const std::vector<std::string>& candidates,
                       const std::string& prefix) {
  const std::string nearest = Nearest(word, candidates);
  return nearest.empty() ? "" : absl::StrCat("; did you mean ", prefix, nearest, "?");
}

std::vector<std::string> NamesOf(const std::vector<SettingSpec>& settings) {
  std::vector<std::string> names;
  for (const SettingSpec& spec : settings) names.push_back(spec.name);
  return names;
}

}  // namespace kopa::settings::internal
