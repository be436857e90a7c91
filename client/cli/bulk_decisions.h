#ifndef KOPA_CLIENT_CLI_BULK_DECISIONS_H_
#define KOPA_CLIENT_CLI_BULK_DECISIONS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/cli/application_names.h"
#include "client/cli/session.h"
#include "kopa/region/v1/service.pb.h"

namespace kopa::cli {

// What became of one evaluation or decision.
struct DecisionRow {
  std::string id;  // empty where only a reference is known
  std::string external_ref;
  std::string status;
  Json receipt;       // of the change; null where nothing was changed
  std::string error;  // "field: CODE: message"; empty where it was done
  absl::StatusCode failed = absl::StatusCode::kOk;  // of the whole batch, where that failed
};

// Sends some of the targets, by their indexes, to one node; as many results as indexes.
using SendBatch = std::function<absl::StatusOr<std::vector<kopa::region::v1::DecisionResult>>(
    client::NodeClient& node, absl::Span<const size_t> indexes)>;

// Sends all targets to their nodes, in batches, the nodes side by side (`send` must be
// thread-safe). Rows in the order of the targets.
std::vector<DecisionRow> SendAll(Session& session, const Targets& targets, const SendBatch& send);

// Prints the rows, sorted by id. kPartly where any was refused, or where `failure` says that a node
// could not be asked; where all failed because servers could not be reached, or did not allow it,
// that.
ExitCode PrintDecisions(Session& session, std::vector<DecisionRow> rows,
                        const absl::Status& failure);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_BULK_DECISIONS_H_
