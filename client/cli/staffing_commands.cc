// kopa app assign, app conflict: who is to evaluate an application, and who must not.

#include <memory>

#include "client/cli/bulk_decisions.h"
#include "client/cli/commands.h"
#include "client/cli/one_application.h"
#include "common/base/status.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::AssignEvaluatorsRequest;
using kopa::region::v1::AssignmentInput;
using kopa::region::v1::DecisionResult;
using Results = absl::StatusOr<std::vector<DecisionResult>>;

struct AssignOptions {
  std::vector<std::string> ids;
  std::vector<std::string> references;
  std::string call;
  std::vector<std::string> evaluators;
  bool remove = false;
};

struct ConflictOptions {
  OneApplication one;
  std::string evaluator;
  std::string reason;
};

absl::StatusOr<ExitCode> RunAssign(Session& session, const AssignOptions& options) {
  ASSIGN_OR_RETURN(const auto names, NamesFrom(options.ids, options.references, options.call));
  ASSIGN_OR_RETURN(const Targets targets, Locate(session, names, options.call));
  const SendBatch send = [&](client::NodeClient& node,
                             absl::Span<const size_t> indexes) -> Results {
    AssignEvaluatorsRequest request;
    request.set_call(options.call);
    for (const size_t index : indexes) {
      const ApplicationName& name = targets.targets[index].name;
      AssignmentInput* input = request.add_assignments();
      if (name.id.has_value()) {
        input->set_application_id(std::string(name.id->bytes()));
      } else {
        input->set_external_ref(name.external_ref);
      }
      for (const std::string& evaluator : options.evaluators) input->add_evaluators(evaluator);
      input->set_remove(options.remove);
    }
    ASSIGN_OR_RETURN(const auto response, node.AssignEvaluators(std::move(request)));
    return std::vector<DecisionResult>(response.results().begin(), response.results().end());
  };
  return PrintDecisions(session, SendAll(session, targets, send), targets.failure);
}

absl::StatusOr<ExitCode> RunConflict(Session& session, const ConflictOptions& options) {
  ASSIGN_OR_RETURN(const FoundApplication found, FindOne(session, options.one));
  const SendBatch send = [&](client::NodeClient& node, absl::Span<const size_t>) -> Results {
    kopa::region::v1::DeclareConflictRequest request;
    request.set_application_id(std::string(found.id.bytes()));
    request.set_evaluator(options.evaluator);
    request.set_reason(options.reason);
    ASSIGN_OR_RETURN(const auto response, node.DeclareConflict(std::move(request)));
    return std::vector<DecisionResult>{response.result()};
  };
  return PrintDecisions(session, SendAll(session, found.AsTargets(), send), absl::OkStatus());
}

}  // namespace

void AddStaffingCommands(CommandTree& tree, CLI::App& app) {
  const auto assign = std::make_shared<AssignOptions>();
  CLI::App* command = tree.Add(app, "assign", "say who is to evaluate");
  command->add_option("ids", assign->ids, "the applications' ids");
  command->add_option("--ref", assign->references, "an application by its reference")
      ->allow_extra_args(false);
  command->add_option("--call", assign->call, "which call; needed for --ref");
  command->add_option("--evaluator", assign->evaluators, "who; several may be named")->required();
  command->add_flag("--remove", assign->remove, "take the assignment back instead");
  command->footer(
      "Example:\n  kopa app assign 0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11 --evaluator anna berta");
  tree.BindChanging(command, [assign](Session& session) { return RunAssign(session, *assign); });

  const auto conflict = std::make_shared<ConflictOptions>();
  command = tree.Add(app, "conflict", "declare a conflict of interest; bars from evaluating");
  AddOneApplicationOptions(command, &conflict->one);
  command->add_option("--evaluator", conflict->evaluator, "whose; default is who calls");
  command->add_option("--reason", conflict->reason, "why")->required();
  command->footer(
      "Example:\n  kopa app conflict 0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11 --reason \"radinieks\"");
  tree.BindChanging(command,
                    [conflict](Session& session) { return RunConflict(session, *conflict); });
}

}  // namespace kopa::cli
