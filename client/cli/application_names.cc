#include "client/cli/application_names.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "client/internal/router.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::Application;
using kopa::region::v1::ListApplicationsRequest;

// From so many references on it is quicker to list the call than to ask for each.
constexpr size_t kAskedForEachMax = 20;

absl::Status NotFound(const ApplicationName& name) {
  return absl::NotFoundError(absl::StrCat("no node has an application ", name.Text()));
}

// Finds what the centre can't tell by asking every node.
class NodeSearch {
 public:
  NodeSearch(Session* session, std::string call, Targets* targets)
      : session_(session), call_(std::move(call)), targets_(targets) {}

  // All indexes are into targets_->targets; their error says "not found" already.
  absl::Status FindIds(const std::vector<size_t>& wanted) {
    for (size_t node = 0; node < targets_->nodes.size(); ++node) {
      ASSIGN_OR_RETURN(const auto client, session_->Node(targets_->nodes[node]));
      for (const size_t index : wanted) {
        Target& target = targets_->targets[index];
        if (target.error.ok()) continue;
        const auto answer = client->GetApplication(*target.name.id);
        if (answer.ok()) {
          target.node = node;
          target.error = absl::OkStatus();
        } else if (!absl::IsNotFound(answer.status())) {
          target.error = answer.status();
        }
      }
    }
    return absl::OkStatus();
  }

  absl::Status FindReferences(const std::vector<size_t>& wanted) {
    std::map<std::string, size_t> by_reference;
    for (const size_t index : wanted) {
      by_reference[targets_->targets[index].name.external_ref] = index;
    }
    absl::Status failure;
    for (size_t node = 0; node < targets_->nodes.size(); ++node) {
      ASSIGN_OR_RETURN(const auto client, session_->Node(targets_->nodes[node]));
      const auto take = [&](const Application& application) {
        const auto found = by_reference.find(application.content().external_ref());
        if (found != by_reference.end()) Take(application, node, found->second);
      };
      ListApplicationsRequest request;
      request.set_call(call_);
      if (by_reference.size() > kAskedForEachMax) {
        absl::Status status = client->ListApplications(request, take);
        if (!status.ok()) failure = std::move(status);
        continue;
      }
      for (const auto& [reference, index] : by_reference) {
        request.set_external_ref(reference);
        absl::Status status = client->ListApplications(request, take);
        if (status.ok()) continue;
        failure = std::move(status);
        break;
      }
    }
    // What was not found elsewhere may be where nobody answered.
    for (const size_t index : wanted) {
      absl::Status& error = targets_->targets[index].error;
      if (absl::IsNotFound(error) && !failure.ok()) error = failure;
    }
    return absl::OkStatus();
  }

 private:
  void Take(const Application& application, size_t node, size_t index) {
    Target& target = targets_->targets[index];
    const auto id = Uuid::FromBytes(application.summary().application_id());
    if (!id.ok()) return;
    // A reference is unique for its applicant only.
    if (target.name.id.has_value()) {
      target.error = absl::FailedPreconditionError(absl::StrCat(
          "several applications have the reference ", target.name.external_ref, ", among them ",
          target.name.id->ToString(), " and ", id->ToString(), "; name it by its id"));
      return;
    }
    target.name.id = *id;
    target.node = node;
    target.error = absl::OkStatus();
  }

  Session* const session_;
  const std::string call_;
  Targets* const targets_;
};

// Asks the centre; gives the indexes of those it does not know.
absl::StatusOr<std::vector<size_t>> AskCentre(Session& session, Targets* targets) {
  std::vector<Uuid> ids;
  for (const Target& target : targets->targets) {
    if (target.name.id.has_value()) ids.push_back(*target.name.id);
  }
  ASSIGN_OR_RETURN(const auto central, session.Central("finding applications"));
  ASSIGN_OR_RETURN(const auto located, central->LocateApplications(ids));
  std::vector<size_t> unknown;
  for (size_t i = 0; i < targets->targets.size(); ++i) {
    Target& target = targets->targets[i];
    if (!target.name.id.has_value()) continue;
    const auto found = located.find(*target.name.id);
    if (found == located.end()) {
      target.error = NotFound(target.name);
      unknown.push_back(i);
      continue;
    }
    const auto node =
        std::find_if(targets->nodes.begin(), targets->nodes.end(),
                     [&](const NodeAddress& address) { return address.node == found->second; });
    if (node == targets->nodes.end()) {
      target.error = absl::UnavailableError(
          absl::StrCat("node ", found->second, ", which holds it, has no address"));
    } else {
      target.node = static_cast<size_t>(node - targets->nodes.begin());
    }
  }
  return unknown;
}

