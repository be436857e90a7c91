#ifndef KOPA_TESTS_BENCH_MEASURE_H_
#define KOPA_TESTS_BENCH_MEASURE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa::bench {

int64_t MonotonicNanos();

// Durations of single operations. Not thread-safe.
class Samples {
 public:
  void Add(int64_t nanos) { nanos_.push_back(nanos); }
  void Append(const Samples& other);
  size_t size() const { return nanos_.size(); }
  // In milliseconds; `part` between 0 and 1, by nearest rank. 0 where there is none.
  double Percentile(double part);

 private:
  std::vector<int64_t> nanos_;
};

// What one measurement found: one JSON object on one line of standard output.
class Report {
 public:
  Report& Add(absl::string_view name, double value);
  // Count, seconds and operations per second.
  Report& AddRate(int64_t count, int64_t nanos);
  // p50_ms, p99_ms and max_ms.
  Report& AddLatency(Samples& samples);
  void Print() const;

 private:
  std::vector<std::pair<std::string, double>> figures_;
};

// A benchmark that could not measure what it is to measure says so and ends the process.
[[noreturn]] void Fail(absl::string_view what);
void Must(const absl::Status& status, absl::string_view doing);

template <typename T>
T Must(absl::StatusOr<T> result, absl::string_view doing) {
  Must(result.status(), doing);
  return *std::move(result);
}

}  // namespace kopa::bench

#endif  // KOPA_TESTS_BENCH_MEASURE_H_
