#ifndef KOPA_COMMON_OBSERVABILITY_METRICS_H_
#define KOPA_COMMON_OBSERVABILITY_METRICS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace kopa::observability {

// Content type of what Metrics::Render() gives.
inline constexpr char kMetricsContentType[] = "text/plain; version=0.0.4; charset=utf-8";

// Label names with their values, e.g. {{"call", "kontakts-2024"}}.
using Labels = std::map<std::string, std::string>;

// The figures of one process, in the form Prometheus scrapes. Names follow its conventions: base
// units last (`_seconds`, `_bytes`), `_total` on what only grows. Label values come from small
// fixed sets; they hold no personal data and nothing a stranger can choose, for each new one costs
// memory for ever.
//
// Asking twice for one name and labels gives the same series. A malformed name, or one name used
// for two kinds of metric, is a broken invariant. The references stay valid as long as this object.
// main() makes one and passes it on. Thread-safe.
class Metrics {
 public:
  prometheus::Counter& Counter(const std::string& name, const std::string& help,
                               const Labels& labels = {});
  prometheus::Gauge& Gauge(const std::string& name, const std::string& help,
                           const Labels& labels = {});
  // `bounds` are the upper ends of the buckets, rising; the same for all series of a name.
  prometheus::Histogram& Histogram(const std::string& name, const std::string& help,
                                   const std::vector<double>& bounds, const Labels& labels = {});

  // Figures that are asked for at each scrape, on the scraping thread. `read` must stay callable
  // until the last Render(): stop what serves /metrics before destroying what `read` looks at.
  void CallbackGauge(const std::string& name, const std::string& help, const Labels& labels,
                     std::function<double()> read);
  // The same for what only grows.
  void CallbackCounter(const std::string& name, const std::string& help, const Labels& labels,
                       std::function<double()> read);

  // All series in Prometheus' text format, names in order.
  std::string Render() const;

 private:
  struct Callback {
    Labels labels;
    std::function<double()> read;
  };
  struct CallbackFamily {
    std::string help;
    prometheus::MetricType type;
    std::vector<Callback> callbacks;
  };

  void AddCallback(const std::string& name, const std::string& help, prometheus::MetricType type,
                   const Labels& labels, std::function<double()> read);

  prometheus::Registry registry_;  // thread-safe
  mutable Mutex mutex_;
  std::map<std::string, CallbackFamily> callbacks_ ABSL_GUARDED_BY(mutex_);
};

// Bounds for latencies in seconds: 0.5 ms to 10 s.
std::vector<double> LatencyBounds();

// Registers the usual figures of a process, read from /proc at each scrape:
// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
// process_open_fds, process_max_fds, process_threads, process_start_time_seconds.
void RegisterProcessMetrics(Metrics* metrics);

}  // namespace kopa::observability

#endif  // KOPA_COMMON_OBSERVABILITY_METRICS_H_