// Each name once.
absl::StatusOr<Targets> LocateEach(Session& session, const std::vector<ApplicationName>& names,
                                   const std::string& call) {
  Targets found;
  ASSIGN_OR_RETURN(found.nodes, session.Nodes());
  std::vector<size_t> references;
  for (const ApplicationName& name : names) {
    if (!name.id.has_value()) references.push_back(found.targets.size());
    found.targets.push_back({name, 0, absl::OkStatus()});
  }
  if (!session.has_central()) return found;
  ASSIGN_OR_RETURN(const std::vector<size_t> unknown, AskCentre(session, &found));
  NodeSearch search(&session, call, &found);
  // The centre hears of an application a moment after its node. Many unknown ids are no such
  // moment.
  if (!unknown.empty() && unknown.size() <= kAskedForEachMax) {
    RETURN_IF_ERROR(search.FindIds(unknown));
  }
  for (const size_t index : references) {
    found.targets[index].error = NotFound(found.targets[index].name);
  }
  if (!references.empty()) RETURN_IF_ERROR(search.FindReferences(references));
  return found;
}

}  // namespace

absl::StatusOr<std::vector<ApplicationName>> NamesFrom(const std::vector<std::string>& ids,
                                                       const std::vector<std::string>& references,
                                                       const std::string& call) {
  std::vector<ApplicationName> names;
  std::set<std::string> seen;
  for (const std::string& text : ids) {
    const auto id = Uuid::Parse(text);
    if (!id.ok()) {
      return UsageError(absl::StrCat("\"", text, "\" is no application's id: ",
                                     id.status().message(), "; a reference is given with --ref"));
    }
    if (seen.insert(id->ToString()).second) names.push_back({*id, ""});
  }
  if (!references.empty() && call.empty()) return UsageError("--ref needs --call");
  for (const std::string& reference : references) {
    if (seen.insert(absl::StrCat("ref ", reference)).second) {
      names.push_back({std::nullopt, reference});
    }
  }
  if (names.empty()) return UsageError("no application is named: give its id, or --ref and --call");
  return names;
}

absl::StatusOr<Targets> Locate(Session& session, const std::vector<ApplicationName>& names,
                               const std::string& call) {
  // Several evaluators score one application; it is looked for once.
  std::vector<ApplicationName> unique;
  std::map<std::string, size_t> places;
  for (const ApplicationName& name : names) {
    if (places.emplace(name.Text(), unique.size()).second) unique.push_back(name);
  }
  ASSIGN_OR_RETURN(Targets found, LocateEach(session, unique, call));
  std::vector<Target> targets;
  for (const ApplicationName& name : names) targets.push_back(found.targets[places[name.Text()]]);
  found.targets = std::move(targets);
  return found;
}

absl::StatusOr<std::vector<NodeAddress>> NodesCovering(Session& session, const std::string& call,
                                                       const std::string& municipality) {
  ASSIGN_OR_RETURN(std::vector<NodeAddress> nodes, session.Nodes());
  if (municipality.empty()) return nodes;
  ASSIGN_OR_RETURN(const auto definition, session.Call(call));
  ASSIGN_OR_RETURN(const std::string wanted, client::NodeOfMunicipality(definition, municipality));
  for (const NodeAddress& node : nodes) {
    if (node.node == wanted) return std::vector<NodeAddress>{node};
  }
  return absl::UnavailableError(absl::StrCat("node ", wanted, ", which covers ", municipality,
                                             ", has no address, or is not the one that is asked"));
}

}  // namespace kopa::cli
