#ifndef KOPA_REGIONAL_NODE_SERVICE_SCORED_APPLICATION_H_
#define KOPA_REGIONAL_NODE_SERVICE_SCORED_APPLICATION_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kopa/programme/v1/call.pb.h"
#include "kopa/region/v1/application.pb.h"
#include "kopa/region/v1/service.pb.h"

namespace kopa::node {

// An application's evaluations and the score that follows from them. Pure.

// The application with the evaluation added, in place of an earlier one of the same evaluator, and
// the score worked out anew. `actor` hands it in. INVALID_ARGUMENT with faults where the points are
// not what the call asks for.
absl::StatusOr<region::v1::Application> WithEvaluation(const programme::v1::Evaluation& rules,
                                                       region::v1::Application application,
                                                       const region::v1::EvaluationInput& input,
                                                       const std::string& actor, absl::Time now);

// The application without what the evaluator scored; nothing where they scored nothing. Without any
// evaluation left it has no score.
absl::StatusOr<std::optional<region::v1::Application>> WithoutEvaluator(
    const programme::v1::Evaluation& rules, region::v1::Application application,
    const std::string& evaluator);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_SCORED_APPLICATION_H_
