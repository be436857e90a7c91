#include "tests/bench/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_format.h"

namespace kopa::bench {

int64_t MonotonicNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void Samples::Append(const Samples& other) {
  nanos_.insert(nanos_.end(), other.nanos_.begin(), other.nanos_.end());
}

double Samples::Percentile(double part) {
  if (nanos_.empty()) return 0;
  std::sort(nanos_.begin(), nanos_.end());
  const double rank = std::ceil(part * static_cast<double>(nanos_.size()));
  const size_t index = rank < 1 ? 0 : static_cast<size_t>(rank) - 1;
  return static_cast<double>(nanos_[std::min(index, nanos_.size() - 1)]) / 1e6;
}

Report& Report::Add(absl::string_view name, double value) {
  figures_.emplace_back(std::string(name), value);
  return *this;
}

Report& Report::AddRate(int64_t count, int64_t nanos) {
  const double seconds = static_cast<double>(nanos) / 1e9;
  return Add("count", static_cast<double>(count))
      .Add("seconds", seconds)
      .Add("per_second", static_cast<double>(count) / seconds);
}

Report& Report::AddLatency(Samples& samples) {
  return Add("p50_ms", samples.Percentile(0.5))
      .Add("p99_ms", samples.Percentile(0.99))
      .Add("max_ms", samples.Percentile(1));
}

void Report::Print() const {
  std::string line;
  for (const auto& [name, value] : figures_) {
    absl::StrAppendFormat(&line, "%s\"%s\":%.6g", line.empty() ? "{" : ",", name, value);
  }
  std::cout << line << "}" << std::endl;
}

void Fail(absl::string_view what) {
  std::cerr << "kopa-bench: " << what << std::endl;
  std::exit(1);
}

void Must(const absl::Status& status, absl::string_view doing) {
  if (!status.ok()) Fail(absl::StrFormat("%s: %s", doing, status.ToString()));
}

}  // namespace kopa::bench
