#ifndef KOPA_CLIENT_CLI_APPLICATION_NAMES_H_
#define KOPA_CLIENT_CLI_APPLICATION_NAMES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/session.h"
#include "common/base/uuid.h"

namespace kopa::cli {

// How a person names an application: by its id, or by the submitter's own reference.
struct ApplicationName {
  std::optional<Uuid> id;
  std::string external_ref;  // where there is no id

  std::string Text() const { return id.has_value() ? id->ToString() : external_ref; }
  friend bool operator==(const ApplicationName&, const ApplicationName&) = default;
};

// As typed: ids, then references. Each name once, whatever was given twice. A usage error for what
// is no id, where nothing is named, and for references without a call.
absl::StatusOr<std::vector<ApplicationName>> NamesFrom(const std::vector<std::string>& ids,
                                                       const std::vector<std::string>& references,
                                                       const std::string& call);

// An application and where it is.
struct Target {
  ApplicationName name;
  size_t node = 0;     // index into Targets::nodes; meaningful where `error` is OK
  absl::Status error;  // why it was not found
};
struct Targets {
  std::vector<NodeAddress> nodes;
  std::vector<Target> targets;  // in the order of the names
  // Why a node could not be asked for what it has; the others were.
  absl::Status failure;
};

// With --node all are taken to be there. With --central the centre says where ids are; references,
// and ids that the centre has not heard of yet, are asked for at the nodes.
absl::StatusOr<Targets> Locate(Session& session, const std::vector<ApplicationName>& names,
                               const std::string& call);

// All nodes (Session::Nodes); where a municipality is named, by ATVK code or name, only the one
// that covers it for this call.
absl::StatusOr<std::vector<NodeAddress>> NodesCovering(Session& session, const std::string& call,
                                                       const std::string& municipality);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_APPLICATION_NAMES_H_
