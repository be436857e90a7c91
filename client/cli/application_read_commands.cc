// kopa app list, show, history.

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/application_names.h"
#include "client/cli/commands.h"
#include "client/cli/freshness.h"
#include "client/cli/one_application.h"
#include "client/cli/outline.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"
#include "common/programme/lifecycle.h"

namespace kopa::cli {
namespace {

using kopa::programme::FormatCents;
using kopa::programme::FormatHundredths;
using kopa::region::v1::Application;
using kopa::region::v1::ListApplicationsRequest;

struct ListOptions {
  std::string call;
  std::string status;
  std::string municipality;
};

// One application in a list: what CONTRACT.md's table of JSON fields names.
struct ListRow {
  std::string id;
  std::string external_ref;
  std::string call;
  std::string node;
  std::string status;
  std::string municipality;
  std::string municipality_name;
  std::string organisation;
  std::string title;
  int64_t initiatives = 0;
  int64_t requested_cents = 0;
  int64_t awarded_cents = 0;
  std::string score;  // "44.5"; empty before EVALUATED
};

ListRow RowOf(const Application& application, const std::string& node) {
  const auto& summary = application.summary();
  const auto id = Uuid::FromBytes(summary.application_id());
  ListRow row;
  row.id = id.ok() ? id->ToString() : "";
  row.external_ref = application.content().external_ref();
  row.call = summary.call();
  row.node = node;
  row.status = EnumWord(summary.status());
  row.municipality = summary.municipality();
  row.municipality_name = application.municipality_name();
  row.organisation = summary.organisation();
  row.title = application.content().title();
  row.initiatives = summary.requested().initiatives();
  row.requested_cents = summary.requested().cents();
  row.awarded_cents = summary.awarded().cents();
  if (summary.has_score_hundredths()) row.score = FormatHundredths(summary.score_hundredths());
  return row;
}

Json RowJson(const ListRow& row) {
  return {{"id", row.id},
          {"externalRef", row.external_ref},
          {"call", row.call},
          {"node", row.node},
          {"status", row.status},
          {"municipality", row.municipality},
          {"municipalityName", row.municipality_name},
          {"organisation", row.organisation},
          {"title", row.title},
          {"initiatives", JsonInt(row.initiatives)},
          {"requestedCents", JsonInt(row.requested_cents)},
          {"awardedCents", JsonInt(row.awarded_cents)},
          {"score", row.score}};
}

Table RowsTable(const std::vector<ListRow>& rows) {
  Table table({{"id"},
               {"reference"},
               {"node"},
               {"status"},
               {"municipality"},
               {"organisation"},
               {"title"},
               {"initiatives", true},
               {"requested EUR", true},
               {"awarded EUR", true},
               {"score", true}});
  for (const ListRow& row : rows) {
    table.AddRow({row.id, row.external_ref, row.node, row.status, row.municipality_name,
                  row.organisation, row.title, absl::StrCat(row.initiatives),
                  FormatCents(row.requested_cents), FormatCents(row.awarded_cents), row.score});
  }
  return table;
}

absl::StatusOr<ExitCode> RunList(Session& session, const ListOptions& options) {
  ListApplicationsRequest request;
  request.set_call(options.call);
  request.set_municipality(options.municipality);
  if (!options.status.empty()) {
    const auto status = programme::ParseStatusName(options.status);
    if (!status.ok()) {
      return UsageError(
          absl::StrCat("--status: \"", options.status, "\" ", status.status().message()));
    }
    request.set_status(*status);
  }
  // A node that is named decides by itself what it has.
  ASSIGN_OR_RETURN(
      const std::vector<NodeAddress> nodes,
      NodesCovering(session, options.call, session.has_central() ? options.municipality : ""));
  std::vector<ListRow> rows;
  std::vector<absl::Status> failures;
  for (const NodeAddress& node : nodes) {
    ASSIGN_OR_RETURN(const auto client, session.Node(node));
    const absl::Status status = client->ListApplications(
        request,
        [&](const Application& application) { rows.push_back(RowOf(application, node.node)); });
    if (!status.ok()) failures.push_back(status);
  }
  if (failures.size() == nodes.size()) {
    session.ComplainOnce(failures, failures[0]);
    return failures[0];
  }
  session.ComplainOnce(failures);
  std::sort(rows.begin(), rows.end(),
            [](const ListRow& a, const ListRow& b) { return a.id < b.id; });
  Json applications = Json::array();
  if (session.settings().output == OutputFormat::kJson) {
    for (const ListRow& row : rows) applications.push_back(RowJson(row));
  }
  session.Print({{"applications", std::move(applications)}}, [&rows] { return RowsTable(rows); });
  return failures.empty() ? ExitCode::kDone : ExitCode::kPartly;
}

absl::StatusOr<ExitCode> RunShow(Session& session, const OneApplication& options) {
  ASSIGN_OR_RETURN(const FoundApplication found, FindOne(session, options));
  ASSIGN_OR_RETURN(const auto response, found.client->GetApplication(found.id));
  Json json = RowJson(RowOf(response.application(), found.node.node));
  json["application"] = ToJson(response.application());
  json["staffing"] = ToJson(response.staffing());
  json["personal"] = response.has_personal() ? ToJson(response.personal()) : Json(nullptr);
  return PrintOutline(session, json);
}

absl::StatusOr<ExitCode> RunHistory(Session& session, const OneApplication& options) {
  ASSIGN_OR_RETURN(const FoundApplication found, FindOne(session, options));
  ASSIGN_OR_RETURN(const auto rows, found.client->ListApplicationHistory(found.id));
  Json list = Json::array();
  for (const auto& row : rows) list.push_back(ToJson(row));
  session.Print(
      {{"id", found.id.ToString()}, {"node", found.node.node}, {"rows", std::move(list)}}, [&] {
        Table table({{"seq", true},
                     {"time"},
                     {"what"},
                     {"status"},
                     {"awarded EUR", true},
                     {"paid EUR", true},
                     {"who"},
                     {"reason"}});
        for (const auto& row : rows) {
          table.AddRow({absl::StrCat(row.seq()), TimeText(row.has_time(), row.time()), row.verb(),
                        EnumWord(row.status()), FormatCents(row.awarded_cents()),
                        row.paid_cents() == 0 ? "" : FormatCents(row.paid_cents()),
                        row.staff().actor(), row.staff().reason()});
        }
        return table;
      });
  return ExitCode::kDone;
}

}  // namespace

void AddApplicationReadCommands(CommandTree& tree, CLI::App& app) {
  const auto list = std::make_shared<ListOptions>();
  CLI::App* command = tree.Add(app, "list", "applications of a call");
  command->add_option("--call", list->call, "which call")->required();
  command->add_option("--status", list->status, "only those at this status");
  command->add_option("--municipality", list->municipality, "only of this one; ATVK code or name");
  command->footer(
      "Example:\n  kopa app list --call kontakts-2024 --status evaluated --municipality Ogre");
  tree.Bind(command, [list](Session& session) { return RunList(session, *list); });

  const auto show = std::make_shared<OneApplication>();
  command = tree.Add(app, "show", "one application, with its personal part");
  AddOneApplicationOptions(command, show.get());
  tree.Bind(command, [show](Session& session) { return RunShow(session, *show); });

  const auto history = std::make_shared<OneApplication>();
  command = tree.Add(app, "history", "what was done with one application, by whom and why");
  AddOneApplicationOptions(command, history.get());
  tree.Bind(command, [history](Session& session) { return RunHistory(session, *history); });
}

}  // namespace kopa::cli
