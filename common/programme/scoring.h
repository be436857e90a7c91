#ifndef KOPA_COMMON_PROGRAMME_SCORING_H_
#define KOPA_COMMON_PROGRAMME_SCORING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/status.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::programme {

// One evaluator's points for one criterion, in hundredths of a point.
struct CriterionPoints {
  std::string criterion;
  int64_t hundredths = 0;
};

// One evaluator's points for all criteria.
using EvaluationPoints = std::vector<CriterionPoints>;

// What is wrong with one evaluator's points; empty where nothing is. Field is the criterion's id.
//   UNKNOWN_CRITERION    the call has no such criterion; says which it has
//   MISSING_SCORE        a criterion without points
//   DUPLICATE_SCORE      a criterion with points twice
//   SCORE_OUT_OF_RANGE   under 0 or over the most
//   SCORE_OFF_STEP       between two steps
std::vector<Fault> CheckPoints(const v1::Evaluation& rules,
                               absl::Span<const CriterionPoints> points);

// Sum over the criteria. INVALID_ARGUMENT with the faults of CheckPoints().
absl::StatusOr<int64_t> TotalHundredths(const v1::Evaluation& rules,
                                        absl::Span<const CriterionPoints> points);

// How an application stands after one or more evaluations, combined as the call says: the mean, the
// median or the lowest of them.
struct Outcome {
  // Of the evaluators' totals, in hundredths, rounded down.
  int64_t total_hundredths = 0;
  // Of each criterion, in the order of the call, in hundredths, rounded down.
  EvaluationPoints criteria;
  bool thresholds_met = false;
  // Which thresholds fail: "criterion 2.2 has 2.5 points, at least 3 are needed". Empty where all
  // are met.
  std::vector<std::string> why;
  std::vector<std::string> why_lv;
};

// `evaluations` in the order they were made. Thresholds are tested on the exact values (a mean's
// sum against threshold x evaluators), so that rounding neither lifts an application over a
// threshold nor drops it under one; only what is shown is rounded. INVALID_ARGUMENT where there is
// no evaluation, or with the faults of the first one that has any.
absl::StatusOr<Outcome> Judge(const v1::Evaluation& rules,
                              absl::Span<const EvaluationPoints> evaluations);

// FAILED_PRECONDITION with fault THRESHOLD_NOT_MET for each failed threshold; OK where all are met.
absl::Status RequireThresholds(const Outcome& outcome);

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_SCORING_H_
