// kopa app approve, reject and all other decisions.

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/bulk_decisions.h"
#include "client/cli/commands.h"
#include "client/cli/decision_files.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"
#include "common/programme/lifecycle.h"

namespace kopa::cli {
namespace {

using kopa::region::v1::DecideApplicationsRequest;
using kopa::region::v1::DecisionInput;
using kopa::region::v1::DecisionResult;
using kopa::region::v1::DecisionVerb;

struct Options {
  std::vector<std::string> ids;
  std::vector<std::string> references;
  std::string call;
  std::string status;
  bool all = false;
  std::string file;
  std::string reason;
  std::string amount;
};

// What to do with which application.
struct Plan {
  Targets targets;
  std::vector<DecisionInput> decisions;  // as targets.targets, without who is meant
};

absl::Status CheckOptions(const Options& options) {
  const bool named = !options.ids.empty() || !options.references.empty();
  const int ways = (named ? 1 : 0) + (options.all ? 1 : 0) + (options.file.empty() ? 0 : 1);
  if (ways != 1) {
    return UsageError(
        "say which applications: ids (or --ref), or --call, --status and --all, or --file");
  }
  if (options.all && (options.call.empty() || options.status.empty())) {
    return UsageError("--all needs --call and --status");
  }
  if (!options.all && !options.status.empty()) return UsageError("--status goes with --all");
  return absl::OkStatus();
}

absl::StatusOr<DecisionInput> Template(const Options& options, DecisionVerb verb) {
  DecisionInput input;
  input.set_verb(verb);
  input.set_reason(options.reason);
  std::optional<int64_t> given;
  if (!options.amount.empty()) {
    const auto cents = programme::ParseCents(options.amount);
    if (!cents.ok()) return UsageError(absl::StrCat("--amount: ", cents.status().message()));
    input.set_amount_cents(*cents);
    given = *cents;
  }
  // A file may have it in its rows.
  if (given.has_value() || options.file.empty()) {
    const std::optional<Fault> fault = FaultOfAmount(verb, given);
    if (fault.has_value()) return UsageError(absl::StrCat("--amount: ", fault->message));
  }
  return input;
}

// Everything of a call that stands at a status, at every node.
absl::StatusOr<Targets> ListAll(Session& session, const Options& options) {
  const auto status = programme::ParseStatusName(options.status);
  if (!status.ok()) {
    return UsageError(
        absl::StrCat("--status: \"", options.status, "\" ", status.status().message()));
  }
  Targets targets;
  std::vector<absl::Status> failures;
  ASSIGN_OR_RETURN(targets.nodes, session.Nodes());
  for (size_t node = 0; node < targets.nodes.size(); ++node) {
    ASSIGN_OR_RETURN(const auto client, session.Node(targets.nodes[node]));
    kopa::region::v1::ListApplicationsRequest request;
    request.set_call(options.call);
    request.set_status(*status);
    absl::Status status_of_node =
        client->ListApplications(request, [&](const kopa::region::v1::Application& application) {
          const auto id = Uuid::FromBytes(application.summary().application_id());
          if (id.ok()) targets.targets.push_back({{*id, ""}, node, absl::OkStatus()});
        });
    if (!status_of_node.ok()) failures.push_back(std::move(status_of_node));
  }
  session.ComplainOnce(failures);
  if (!failures.empty()) targets.failure = failures.back();
  return targets;
}

absl::StatusOr<Plan> PlanFromFile(Session& session, const Options& options,
                                  const DecisionInput& common) {
  ASSIGN_OR_RETURN(const std::vector<DecisionFileRow> rows,
                   ReadDecisionFile(options.file, common, options.call));
  std::vector<ApplicationName> names;
  Plan plan;
  for (const DecisionFileRow& row : rows) {
    names.push_back(row.name);
    plan.decisions.push_back(row.decision);
  }
  ASSIGN_OR_RETURN(plan.targets, Locate(session, names, options.call));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].error.ok()) plan.targets.targets[i].error = rows[i].error;
  }
  return plan;
}

