#include "client/cli/one_application.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::Application;
using kopa::region::v1::ListApplicationsRequest;

std::vector<std::string> Given(const std::string& text) {
  return text.empty() ? std::vector<std::string>() : std::vector<std::string>{text};
}

// At a node of one's own choice, where references are not looked up by Locate().
absl::StatusOr<Uuid> FindReference(client::NodeClient& client, const std::string& node,
                                   const OneApplication& one) {
  std::vector<Uuid> ids;
  ListApplicationsRequest request;
  request.set_call(one.call);
  request.set_external_ref(one.reference);
  RETURN_IF_ERROR(client.ListApplications(request, [&ids](const Application& application) {
    if (const auto id = Uuid::FromBytes(application.summary().application_id()); id.ok()) {
      ids.push_back(*id);
    }
  }));
  if (ids.empty()) {
    return absl::NotFoundError(
        absl::StrCat("node ", node, " has no application with reference ", one.reference));
  }
  if (ids.size() > 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("several applications have the reference ", one.reference, ", among them ",
                     ids[0].ToString(), " and ", ids[1].ToString(), "; name it by its id"));
  }
  return ids[0];
}

}  // namespace

void AddReferenceOptions(CLI::App* command, OneApplication* one) {
  command->add_option("--ref", one->reference, "the application by its reference, with --call");
  command->add_option("--call", one->call, "which call; needed for --ref");
}

void AddOneApplicationOptions(CLI::App* command, OneApplication* one) {
  command->add_option("id", one->id, "the application's id");
  AddReferenceOptions(command, one);
}

Targets FoundApplication::AsTargets() const {
  Targets targets;
  targets.nodes = {node};
  targets.targets = {{{id, ""}, 0, absl::OkStatus()}};
  return targets;
}

absl::StatusOr<FoundApplication> FindOne(Session& session, const OneApplication& one) {
  ASSIGN_OR_RETURN(const auto names, NamesFrom(Given(one.id), Given(one.reference), one.call));
  if (names.size() > 1) return UsageError("give an id or --ref, not both");
  ASSIGN_OR_RETURN(Targets targets, Locate(session, names, one.call));
  Target& target = targets.targets[0];
  RETURN_IF_ERROR(target.error);
  FoundApplication found;
  found.node = targets.nodes[target.node];
  ASSIGN_OR_RETURN(found.client, session.Node(found.node));
  if (target.name.id.has_value()) {
    found.id = *target.name.id;
  } else {
    ASSIGN_OR_RETURN(found.id, FindReference(*found.client, found.node.node, one));
  }
  return found;
}

}  // namespace kopa::cli
