// kopa verify: recomputes chains, ledger and totals at the centre and at each node, and compares
// the two.

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/asked_node.h"
#include "client/cli/commands.h"
#include "client/cli/receipts.h"
#include "client/cli/verify_report.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::AppliedHead;
using kopa::national::v1::Node;

// One node, as far as it can be reached.
void VerifyOneNode(Session& session, const NodeAddress& node, const AppliedHead* head,
                   VerifyReport* report) {
  const std::string name = absl::StrCat("node ", node.node);
  const absl::StatusOr<std::unique_ptr<client::NodeClient>> client = AskNode(session, node);
  if (!client.ok()) return report->AddUnanswered(name, client.status());
  const auto answer = (*client)->Verify(head == nullptr ? 0 : head->applied_seq());
  if (!answer.ok()) return report->AddUnanswered(name, answer.status());
  report->AddNode(node.node, *answer, head);
}

absl::Status VerifyAll(Session& session, VerifyReport* report) {
  ASSIGN_OR_RETURN(const auto central, session.Central("verify"));
  ASSIGN_OR_RETURN(const auto national, central->VerifyNational());
  report->AddCentre(national);
  ASSIGN_OR_RETURN(const std::vector<Node> nodes, central->ListNodes());
  std::map<std::string, AppliedHead> heads;
  for (const AppliedHead& head : national.heads()) heads[head.node()] = head;
  for (const Node& node : nodes) {
    const auto head = heads.find(node.node());
    const AppliedHead* applied = head == heads.end() ? nullptr : &head->second;
    if (node.state() == kopa::national::v1::NODE_STATE_RETIRED) continue;
    // Never joined: there is nothing of it that could differ.
    if (node.address().empty() && (applied == nullptr || applied->applied_seq() == 0)) continue;
    VerifyOneNode(session, {node.node(), node.address(), !node.connected()}, applied, report);
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Run(Session& session, const std::string& receipt_file) {
  RETURN_IF_ERROR(session.RequireServer());
  VerifyReport report;
  if (!receipt_file.empty()) {
    ASSIGN_OR_RETURN(const Receipts receipts, ReadReceipts(receipt_file));
    RETURN_IF_ERROR(CheckReceipts(session, receipts, &report));
  } else if (session.has_central()) {
    RETURN_IF_ERROR(VerifyAll(session, &report));
  } else {
    ASSIGN_OR_RETURN(const std::vector<NodeAddress> nodes, session.Nodes());
    ASSIGN_OR_RETURN(const auto client, session.Node(nodes[0]));
    ASSIGN_OR_RETURN(const auto answer, client->Verify(0));
    report.AddNode(nodes[0].node, answer, nullptr);
  }
  session.Print(report.ToJson(), [&] { return report.ToTable(); });
  return report.exit_code();
}

}  // namespace

void AddVerifyCommand(CommandTree& tree) {
  const auto receipt_file = std::make_shared<std::string>();
  CLI::App* command = tree.Add(tree.root(), "verify",
                               "recompute chains, ledger and totals, and compare centre and nodes");
  command
      ->add_option("--receipt", *receipt_file,
                   "instead: prove or disprove the receipts in this file; - is standard input")
      ->type_name("FILE");
  command->footer("Examples:\n  kopa verify\n  kopa verify --receipt results.csv");
  tree.Bind(command, [receipt_file](Session& session) { return Run(session, *receipt_file); });
}

}  // namespace kopa::cli
