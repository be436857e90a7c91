// kopa findings: what only the centre can see to be amiss.

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/freshness.h"
#include "common/base/status.h"
#include "common/base/uuid.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::Finding;
using kopa::national::v1::ListFindingsResponse;

std::string ApplicationsText(const Finding& finding) {
  std::vector<std::string> names;
  for (const auto& application : finding.applications()) {
    const auto id = Uuid::FromBytes(application.application_id());
    names.push_back(absl::StrCat(id.ok() ? id->ToString() : "", " (", application.node(), ")"));
  }
  return absl::StrJoin(names, ", ");
}

absl::StatusOr<ExitCode> Run(Session& session, const std::string& call) {
  ASSIGN_OR_RETURN(const auto central, session.Central("findings"));
  ASSIGN_OR_RETURN(const ListFindingsResponse response, central->ListFindings(call));
  Json json = {{"call", call}};
  json.update(ToJson(response));
  session.Print(json, [&response] {
    Table table({{"code"}, {"subject"}, {"message"}, {"applications"}});
    for (const Finding& finding : response.findings()) {
      table.AddRow(
          {finding.code(), finding.subject(), finding.message(), ApplicationsText(finding)});
    }
    return table;
  });
  if (session.settings().output == OutputFormat::kTable) {
    if (response.findings().empty()) session.Note("nothing was found");
    NoteFreshness(session, response.freshness());
  }
  return ExitCode::kDone;
}

}  // namespace

void AddFindingsCommand(CommandTree& tree) {
  const auto call = std::make_shared<std::string>();
  CLI::App* command = tree.Add(tree.root(), "findings",
                               "duplicates over regions, and limits that are passed: to look at");
  command->add_option("--call", *call, "which call")->required();
  command->footer("Example:\n  kopa findings --call kontakts-2024");
  tree.Bind(command, [call](Session& session) { return Run(session, *call); });
}

}  // namespace kopa::cli