absl::StatusOr<Plan> MakePlan(Session& session, const Options& options, DecisionVerb verb) {
  RETURN_IF_ERROR(CheckOptions(options));
  ASSIGN_OR_RETURN(const DecisionInput common, Template(options, verb));
  if (!options.file.empty()) return PlanFromFile(session, options, common);
  Plan plan;
  if (options.all) {
    ASSIGN_OR_RETURN(plan.targets, ListAll(session, options));
  } else {
    ASSIGN_OR_RETURN(const auto names, NamesFrom(options.ids, options.references, options.call));
    ASSIGN_OR_RETURN(plan.targets, Locate(session, names, options.call));
  }
  plan.decisions.assign(plan.targets.targets.size(), common);
  return plan;
}

// What each time counts anew; anything else that is done is not done twice.
bool IsPayment(DecisionVerb verb) {
  return verb == kopa::region::v1::DECISION_VERB_PAY ||
         verb == kopa::region::v1::DECISION_VERB_REPAY;
}

absl::StatusOr<ExitCode> Run(Session& session, const Options& options, DecisionVerb verb) {
  ASSIGN_OR_RETURN(const Plan plan, MakePlan(session, options, verb));
  for (const DecisionInput& decision : plan.decisions) {
    if (IsPayment(decision.verb())) session.environment().set_repeatable(false);
  }
  const SendBatch send =
      [&](client::NodeClient& node,
          absl::Span<const size_t> indexes) -> absl::StatusOr<std::vector<DecisionResult>> {
    DecideApplicationsRequest request;
    request.set_call(options.call);
    for (const size_t index : indexes) {
      const ApplicationName& name = plan.targets.targets[index].name;
      DecisionInput* input = request.add_decisions();
      *input = plan.decisions[index];
      if (name.id.has_value()) {
        input->set_application_id(std::string(name.id->bytes()));
      } else {
        input->set_external_ref(name.external_ref);
      }
    }
    ASSIGN_OR_RETURN(const auto response, node.DecideApplications(std::move(request)));
    return std::vector<DecisionResult>(response.results().begin(), response.results().end());
  };
  return PrintDecisions(session, SendAll(session, plan.targets, send), plan.targets.failure);
}

// What --amount means with a verb; null where it takes none.
const char* AmountHelp(DecisionVerb verb) {
  switch (verb) {
    case kopa::region::v1::DECISION_VERB_APPROVE:
      return "EUR to award; default is what was asked for";
    case kopa::region::v1::DECISION_VERB_AMEND:
      return "EUR of the new award";
    case kopa::region::v1::DECISION_VERB_PAY:
      return "EUR paid";
    case kopa::region::v1::DECISION_VERB_REPAY:
      return "EUR that came back";
    case kopa::region::v1::DECISION_VERB_TERMINATE:
      return "EUR that the applicant keeps; default is none";
    default:
      return nullptr;
  }
}

// What --help ends with: the form of files, and how the command is used.
std::string Footer(const DecisionWord& word) {
  const bool takes_amount = AmountHelp(word.verb) != nullptr;
  const std::string words = absl::StrJoin(
      DecisionWords(), ", ",
      [](std::string* out, const DecisionWord& known) { absl::StrAppend(out, known.word); });
  return absl::StrCat(
      "Columns of --file: application (its id) or external_ref; and where they differ from row to "
      "row\ndecision, reason, amount_eur. A decision is one of:\n",
      words, ".\nExamples:\n  kopa app ", word.word, " 0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11",
      takes_amount ? " --amount 150.00" : "", " --reason \"komisijas lēmums 2024/7\"\n  kopa app ",
      word.word, " --call kontakts-2024 --file lēmumi.csv");
}

}  // namespace

void AddDecisionCommands(CommandTree& tree, CLI::App& app) {
  for (const DecisionWord& word : DecisionWords()) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = tree.Add(app, word.word, word.help);
    command->add_option("ids", options->ids, "the applications' ids");
    command->add_option("--ref", options->references, "an application by its reference")
        ->allow_extra_args(false);
    command->add_option("--call", options->call, "which call; needed for --ref and --all");
    command->add_option("--status", options->status, "with --all: those that stand at this status");
    command->add_flag("--all", options->all, "all of --call that stand at --status");
    command->add_option("--file", options->file,
                        "CSV of decisions; its column decision says what is done");
    command->add_option("--reason", options->reason, "why");
    if (const char* help = AmountHelp(word.verb); help != nullptr) {
      command->add_option("--amount", options->amount, help);
    }
    command->footer(Footer(word));
    const DecisionVerb verb = word.verb;
    tree.BindChanging(command,
                      [options, verb](Session& session) { return Run(session, *options, verb); });
  }
}

}  // namespace kopa::cli
