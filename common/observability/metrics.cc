#include "common/observability/metrics.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "common/base/status.h"
#include "prometheus/check_names.h"
#include "prometheus/text_serializer.h"

namespace kopa::observability {
namespace {

void CheckNames(const std::string& name, const Labels& labels) {
  KOPA_CHECK_MSG(prometheus::CheckMetricName(name), name);
  for (const auto& [label, value] : labels) {
    KOPA_CHECK_MSG(prometheus::CheckLabelName(label), label);
  }
}

// prometheus-cpp throws where a name was taken by another kind of metric; that is a mistake in the
// program, found at its first start.
template <typename Builder, typename... Args>
auto& Register(Builder builder, const std::string& name, const std::string& help,
               const Labels& labels, prometheus::Registry* registry, Args&&... args) {
  CheckNames(name, labels);
  try {
    return builder.Name(name).Help(help).Register(*registry).Add(labels, args...);
  } catch (const std::exception& error) {
    CheckFailed(__FILE__, __LINE__, name.c_str(), error.what());
  }
}

}  // namespace

prometheus::Counter& Metrics::Counter(const std::string& name, const std::string& help,
                                      const Labels& labels) {
  return Register(prometheus::BuildCounter(), name, help, labels, &registry_);
}

prometheus::Gauge& Metrics::Gauge(const std::string& name, const std::string& help,
                                  const Labels& labels) {
  return Register(prometheus::BuildGauge(), name, help, labels, &registry_);
}

prometheus::Histogram& Metrics::Histogram(const std::string& name, const std::string& help,
                                          const std::vector<double>& bounds, const Labels& labels) {
  return Register(prometheus::BuildHistogram(), name, help, labels, &registry_, bounds);
}

void Metrics::AddCallback(const std::string& name, const std::string& help,
                          prometheus::MetricType type, const Labels& labels,
                          std::function<double()> read) {
  CheckNames(name, labels);
  MutexLock lock(&mutex_);
  CallbackFamily& family =
      callbacks_.try_emplace(name, CallbackFamily{help, type, {}}).first->second;
  KOPA_CHECK_MSG(family.type == type, name);
  family.callbacks.push_back({labels, std::move(read)});
}

void Metrics::CallbackGauge(const std::string& name, const std::string& help, const Labels& labels,
                            std::function<double()> read) {
  AddCallback(name, help, prometheus::MetricType::Gauge, labels, std::move(read));
}

void Metrics::CallbackCounter(const std::string& name, const std::string& help,
                              const Labels& labels, std::function<double()> read) {
  AddCallback(name, help, prometheus::MetricType::Counter, labels, std::move(read));
}

std::string Metrics::Render() const {
  std::map<std::string, CallbackFamily> callbacks;
  {
    // Copied, so that a slow or logging `read` runs outside the lock.
    MutexLock lock(&mutex_);
    callbacks = callbacks_;
  }
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  for (const auto& [name, callback_family] : callbacks) {
    prometheus::MetricFamily family;
    family.name = name;
    family.help = callback_family.help;
    family.type = callback_family.type;
    for (const Callback& callback : callback_family.callbacks) {
      prometheus::ClientMetric metric;
      for (const auto& [label, value] : callback.labels) metric.label.push_back({label, value});
      const double value = callback.read();
      metric.gauge.value = value;
      metric.counter.value = value;
      family.metric.push_back(std::move(metric));
    }
    families.push_back(std::move(family));
  }
  std::sort(families.begin(), families.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return prometheus::TextSerializer().Serialize(families);
}

std::vector<double> LatencyBounds() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

}  // namespace kopa::observability
