#ifndef KOPA_REGIONAL_NODE_SERVICE_STAFFING_H_
#define KOPA_REGIONAL_NODE_SERVICE_STAFFING_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"

namespace kopa::node {

using AssignDone = std::function<void(absl::StatusOr<region::v1::AssignEvaluatorsResponse>)>;
using ConflictDone = std::function<void(absl::StatusOr<region::v1::DeclareConflictResponse>)>;

// Both: the calling thread reads the store, so it must be one that may; `done` runs once, on the
// committer's thread or a worker's, after all is on disk.

// Assigns evaluators or takes assignments back. An assignment says who is asked to evaluate; it
// keeps nobody else from it.
void AssignEvaluators(const Context& context, const std::string& actor,
                      const region::v1::AssignEvaluatorsRequest& request, AssignDone done);

// Declares a conflict of interest, and takes out of the result what that evaluator scored.
void DeclareConflict(const Context& context, std::string actor,
                     region::v1::DeclareConflictRequest request, ConflictDone done);

// Who is to evaluate the application and who must not; empty for an unknown one. Thread-safe.
absl::StatusOr<region::v1::Staffing> ReadStaffing(const storage::View& view,
                                                  const ApplicationId& id);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_STAFFING_H_
