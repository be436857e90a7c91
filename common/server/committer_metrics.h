#ifndef KOPA_COMMON_SERVER_COMMITTER_METRICS_H_
#define KOPA_COMMON_SERVER_COMMITTER_METRICS_H_

#include "common/engine/committer.h"
#include "common/observability/metrics.h"

namespace kopa::server {

// Figures of a committer, read at each scrape; it must outlive the last one. Commands by groups is
// how many share a synced write, write seconds by groups how long one takes.
template <typename Core>
void RegisterCommitterMetrics(const engine::Committer<Core>* committer,
                              observability::Metrics* metrics) {
  metrics->CallbackCounter("kopa_committer_groups_total", "Synced writes.", {},
                           [committer] { return static_cast<double>(committer->groups()); });
  metrics->CallbackCounter("kopa_committer_commands_total", "Commands decided.", {},
                           [committer] { return static_cast<double>(committer->commands()); });
  metrics->CallbackCounter(
      "kopa_committer_write_seconds_total", "Time spent writing and syncing.", {},
      [committer] { return static_cast<double>(committer->write_nanos()) / 1e9; });
  metrics->CallbackGauge("kopa_committer_queue_length", "Commands that wait.", {},
                         [committer] { return static_cast<double>(committer->queue_length()); });
}

}  // namespace kopa::server

#endif  // KOPA_COMMON_SERVER_COMMITTER_METRICS_H_
