// kopa proposal list, confirm, withdraw: changes of calls that two people must want.

#include <memory>

#include "client/cli/commands.h"
#include "client/cli/proposal_output.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::Proposal;
using kopa::national::v1::ProposalState;

absl::StatusOr<ExitCode> RunList(Session& session, const std::string& call) {
  ASSIGN_OR_RETURN(const auto central, session.Central("proposals"));
  ASSIGN_OR_RETURN(const std::vector<Proposal> all, central->ListProposals());
  std::vector<Proposal> wanted;
  for (const Proposal& proposal : all) {
    if (call.empty() || proposal.change().call() == call) wanted.push_back(proposal);
  }
  Json rows = Json::array();
  for (const Proposal& proposal : wanted) rows.push_back(ToJson(proposal));
  session.Print({{"proposals", std::move(rows)}}, [&] { return ProposalsTable(wanted); });
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunSettle(Session& session, uint64_t number, ProposalState state) {
  ASSIGN_OR_RETURN(const auto central, session.Central("proposals"));
  kopa::national::v1::SettleProposalRequest request;
  request.set_number(number);
  request.set_state(state);
  ASSIGN_OR_RETURN(const Proposal proposal, central->SettleProposal(request));
  PrintProposal(session, proposal);
  return ExitCode::kDone;
}

void AddSettle(CommandTree& tree, CLI::App& group, const std::string& word, const std::string& help,
               ProposalState state) {
  const auto number = std::make_shared<uint64_t>(0);
  CLI::App* command = tree.Add(group, word, help);
  command->add_option("number", *number, "its number")->required();
  tree.BindChanging(
      command, [number, state](Session& session) { return RunSettle(session, *number, state); });
}

}  // namespace

void AddProposalCommands(CommandTree& tree) {
  CLI::App* group =
      tree.Add(tree.root(), "proposal", "changes of calls, each wanted by two people");
  group->require_subcommand(1);
  group->footer(
      "Example: two people extend a call.\n"
      "  kopa --actor anna call extend kontakts-2024 --closes 2024-05-25T00:00:00 --reason ...\n"
      "  kopa --actor berta proposal confirm 1");
  const auto call = std::make_shared<std::string>();
  CLI::App* list = tree.Add(*group, "list", "all of them, newest first");
  list->add_option("--call", *call, "only those of this call");
  tree.Bind(list, [call](Session& session) { return RunList(session, *call); });
  AddSettle(tree, *group, "confirm", "want what somebody else proposed; then it holds",
            kopa::national::v1::PROPOSAL_STATE_CONFIRMED);
  AddSettle(tree, *group, "withdraw", "take an open proposal back",
            kopa::national::v1::PROPOSAL_STATE_WITHDRAWN);
}

}  // namespace kopa::cli
