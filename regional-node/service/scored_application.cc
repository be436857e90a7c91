#include "regional-node/service/scored_application.h"

#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/programme/scoring.h"

namespace kopa::node {

using ::kopa::region::v1::Application;

namespace {

programme::EvaluationPoints PointsOf(
    const google::protobuf::RepeatedPtrField<region::v1::Score>& scores) {
  programme::EvaluationPoints points;
  for (const region::v1::Score& score : scores) {
    points.push_back({score.criterion(), score.hundredths()});
  }
  return points;
}

// True where there was one to take out.
bool TakeOut(const std::string& evaluator, Application& application) {
  auto* evaluations = application.mutable_evaluations();
  const int before = evaluations->size();
  for (int i = before - 1; i >= 0; --i) {
    if (evaluations->Get(i).evaluator() == evaluator) evaluations->DeleteSubrange(i, 1);
  }
  return evaluations->size() != before;
}

absl::Status Judge(const programme::v1::Evaluation& rules, Application& application) {
  auto* summary = application.mutable_summary();
  summary->clear_score_hundredths();
  summary->clear_thresholds_met();
  if (application.evaluations().empty()) return absl::OkStatus();
  std::vector<programme::EvaluationPoints> points;
  for (const region::v1::Evaluation& evaluation : application.evaluations()) {
    points.push_back(PointsOf(evaluation.scores()));
  }
  ASSIGN_OR_RETURN(const programme::Outcome outcome, programme::Judge(rules, points));
  summary->set_score_hundredths(outcome.total_hundredths);
  summary->set_thresholds_met(outcome.thresholds_met);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Application> WithEvaluation(const programme::v1::Evaluation& rules,
                                           Application application,
                                           const region::v1::EvaluationInput& input,
                                           const std::string& actor, absl::Time now) {
  const std::string evaluator = input.evaluator().empty() ? actor : input.evaluator();
  ASSIGN_OR_RETURN(const int64_t total,
                   programme::TotalHundredths(rules, PointsOf(input.scores())));
  TakeOut(evaluator, application);
  region::v1::Evaluation* evaluation = application.add_evaluations();
  evaluation->set_evaluator(evaluator);
  if (evaluator != actor) evaluation->set_imported_by(actor);
  *evaluation->mutable_scores() = input.scores();
  evaluation->set_total_hundredths(total);
  SetTimestamp(evaluation->mutable_time(), now);
  RETURN_IF_ERROR(Judge(rules, application));
  return application;
}

absl::StatusOr<std::optional<Application>> WithoutEvaluator(const programme::v1::Evaluation& rules,
                                                            Application application,
                                                            const std::string& evaluator) {
  if (!TakeOut(evaluator, application)) return std::optional<Application>();
  RETURN_IF_ERROR(Judge(rules, application));
  return std::optional<Application>(std::move(application));
}

}  // namespace kopa::node
