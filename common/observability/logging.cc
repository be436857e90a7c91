#include "common/observability/logging.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/observability/utf8.h"
#include "spdlog/logger.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace kopa::observability {
namespace {

constexpr char kTimeFormat[] = "%Y-%m-%d%ET%H:%M:%E6SZ";

absl::string_view LevelName(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

// Appends `text` without what would end a line, a JSON string or a terminal's patience.
void AppendEscaped(absl::string_view text, std::string* out) {
  for (const char c : ValidUtf8(text)) {
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          absl::StrAppendFormat(out, "\\u%04x", static_cast<unsigned>(c));
        } else {
          out->push_back(c);
        }
    }
  }
}

// A quoted word without spaces, quotes or escapes reads better bare.
absl::string_view WithoutNeedlessQuotes(absl::string_view json) {
  if (json.size() <= 2 || json.front() != '"') return json;
  const absl::string_view inner = json.substr(1, json.size() - 2);
  return inner.find_first_of(" =\\\"") == absl::string_view::npos ? inner : json;
}

std::string JsonLine(absl::Time now, Level level, absl::string_view message,
                     std::initializer_list<LogField> fields) {
  std::string line =
      absl::StrCat("{\"time\":\"", absl::FormatTime(kTimeFormat, now, absl::UTCTimeZone()),
                   "\",\"level\":\"", LevelName(level), "\",\"message\":", JsonString(message));
  for (const auto& [key, value] : fields) {
    absl::StrAppend(&line, ",", JsonString(key), ":", value.json());
  }
  line.push_back('}');
  return line;
}

std::string TextLine(absl::Time now, Level level, absl::string_view message,
                     std::initializer_list<LogField> fields) {
  std::string line =
      absl::StrFormat("%s %-7s ", absl::FormatTime(kTimeFormat, now, absl::UTCTimeZone()),
                      absl::AsciiStrToUpper(LevelName(level)));
  AppendEscaped(message, &line);
  for (const auto& [key, value] : fields) {
    absl::StrAppend(&line, " ", key, "=", WithoutNeedlessQuotes(value.json()));
  }
  return line;
}

std::unique_ptr<spdlog::logger> MakeSink(spdlog::sink_ptr sink) {
  auto logger = std::make_unique<spdlog::logger>("kopa", std::move(sink));
  // Lines come ready: spdlog's own pattern would not escape them.
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  return logger;
}

}  // namespace

absl::StatusOr<Level> ParseLevel(absl::string_view text) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (text == LevelName(level)) return level;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("log level \"", text, "\": expected debug, info, warning or error"));
}

absl::StatusOr<LogFormat> ParseLogFormat(absl::string_view text) {
  if (text == "text") return LogFormat::kText;
  if (text == "json") return LogFormat::kJson;
  return absl::InvalidArgumentError(
      absl::StrCat("log format \"", text, "\": expected text or json"));
}

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  AppendEscaped(text, &out);
  out.push_back('"');
  return out;
}

LogValue::LogValue(absl::string_view value) : json_(JsonString(value)) {}
LogValue::LogValue(bool value) : json_(value ? "true" : "false") {}
LogValue::LogValue(absl::Duration value) : json_(JsonString(absl::FormatDuration(value))) {}
LogValue::LogValue(absl::Time value)
    : json_(JsonString(absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", value, absl::UTCTimeZone()))) {}

// JSON has no infinity and no "not a number".
LogValue::LogValue(double value)
    : json_(std::isfinite(value) ? absl::StrFormat("%.17g", value)
                                 : JsonString(absl::StrCat(value))) {}

Logger::Logger(const Clock* clock, Level level, LogFormat format)
    : clock_(clock),
      level_(level),
      format_(format),
      sink_(MakeSink(std::make_shared<spdlog::sinks::stderr_sink_mt>())) {}

Logger::Logger(const Clock* clock, Level level, LogFormat format, std::ostream* out)
    : clock_(clock),
      level_(level),
      format_(format),
      sink_(MakeSink(std::make_shared<spdlog::sinks::ostream_sink_mt>(*out))) {}

Logger::~Logger() = default;

void Logger::Log(Level level, absl::string_view message, std::initializer_list<LogField> fields) {
  if (level < level_) return;
  const absl::Time now = clock_->Now();
  const std::string line = format_ == LogFormat::kJson ? JsonLine(now, level, message, fields)
                                                       : TextLine(now, level, message, fields);
  sink_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace kopa::observability
