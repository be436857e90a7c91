// kopa calls, call show, call template.

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/call_template.h"
#include "client/cli/commands.h"
#include "client/cli/outline.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"

namespace kopa::cli {
namespace {

using kopa::programme::v1::Call;

absl::StatusOr<std::vector<Call>> ListCalls(Session& session) {
  RETURN_IF_ERROR(session.RequireServer());
  if (session.has_central()) {
    ASSIGN_OR_RETURN(const auto central, session.Central("calls"));
    return central->ListCalls();
  }
  ASSIGN_OR_RETURN(const auto node, session.Node({"", session.settings().node}));
  return node->ListCalls();
}

Table CallsTable(const std::vector<Call>& calls) {
  Table table({{"call"}, {"name"}, {"form"}, {"opens"}, {"closes"}, {"budget EUR", true}});
  for (const Call& call : calls) {
    table.AddRow({call.id(), call.name().en(), EnumWord(call.form()), call.window().opens(),
                  call.window().closes(),
                  call.limits().has_budget_cents()
                      ? programme::FormatCents(call.limits().budget_cents())
                      : "no limit"});
  }
  return table;
}

absl::StatusOr<ExitCode> RunCalls(Session& session) {
  ASSIGN_OR_RETURN(std::vector<Call> calls, ListCalls(session));
  std::sort(calls.begin(), calls.end(),
            [](const Call& a, const Call& b) { return a.id() < b.id(); });
  Json rows = Json::array();
  for (const Call& call : calls) rows.push_back(ToJson(call));
  session.Print({{"calls", std::move(rows)}}, [&calls] { return CallsTable(calls); });
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunShow(Session& session, const std::string& id) {
  ASSIGN_OR_RETURN(const Call call, session.Call(id));
  return PrintOutline(session, ToJson(call));
}

absl::StatusOr<ExitCode> RunTemplate(Session& session, const std::string& id) {
  ASSIGN_OR_RETURN(const Call call, session.Call(id));
  ASSIGN_OR_RETURN(const std::string text, CallTemplate(call));
  *session.environment().out << text << std::flush;
  return ExitCode::kDone;
}

}  // namespace

void AddCallCommands(CommandTree& tree) {
  tree.Bind(tree.Add(tree.root(), "calls", "the calls that there are"), RunCalls);
  CLI::App* group = tree.Add(tree.root(), "call", "one call");
  group->require_subcommand(1);

  const auto show = std::make_shared<std::string>();
  CLI::App* command = tree.Add(*group, "show", "its whole definition");
  command->add_option("call", *show, "which call")->required();
  tree.Bind(command, [show](Session& session) { return RunShow(session, *show); });

  const auto call = std::make_shared<std::string>();
  command = tree.Add(*group, "template", "an empty file to fill in, with one made-up row");
  command->add_option("call", *call, "which call")->required();
  tree.Bind(command, [call](Session& session) { return RunTemplate(session, *call); });
}

}  // namespace kopa::cli
