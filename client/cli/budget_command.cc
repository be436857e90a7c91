// kopa budget: where a call's money and slots are.

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/freshness.h"
#include "common/base/status.h"
#include "common/programme/decimals.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::GetBudgetResponse;
using kopa::national::v1::UnitBudget;
using kopa::programme::FormatCents;

std::string Amount(const UnitBudget& unit, int64_t value) {
  return unit.unit() == "cents" ? FormatCents(value) : absl::StrCat(value);
}

Table NodesTable(const GetBudgetResponse& budget) {
  Table table({{"node"},
               {"state"},
               {"allotted EUR", true},
               {"approved EUR", true},
               {"headroom EUR", true},
               {"pending EUR", true},
               {"frozen EUR", true}});
  for (const auto& node : budget.nodes()) {
    table.AddRow({node.node(), EnumWord(node.state()), FormatCents(node.allotted_cents()),
                  FormatCents(node.approved_cents()), FormatCents(node.headroom_cents()),
                  FormatCents(node.pending_cents()), FormatCents(node.frozen_cents())});
  }
  return table;
}

Table UnitsTable(const GetBudgetResponse& budget) {
  Table table({{"unit"}, {"limit", true}, {"available", true}, {"approved", true}});
  for (const UnitBudget& unit : budget.units()) {
    table.AddRow({unit.unit() == "cents" ? "EUR" : unit.unit(),
                  unit.has_limit() ? Amount(unit, unit.limit()) : "no limit",
                  unit.has_available() ? Amount(unit, unit.available()) : "",
                  Amount(unit, unit.approved())});
  }
  return table;
}

absl::StatusOr<ExitCode> Run(Session& session, const std::string& call) {
  ASSIGN_OR_RETURN(const auto central, session.Central("budget"));
  ASSIGN_OR_RETURN(const GetBudgetResponse budget, central->GetBudget(call));
  if (session.settings().output == OutputFormat::kTable) {
    std::ostream& out = *session.environment().out;
    out << "call " << budget.call() << ": budget " << FormatCents(budget.budget_cents())
        << " EUR, approved " << FormatCents(budget.approved_cents()) << ", remaining "
        << FormatCents(budget.remaining_cents()) << ", not allotted "
        << FormatCents(budget.available_cents()) << "\n\n"
        << UnitsTable(budget).ToText(session.environment().colour) << "\n";
  }
  session.Print(ToJson(budget), [&] { return NodesTable(budget); });
  if (session.settings().output == OutputFormat::kTable) NoteFreshness(session, budget.freshness());
  return ExitCode::kDone;
}

}  // namespace

void AddBudgetCommand(CommandTree& tree) {
  const auto call = std::make_shared<std::string>();
  CLI::App* command = tree.Add(tree.root(), "budget", "where a call's money and slots are");
  command->add_option("--call", *call, "which call")->required();
  tree.Bind(command, [call](Session& session) { return Run(session, *call); });
}

}  // namespace kopa::cli
