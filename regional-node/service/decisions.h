#ifndef KOPA_REGIONAL_NODE_SERVICE_DECISIONS_H_
#define KOPA_REGIONAL_NODE_SERVICE_DECISIONS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"

namespace kopa::node {

inline constexpr int kDecisionsMax = 1000;
inline constexpr size_t kReasonBytesMax = 2000;

using EvaluationsDone =
    std::function<void(absl::StatusOr<region::v1::EvaluateApplicationsResponse>)>;
using DecisionsDone = std::function<void(absl::StatusOr<region::v1::DecideApplicationsResponse>)>;

// Fetch the applications, work out what would become of them, and hand that to the core; where one
// has changed meanwhile, again. The calling thread reads the store, so it must be one that may;
// `done` runs once, on the committer's thread or a worker's, after everything is on disk.
void Evaluate(const Context& context, std::string actor,
              region::v1::EvaluateApplicationsRequest request, EvaluationsDone done);
void Decide(const Context& context, std::string actor,
            region::v1::DecideApplicationsRequest request, DecisionsDone done);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_DECISIONS_H_
