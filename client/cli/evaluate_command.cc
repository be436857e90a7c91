// kopa app evaluate: points of evaluators.

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/bulk_decisions.h"
#include "client/cli/commands.h"
#include "client/cli/decision_files.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::DecisionResult;
using kopa::region::v1::EvaluateApplicationsRequest;
using kopa::region::v1::EvaluationInput;

struct Options {
  std::vector<std::string> ids;
  std::vector<std::string> references;
  std::string call;
  std::vector<std::string> scores;
  std::string evaluator;
  std::string file;
};

struct Plan {
  Targets targets;
  std::vector<EvaluationInput> evaluations;  // as targets.targets, without who is meant
};

absl::StatusOr<EvaluationInput> ParseScores(const Options& options) {
  EvaluationInput evaluation;
  evaluation.set_evaluator(options.evaluator);
  for (const std::string& text : options.scores) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError(absl::StrCat("--score takes CRITERION=POINTS, not \"", text, "\""));
    }
    const auto points = programme::ParseHundredths(text.substr(equals + 1));
    if (!points.ok()) {
      return UsageError(absl::StrCat("--score ", text, ": ", points.status().message()));
    }
    auto* score = evaluation.add_scores();
    score->set_criterion(text.substr(0, equals));
    score->set_hundredths(*points);
  }
  return evaluation;
}

absl::StatusOr<Plan> PlanFromFile(Session& session, const Options& options) {
  if (options.call.empty()) return UsageError("--file needs --call");
  if (!options.ids.empty() || !options.references.empty() || !options.scores.empty()) {
    return UsageError("--file says which applications and scores; give it alone");
  }
  ASSIGN_OR_RETURN(const auto call, session.Call(options.call));
  ASSIGN_OR_RETURN(const std::vector<ScoreFileRow> rows, ReadScoreFile(options.file, call));
  std::vector<ApplicationName> names;
  Plan plan;
  for (const ScoreFileRow& row : rows) {
    names.push_back(row.name);
    plan.evaluations.push_back(row.evaluation);
  }
  ASSIGN_OR_RETURN(plan.targets, Locate(session, names, options.call));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].error.ok()) plan.targets.targets[i].error = rows[i].error;
  }
  return plan;
}

absl::StatusOr<Plan> MakePlan(Session& session, const Options& options) {
  if (!options.file.empty()) return PlanFromFile(session, options);
  if (options.scores.empty()) {
    return UsageError("no points: give --score CRITERION=POINTS..., or --file");
  }
  Plan plan;
  ASSIGN_OR_RETURN(const EvaluationInput evaluation, ParseScores(options));
  ASSIGN_OR_RETURN(const auto names, NamesFrom(options.ids, options.references, options.call));
  ASSIGN_OR_RETURN(plan.targets, Locate(session, names, options.call));
  plan.evaluations.assign(names.size(), evaluation);
  return plan;
}

absl::StatusOr<ExitCode> Run(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const Plan plan, MakePlan(session, options));
  const SendBatch send =
      [&](client::NodeClient& node,
          absl::Span<const size_t> indexes) -> absl::StatusOr<std::vector<DecisionResult>> {
    EvaluateApplicationsRequest request;
    request.set_call(options.call);
    for (const size_t index : indexes) {
      const ApplicationName& name = plan.targets.targets[index].name;
      EvaluationInput* input = request.add_evaluations();
      *input = plan.evaluations[index];
      if (name.id.has_value()) {
        input->set_application_id(std::string(name.id->bytes()));
      } else {
        input->set_external_ref(name.external_ref);
      }
    }
    ASSIGN_OR_RETURN(const auto response, node.EvaluateApplications(std::move(request)));
    return std::vector<DecisionResult>(response.results().begin(), response.results().end());
  };
  return PrintDecisions(session, SendAll(session, plan.targets, send), plan.targets.failure);
}

}  // namespace

void AddEvaluateCommand(CommandTree& tree, CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = tree.Add(app, "evaluate", "record an evaluator's points");
  command->add_option("ids", options->ids, "the application's id");
  command->add_option("--ref", options->references, "an application by its reference")
      ->allow_extra_args(false);
  command->add_option("--call", options->call, "which call; needed for --ref and --file");
  command->add_option("--score", options->scores, "CRITERION=POINTS, for every criterion");
  command->add_option("--evaluator", options->evaluator, "who scored; default is who calls");
  command->add_option("--file", options->file, "CSV of scores, a column for each criterion");
  command->footer(
      "Columns of --file: application (its id) or external_ref; evaluator, empty for who calls; "
      "and\n"
      "one for each criterion of the call, by its id (kopa call show CALL).\n"
      "Examples:\n"
      "  kopa app evaluate 0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11 --score relevance=8 impact=7.5 "
      "...\n"
      "  kopa app evaluate --call kontakts-2024 --file vērtējumi.csv");
  tree.BindChanging(command, [options](Session& session) { return Run(session, *options); });
}

}  // namespace kopa::cli
