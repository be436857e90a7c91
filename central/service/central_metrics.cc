#include "central/service/central_metrics.h"

namespace kopa::central {

using ::kopa::observability::Labels;

void RegisterCentralMetrics(const NationalView* view, observability::Metrics* metrics) {
  metrics->CallbackGauge("kopa_recovering_nodes",
                         "Nodes that a restored centre waits for before it allots.", {},
                         [view] { return static_cast<double>(view->Awaited().size()); });
  for (const NodeId& node : view->Nodes()) {
    const Labels labels = {{"node", node.value()}};
    metrics->CallbackGauge("kopa_history_alarms",
                           "1 where a history of the node was found rewritten.", labels,
                           [view, node] {
                             const auto found = view->FindNode(node);
                             return found.has_value() && !found->alarm().empty() ? 1.0 : 0.0;
                           });
    metrics->CallbackGauge("kopa_link_connected", "1 where the node's link is up and proved.",
                           labels, [view, node] {
                             const auto found = view->FindNode(node);
                             return found.has_value() && found->connected() ? 1.0 : 0.0;
                           });
    metrics->CallbackGauge(
        "kopa_link_lag_records", "Records that the node is known to have and the centre lacks.",
        labels, [view, node] {
          const auto found = view->FindNode(node);
          return found.has_value() ? static_cast<double>(found->head_seq() - found->applied_seq())
                                   : 0.0;
        });
  }
  using Sums = NationalView::BudgetSums;
  const auto add = [&](const CallId& call, const char* name, const char* help,
                       int64_t Sums::*figure) {
    metrics->CallbackGauge(name, help, {{"call", call.value()}}, [view, call, figure] {
      return static_cast<double>(view->BudgetOf(call).*figure);
    });
  };
  for (const CallId& call : view->Calls()) {
    add(call, "kopa_budget_limit_cents", "The call's budget.", &Sums::limit_cents);
    add(call, "kopa_budget_available_cents", "Not allotted to any node.", &Sums::available_cents);
    add(call, "kopa_budget_approved_cents", "Held by applicants.", &Sums::approved_cents);
  }
}

}  // namespace kopa::central
