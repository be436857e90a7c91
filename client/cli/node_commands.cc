// kopa node retire, release: the end of a lost node, and frozen money that was never spent.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/proposal_output.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"

namespace kopa::cli {
namespace {

struct Options {
  std::string node;
  std::string attest;
  std::string call;
  std::string amount_eur;
  int64_t initiatives = 0;
  int64_t teams = 0;
  // What of these was named, which the command's tree knows: none of a unit is not all of
  // everything.
  const CLI::Option* named_amount = nullptr;
  const CLI::Option* named_initiatives = nullptr;
  const CLI::Option* named_teams = nullptr;
};

absl::Status CheckAttested(const Options& options) {
  if (!options.attest.empty()) return absl::OkStatus();
  return UsageError("--attest is required: what you have made sure of, in words");
}

absl::StatusOr<ExitCode> RunRetire(Session& session, const Options& options) {
  RETURN_IF_ERROR(CheckAttested(options));
  kopa::national::v1::Change change;
  change.mutable_retire_node()->set_node(options.node);
  return ProposeChange(session, change, options.attest);
}

absl::StatusOr<ExitCode> RunRelease(Session& session, const Options& options) {
  RETURN_IF_ERROR(CheckAttested(options));
  kopa::national::v1::Change change;
  change.set_call(options.call);
  auto* release = change.mutable_release_frozen();
  release->set_node(options.node);
  const bool names_amounts = options.named_amount->count() > 0 ||
                             options.named_initiatives->count() > 0 ||
                             options.named_teams->count() > 0;
  if (!names_amounts) return ProposeChange(session, change, options.attest);
  if (options.call.empty()) {
    return UsageError("--call is required with amounts: say under which call they are released");
  }
  auto* units = release->mutable_units();
  if (options.named_amount->count() > 0) {
    const auto cents = programme::ParseCents(options.amount_eur);
    if (!cents.ok()) {
      return UsageError(absl::StrCat("--amount-eur: ", cents.status().message()));
    }
    units->set_cents(*cents);
  }
  units->set_initiatives(options.initiatives);
  units->set_teams(options.teams);
  return ProposeChange(session, change, options.attest);
}

CLI::App* AddOne(CommandTree& tree, CLI::App& group, const std::string& word,
                 const std::string& help, Options* options) {
  CLI::App* command = tree.Add(group, word, help);
  command->add_option("node", options->node, "which node")->required();
  command->add_option("--attest", options->attest, "what you have made sure of, in words");
  return command;
}

}  // namespace

void AddNodeCommands(CommandTree& tree) {
  CLI::App* group = tree.Add(tree.root(), "node", "one region's node: lost, or with frozen money");
  group->require_subcommand(1);

  const auto retire = std::make_shared<Options>();
  CLI::App* command = AddOne(tree, *group, "retire",
                             "propose to give a lost node up, or confirm that", retire.get());
  command->footer(
      "Two people ask for the same. What the node held is frozen; no store of it is let in again.\n"
      "Example:\n"
      "  kopa --actor anna node retire zemgale --attest \"the disks are destroyed\"\n"
      "  kopa --actor berta node retire zemgale --attest \"seen: the disks are destroyed\"");
  tree.BindChanging(command, [retire](Session& session) { return RunRetire(session, *retire); });

  const auto release = std::make_shared<Options>();
  command = AddOne(tree, *group, "release",
                   "propose to release frozen money that was never spent, or confirm that",
                   release.get());
  command->add_option("--call", release->call, "under which call; every call unless said");
  release->named_amount =
      command->add_option("--amount-eur", release->amount_eur, "how much of it, in EUR");
  release->named_initiatives =
      command->add_option("--initiatives", release->initiatives, "how many initiatives")
          ->check(CLI::NonNegativeNumber);
  release->named_teams = command->add_option("--teams", release->teams, "how many teams")
                             ->check(CLI::NonNegativeNumber);
  command->footer(
      "Two people ask for the same. Without amounts: all that is frozen. Check first that no "
      "award\n"
      "was acknowledged on paper that Kopa does not know.\n"
      "Example:\n"
      "  kopa --actor anna node release zemgale --call pumpurs-2018 --amount-eur 4600.00 "
      "--attest ...\n"
      "  kopa --actor berta node release zemgale --call pumpurs-2018 --amount-eur 4600.00 "
      "--attest ...");
  tree.BindChanging(command, [release](Session& session) { return RunRelease(session, *release); });
}

}  // namespace kopa::cli
