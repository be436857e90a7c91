// kopa app admit-late: has an application taken in that came too late; two people must want it.

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/application_names.h"
#include "client/cli/commands.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::AdmitLateResponse;

struct Options {
  std::string call;
  std::string reference;
  std::string municipality;
  std::string reason;
};

struct Admission {
  std::string node;
  absl::StatusOr<AdmitLateResponse> response;
};

void Print(Session& session, const Options& options, const std::vector<Admission>& admissions) {
  Json results = Json::array();
  for (const Admission& admission : admissions) {
    const bool done = admission.response.ok();
    Json row = {{"node", admission.node}};
    row.update(ToJson(done ? *admission.response : AdmitLateResponse()));
    row["error"] = done ? "" : std::string(admission.response.status().message());
    results.push_back(std::move(row));
  }
  Json json = {{"call", options.call}, {"externalRef", options.reference}};
  json["results"] = std::move(results);
  session.Print(json, [&] {
    Table table({{"node"}, {"admitted"}, {"proposed by"}, {"error"}});
    for (const Admission& admission : admissions) {
      if (admission.response.ok()) {
        table.AddRow({admission.node, admission.response->confirmed() ? "yes" : "not yet",
                      admission.response->proposed_by(), ""});
      } else {
        table.AddRow(
            {admission.node, "no", "", std::string(admission.response.status().message())});
      }
    }
    return table;
  });
}

absl::StatusOr<ExitCode> Run(Session& session, const Options& options) {
  // A reference says nothing of where it is from, and the application is not in yet.
  ASSIGN_OR_RETURN(const std::vector<NodeAddress> nodes,
                   NodesCovering(session, options.call, options.municipality));
  std::vector<Admission> admissions;
  absl::Status first_failure;
  size_t failed = 0;
  bool waits = false;
  for (const NodeAddress& node : nodes) {
    ASSIGN_OR_RETURN(const auto client, session.Node(node));
    kopa::region::v1::AdmitLateRequest request;
    request.set_call(options.call);
    request.set_external_ref(options.reference);
    request.set_reason(options.reason);
    admissions.push_back({node.node, client->AdmitLate(std::move(request))});
    const auto& response = admissions.back().response;
    if (response.ok()) {
      waits = waits || !response->confirmed();
    } else {
      ++failed;
      if (first_failure.ok()) first_failure = response.status();
    }
  }
  Print(session, options, admissions);
  if (failed == nodes.size()) return first_failure;
  if (waits) {
    session.Note(
        "a second person must want it, too, by the same command; then it can be handed in");
  } else {
    session.Note(absl::StrCat("the application ", options.reference,
                              " may be handed in now, with its received_time"));
  }
  return failed == 0 ? ExitCode::kDone : ExitCode::kPartly;
}

}  // namespace

void AddAdmitLateCommand(CommandTree& tree, CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = tree.Add(app, "admit-late", "have a late application taken in all the same");
  command->add_option("--call", options->call, "which call")->required();
  command->add_option("--ref", options->reference, "the reference it will be handed in with")
      ->required();
  command->add_option("--municipality", options->municipality,
                      "with --central: only at the node of this one; ATVK code or name");
  command->add_option("--reason", options->reason, "why")->required();
  command->footer(
      "Two people must want it: each gives the same command.\n"
      "Example:\n"
      "  kopa --actor anna app admit-late --call kontakts-2024 --ref K-17 --municipality Rēzekne "
      "--reason \"pasts kavējās\"");
  tree.BindChanging(command, [options](Session& session) { return Run(session, *options); });
}

}  // namespace kopa::cli
