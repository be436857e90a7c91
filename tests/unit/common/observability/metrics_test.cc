#include "common/observability/metrics.h"

#include <ctime>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::observability {
namespace {

using testing::HasSubstr;

// The value of the series that begins with `series` and a space; NaN where there is none.
double ValueOf(const std::string& text, const std::string& series) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    double value = 0;
    if (absl::StartsWith(line, series + " ") &&
        absl::SimpleAtod(line.substr(series.size() + 1), &value)) {
      return value;
    }
  }
  return std::numeric_limits<double>::quiet_NaN();
}

TEST(Metrics, CountersGaugesAndHistogramsAreRendered) {
  Metrics metrics;
  metrics.Counter("kopa_rows_total", "Rows.", {{"call", "kontakts-2024"}}).Increment(3);
  metrics.Gauge("kopa_queue_length", "Queue.").Set(7);
  metrics.Histogram("kopa_commit_seconds", "Commits.", {0.1, 1}).Observe(0.5);

  const std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("# HELP kopa_rows_total Rows.\n# TYPE kopa_rows_total counter\n"));
  EXPECT_EQ(ValueOf(text, "kopa_rows_total{call=\"kontakts-2024\"}"), 3);
  EXPECT_EQ(ValueOf(text, "kopa_queue_length"), 7);
  EXPECT_EQ(ValueOf(text, "kopa_commit_seconds_bucket{le=\"0.1\"}"), 0);
  EXPECT_EQ(ValueOf(text, "kopa_commit_seconds_bucket{le=\"1\"}"), 1);
  EXPECT_EQ(ValueOf(text, "kopa_commit_seconds_count"), 1);
}

TEST(Metrics, SameNameAndLabelsIsTheSameSeries) {
  Metrics metrics;
  metrics.Counter("kopa_rows_total", "Rows.", {{"call", "a"}}).Increment();
  metrics.Counter("kopa_rows_total", "Rows.", {{"call", "a"}}).Increment();
  metrics.Counter("kopa_rows_total", "Rows.", {{"call", "b"}}).Increment();
  const std::string text = metrics.Render();
  EXPECT_EQ(ValueOf(text, "kopa_rows_total{call=\"a\"}"), 2);
  EXPECT_EQ(ValueOf(text, "kopa_rows_total{call=\"b\"}"), 1);
}

TEST(Metrics, CallbacksAreReadAtEachScrape) {
  Metrics metrics;
  double lag = 1;
  metrics.CallbackGauge("kopa_link_lag", "Lag.", {{"node", "zemgale"}}, [&lag] { return lag; });
  metrics.CallbackGauge("kopa_link_lag", "Lag.", {{"node", "riga"}}, [] { return 40.0; });
  metrics.CallbackCounter("kopa_bytes_total", "Bytes.", {}, [] { return 9.0; });
  EXPECT_EQ(ValueOf(metrics.Render(), "kopa_link_lag{node=\"zemgale\"}"), 1);
  lag = 2;
  const std::string text = metrics.Render();
  EXPECT_EQ(ValueOf(text, "kopa_link_lag{node=\"zemgale\"}"), 2);
  EXPECT_EQ(ValueOf(text, "kopa_link_lag{node=\"riga\"}"), 40);
  EXPECT_EQ(ValueOf(text, "kopa_bytes_total"), 9);
  EXPECT_THAT(text, HasSubstr("# TYPE kopa_bytes_total counter"));
}

TEST(Metrics, LabelValuesAreEscaped) {
  Metrics metrics;
  metrics.Gauge("kopa_x", "X.", {{"name", "a\"b\\c\nd"}}).Set(1);
  EXPECT_EQ(ValueOf(metrics.Render(), "kopa_x{name=\"a\\\"b\\\\c\\nd\"}"), 1);
}

TEST(MetricsDeathTest, OneNameForTwoKindsEndsTheProcess) {
  Metrics metrics;
  metrics.Counter("kopa_x_total", "X.");
  EXPECT_DEATH(metrics.Gauge("kopa_x_total", "X."), "kopa_x_total");
  EXPECT_DEATH(metrics.Counter("kopa x", "X."), "broken invariant");
}

TEST(Metrics, ProcessFiguresAreThoseOfThisProcess) {
  Metrics metrics;
  RegisterProcessMetrics(&metrics);
  const std::string text = metrics.Render();
  EXPECT_GT(ValueOf(text, "process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(ValueOf(text, "process_virtual_memory_bytes"),
            ValueOf(text, "process_resident_memory_bytes"));
  EXPECT_GE(ValueOf(text, "process_open_fds"), 3);
  EXPECT_GE(ValueOf(text, "process_max_fds"), ValueOf(text, "process_open_fds"));
  EXPECT_GE(ValueOf(text, "process_threads"), 1);
  EXPECT_GE(ValueOf(text, "process_cpu_seconds_total"), 0);
  const double now = static_cast<double>(std::time(nullptr));
  EXPECT_NEAR(ValueOf(text, "process_start_time_seconds"), now, 60);
}

}  // namespace
}  // namespace kopa::observability
