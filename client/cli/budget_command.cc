// kopa budget: where a call's money and slots are, and the proposal to change their limits.

#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/freshness.h"
#include "client/cli/proposal_output.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::GetBudgetResponse;
using kopa::national::v1::UnitBudget;
using kopa::programme::FormatCents;

// Options of both commands: --call may stand before or behind "set".
struct Options {
  std::string call;
  std::string budget_eur;
  int64_t initiatives = -1;  // below 0: stays as it is
  int64_t teams = -1;
  std::string reason;
};

std::string Amount(const UnitBudget& unit, int64_t value) {
  return unit.unit() == "cents" ? FormatCents(value) : absl::StrCat(value);
}

Table NodesTable(const GetBudgetResponse& budget) {
  Table table({{"node"},
               {"state"},
               {"allotted EUR", true},
               {"approved EUR", true},
               {"paid EUR", true},
               {"headroom EUR", true},
               {"pending EUR", true},
               {"frozen EUR", true}});
  for (const auto& node : budget.nodes()) {
    table.AddRow({node.node(), EnumWord(node.state()), FormatCents(node.allotted_cents()),
                  FormatCents(node.approved_cents()), FormatCents(node.paid_cents()),
                  FormatCents(node.headroom_cents()), FormatCents(node.pending_cents()),
                  FormatCents(node.frozen_cents())});
  }
  return table;
}

Table UnitsTable(const GetBudgetResponse& budget) {
  Table table({{"unit"}, {"limit", true}, {"available", true}, {"approved", true}});
  for (const UnitBudget& unit : budget.units()) {
    table.AddRow({unit.unit() == "cents" ? "EUR" : unit.unit(),
                  unit.has_limit() ? Amount(unit, unit.limit()) : "no limit",
                  unit.has_limit() && unit.has_available() ? Amount(unit, unit.available()) : "",
                  Amount(unit, unit.approved())});
  }
  return table;
}

// The unit that a call without money limits, e.g. "teams"; empty for a call with money.
std::string UnitWithoutMoney(const GetBudgetResponse& budget) {
  std::string limited;
  for (const UnitBudget& unit : budget.units()) {
    if (!unit.has_limit()) continue;
    if (unit.unit() == "cents") return "";
    limited = unit.unit();
  }
  return limited;
}

// Of a call without money: who holds its slots.
absl::StatusOr<Table> SlotsTable(client::CentralClient& central, const GetBudgetResponse& budget,
                                 const std::string& unit) {
  kopa::national::v1::GetTotalsRequest request;
  request.set_call(budget.call());
  request.add_by(kopa::national::v1::TOTALS_DIMENSION_NODE);
  ASSIGN_OR_RETURN(const auto totals, central.GetTotals(request));
  std::map<std::string, int64_t> approved;
  for (const auto& row : totals.rows()) {
    approved[row.node()] = unit == "initiatives" ? row.approved_initiatives() : row.approved();
  }
  Table table({{"node"}, {"state"}, {absl::StrCat("approved ", unit), true}});
  for (const auto& node : budget.nodes()) {
    table.AddRow({node.node(), EnumWord(node.state()), absl::StrCat(approved[node.node()])});
  }
  return table;
}

// In one sentence, in euros. A call need not limit its money.
std::string HeadLine(const GetBudgetResponse& budget) {
  bool limited = budget.budget_cents() > 0;
  for (const UnitBudget& unit : budget.units()) {
    limited = limited || (unit.unit() == "cents" && unit.has_limit());
  }
  const std::string spent = absl::StrCat("approved ", FormatCents(budget.approved_cents()),
                                         ", paid ", FormatCents(budget.paid_cents()));
  if (!limited) return absl::StrCat("call ", budget.call(), ": no limit of money, ", spent);
  return absl::StrCat("call ", budget.call(), ": budget ", FormatCents(budget.budget_cents()),
                      " EUR, ", spent, ", remaining ", FormatCents(budget.remaining_cents()),
                      ", not allotted ", FormatCents(budget.available_cents()));
}

absl::StatusOr<ExitCode> RunShow(Session& session, const Options& options) {
  if (options.call.empty()) return UsageError("--call is required");
  ASSIGN_OR_RETURN(const auto central, session.Central("budget"));
  ASSIGN_OR_RETURN(GetBudgetResponse budget, central->GetBudget(options.call));
  // Of what has no limit no number is left.
  for (UnitBudget& unit : *budget.mutable_units()) {
    if (!unit.has_limit()) unit.clear_available();
  }
  if (session.settings().output == OutputFormat::kTable) {
    *session.environment().out << HeadLine(budget) << "\n\n"
                               << UnitsTable(budget).ToText(session.environment().colour) << "\n";
  }
  Table nodes = NodesTable(budget);
  const std::string unit = UnitWithoutMoney(budget);
  if (!unit.empty() && session.settings().output == OutputFormat::kTable) {
    ASSIGN_OR_RETURN(nodes, SlotsTable(*central, budget, unit));
  }
  session.Print(ToJson(budget), [&nodes] { return nodes; });
  if (session.settings().output == OutputFormat::kTable) NoteFreshness(session, budget.freshness());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunSet(Session& session, const Options& options) {
  if (options.call.empty()) return UsageError("--call is required");
  if (options.reason.empty()) return UsageError("--reason is required: why the limits change");
  kopa::national::v1::Change change;
  change.set_call(options.call);
  auto* limits = change.mutable_limits();
  if (!options.budget_eur.empty()) {
    const auto cents = programme::ParseCents(options.budget_eur);
    if (!cents.ok() || *cents < 0) {
      return UsageError(
          absl::StrCat("--budget-eur: ", cents.ok() ? "may not be below zero"
                                                    : std::string(cents.status().message())));
    }
    limits->set_budget_cents(*cents);
  }
  if (options.initiatives >= 0) limits->set_initiatives(options.initiatives);
  if (options.teams >= 0) limits->set_teams(options.teams);
  if (!limits->has_budget_cents() && !limits->has_initiatives() && !limits->has_teams()) {
    return UsageError("say what to change: --budget-eur, --initiatives or --teams");
  }
  return ProposeChange(session, change, options.reason);
}

}  // namespace

void AddBudgetCommand(CommandTree& tree) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = tree.Add(tree.root(), "budget", "where a call's money and slots are");
  command->add_option("--call", options->call, "which call");
  command->footer("Example:\n  kopa budget --call kontakts-2024");
  tree.Bind(command, [options](Session& session) { return RunShow(session, *options); });

  CLI::App* set = tree.Add(*command, "set", "propose other limits, or confirm that proposal");
  set->add_option("--call", options->call, "which call");
  set->add_option("--budget-eur", options->budget_eur, "all that may be awarded, in EUR");
  set->add_option("--initiatives", options->initiatives, "initiatives that may be supported")
      ->check(CLI::NonNegativeNumber);
  set->add_option("--teams", options->teams, "teams that may take part")
      ->check(CLI::NonNegativeNumber);
  set->add_option("--reason", options->reason, "why");
  set->footer(
      "What two people ask for alike holds. Never below what is out.\n"
      "Example:\n"
      "  kopa --actor anna budget set --call kontakts-2024 --budget-eur 140000.00 --reason ...\n"
      "  kopa --actor berta budget set --call kontakts-2024 --budget-eur 140000.00 --reason ...");
  tree.BindChanging(set, [options](Session& session) { return RunSet(session, *options); });
}

}  // namespace kopa::cli
