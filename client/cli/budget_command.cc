// kopa budget: where a call's money and slots are, and the proposal to change their limits.

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
  session.Print(ToJson(budget), [&] { return NodesTable(budget); });
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
  tree.Bind(set, [options](Session& session) { return RunSet(session, *options); });
}

}  // namespace kopa::cli
