#ifndef KOPA_CLIENT_CLI_ONE_APPLICATION_H_
#define KOPA_CLIENT_CLI_ONE_APPLICATION_H_

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/application_names.h"
#include "client/cli/session.h"
#include "client/include/kopa/node_client.h"
#include "common/base/uuid.h"

namespace kopa::cli {

// How a command that is about one application has it named, as typed: an id, or a reference and the
// call.
struct OneApplication {
  std::string id;
  std::string reference;
  std::string call;
};

// The positional id, --ref and --call. The options' values go into `one`, which must outlive the
// command.
void AddOneApplicationOptions(CLI::App* command, OneApplication* one);
// --ref and --call alone, for commands whose own words follow the id.
void AddReferenceOptions(CLI::App* command, OneApplication* one);

// The application that is meant, and the node that has it.
struct FoundApplication {
  std::unique_ptr<client::NodeClient> client;
  NodeAddress node;
  Uuid id;

  // For what takes many.
  Targets AsTargets() const;
};
absl::StatusOr<FoundApplication> FindOne(Session& session, const OneApplication& one);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_ONE_APPLICATION_H_
