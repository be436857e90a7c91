#ifndef KOPA_COMMON_OBSERVABILITY_LOGGING_H_
#define KOPA_COMMON_OBSERVABILITY_LOGGING_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace spdlog {
class logger;
}

namespace kopa::observability {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

// "debug", "info", "warning", "error"; INVALID_ARGUMENT naming these otherwise.
absl::StatusOr<Level> ParseLevel(absl::string_view text);
// "text", "json"; INVALID_ARGUMENT naming these otherwise.
absl::StatusOr<LogFormat> ParseLogFormat(absl::string_view text);

// A value beside a log message, already rendered as JSON: a string, a number, or true and false.
class LogValue {
 public:
  LogValue(const char* value) : LogValue(absl::string_view(value)) {}
  LogValue(const std::string& value) : LogValue(absl::string_view(value)) {}
  LogValue(absl::string_view value);
  LogValue(bool value);
  LogValue(double value);
  LogValue(absl::Duration value);  // as text: "1.5s"
  LogValue(absl::Time value);      // as text: "2024-05-17T20:59:00Z"
  LogValue(const absl::Status& value)
      : LogValue(value.ToString(absl::StatusToStringMode::kWithNoExtraData)) {}

  template <typename Integer>
  requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>) LogValue(Integer value)
      : json_(std::to_string(value)) {}

  // StrongInt and StrongString of common/base.
  template <typename Strong>
  requires requires(const Strong& strong) { strong.value(); }
  LogValue(const Strong& value) : LogValue(value.value()) {}

  const std::string& json() const { return json_; }

 private:
  std::string json_;
};

// `key` is a lower_case word other than "time", "level" and "message".
using LogField = std::pair<absl::string_view, LogValue>;

// Writes one line an event, to stderr unless told otherwise:
//   text  2024-05-17T20:59:00.123456Z INFO  link is up node=zemgale seq=12
//   json  {"time":"2024-05-17T20:59:00.123456Z","level":"info","message":"link is
//   up","node":"zemgale","seq":12}
// Whatever the message and values hold, a line stays one line and valid UTF-8, so nobody can forge
// one by what they send. Values must hold no personal data: messages go through RedactedDebugString
// first.
//
// main() makes one and passes it on. Thread-safe.
class Logger {
 public:
  // `clock` must outlive the logger.
  Logger(const Clock* clock, Level level, LogFormat format);
  // Writes to `out`, which must outlive the logger; for tests.
  Logger(const Clock* clock, Level level, LogFormat format, std::ostream* out);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  void Log(Level level, absl::string_view message, std::initializer_list<LogField> fields = {});
  void Debug(absl::string_view message, std::initializer_list<LogField> fields = {}) {
    Log(Level::kDebug, message, fields);
  }
  void Info(absl::string_view message, std::initializer_list<LogField> fields = {}) {
    Log(Level::kInfo, message, fields);
  }
  void Warning(absl::string_view message, std::initializer_list<LogField> fields = {}) {
    Log(Level::kWarning, message, fields);
  }
  void Error(absl::string_view message, std::initializer_list<LogField> fields = {}) {
    Log(Level::kError, message, fields);
  }

 private:
  const Clock* const clock_;
  const Level level_;
  const LogFormat format_;
  const std::unique_ptr<spdlog::logger> sink_;
};

// `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
std::string JsonString(absl::string_view text);

}  // namespace kopa::observability

#endif  // KOPA_COMMON_OBSERVABILITY_LOGGING_H_
