// kopa nodes: state, lag and freshness of each region.

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/freshness.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::Node;

// What a node says of itself; used where there is no centre to ask.
absl::StatusOr<std::vector<Node>> AskNode(Session& session) {
  const std::string& address = session.settings().node;
  ASSIGN_OR_RETURN(const auto client, session.Node({"", address}));
  ASSIGN_OR_RETURN(const auto status, client->GetStatus());
  Node node;
  node.set_node(status.node());
  node.set_state(status.state());
  node.set_connected(status.connected());
  node.set_applied_seq(status.acknowledged_seq());
  node.set_head_seq(status.head_seq());
  if (status.has_last_contact_time()) {
    *node.mutable_last_contact_time() = status.last_contact_time();
  }
  node.set_address(address);
  node.set_fence_detail(status.fence_detail());
  node.set_epoch(status.epoch());
  return std::vector<Node>{node};
}

absl::StatusOr<std::vector<Node>> Ask(Session& session) {
  RETURN_IF_ERROR(session.RequireServer());
  if (!session.has_central()) return AskNode(session);
  ASSIGN_OR_RETURN(const auto central, session.Central("nodes"));
  return central->ListNodes();
}

// Why it is fenced, and what its history or the centre's is suspected of.
std::string DetailOf(const Node& node) {
  if (node.alarm().empty()) return node.fence_detail();
  return absl::StrCat(node.fence_detail(), node.fence_detail().empty() ? "" : "; ",
                      "ALARM: ", node.alarm());
}

Table NodesTable(const std::vector<Node>& nodes) {
  Table table({{"node"},
               {"state"},
               {"connected"},
               {"applied", true},
               {"head", true},
               {"last contact"},
               {"address"},
               {"detail"}});
  for (const Node& node : nodes) {
    table.AddRow({node.node(), EnumWord(node.state()), node.connected() ? "yes" : "no",
                  absl::StrCat(node.applied_seq()), absl::StrCat(node.head_seq()),
                  TimeText(node.has_last_contact_time(), node.last_contact_time()), node.address(),
                  DetailOf(node)});
  }
  return table;
}

absl::StatusOr<ExitCode> Run(Session& session) {
  ASSIGN_OR_RETURN(const std::vector<Node> nodes, Ask(session));
  Json rows = Json::array();
  for (const Node& node : nodes) rows.push_back(ToJson(node));
  session.Print({{"nodes", std::move(rows)}}, [&] { return NodesTable(nodes); });
  return ExitCode::kDone;
}

}  // namespace

void AddNodesCommand(CommandTree& tree) {
  tree.Bind(tree.Add(tree.root(), "nodes", "the regions' nodes: state, lag and freshness"), Run);
}

}  // namespace kopa::cli
