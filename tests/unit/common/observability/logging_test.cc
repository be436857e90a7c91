#include "common/observability/logging.h"

#include <limits>
#include <sstream>
#include <string>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/strong.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace kopa::observability {
namespace {

using nlohmann::json;

class LoggingTest : public testing::Test {
 protected:
  ManualClock clock_{absl::FromUnixSeconds(1'715'979'600)};
  std::ostringstream out_;
};

TEST_F(LoggingTest, JsonLineHoldsTheFieldsWithTheirTypes) {
  Logger logger(&clock_, Level::kInfo, LogFormat::kJson, &out_);
  logger.Info("link is up", {{"node", NodeId("zemgale")},
                             {"seq", Seq(12)},
                             {"share", 0.5},
                             {"fenced", false},
                             {"lag", absl::Milliseconds(1500)},
                             {"status", absl::NotFoundError("no such call")}});
  EXPECT_EQ(
      out_.str(),
      "{\"time\":\"2024-05-17T21:00:00.000000Z\",\"level\":\"info\",\"message\":\"link is up\","
      "\"node\":\"zemgale\",\"seq\":12,\"share\":0.5,\"fenced\":false,\"lag\":\"1.5s\","
      "\"status\":\"NOT_FOUND: no such call\"}\n");
}

TEST_F(LoggingTest, JsonSurvivesAnyBytes) {
  Logger logger(&clock_, Level::kInfo, LogFormat::kJson, &out_);
  std::string every_byte;
  for (int byte = 0; byte < 128; ++byte) every_byte.push_back(static_cast<char>(byte));
  logger.Error("a \"quoted\"\n{\"level\":\"info\"} \\ %v {} \x1b[2J", {{"bytes", every_byte}});

  const std::string line = out_.str();
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const json parsed = json::parse(line);
  EXPECT_EQ(parsed["message"], "a \"quoted\"\n{\"level\":\"info\"} \\ %v {} \x1b[2J");
  EXPECT_EQ(parsed["bytes"], every_byte);
  EXPECT_EQ(parsed["level"], "error");
}

TEST_F(LoggingTest, InvalidUtf8IsReplaced) {
  Logger logger(&clock_, Level::kInfo, LogFormat::kJson, &out_);
  logger.Info("\xC4\x80\xC4", {{"value", "\xFF"}});
  const json parsed = json::parse(out_.str());
  EXPECT_EQ(parsed["message"], "Ā\xEF\xBF\xBD");
  EXPECT_EQ(parsed["value"], "\xEF\xBF\xBD");
}

TEST_F(LoggingTest, NumbersAreExact) {
  Logger logger(&clock_, Level::kInfo, LogFormat::kJson, &out_);
  logger.Info("numbers", {{"max", std::numeric_limits<uint64_t>::max()},
                          {"min", std::numeric_limits<int64_t>::min()},
                          {"infinite", std::numeric_limits<double>::infinity()}});
  const json parsed = json::parse(out_.str());
  EXPECT_EQ(parsed["max"].get<uint64_t>(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(parsed["min"].get<int64_t>(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(parsed["infinite"], "inf");
}

TEST_F(LoggingTest, TextLineCannotBeForged) {
  Logger logger(&clock_, Level::kInfo, LogFormat::kText, &out_);
  logger.Warning("refused\nfake line", {{"actor", "anna"}, {"detail", "two words"}, {"empty", ""}});
  EXPECT_EQ(out_.str(),
            "2024-05-17T21:00:00.000000Z WARNING refused\\nfake line actor=anna "
            "detail=\"two words\" empty=\"\"\n");
}

TEST_F(LoggingTest, EventsBelowTheLevelAreDropped) {
  Logger logger(&clock_, Level::kWarning, LogFormat::kText, &out_);
  logger.Debug("quiet");
  logger.Info("quiet");
  EXPECT_EQ(out_.str(), "");
  logger.Error("loud");
  EXPECT_THAT(out_.str(), testing::HasSubstr("loud"));
}

TEST(LoggingNames, AreParsedAndWrongOnesNameTheRightOnes) {
  EXPECT_EQ(*ParseLevel("warning"), Level::kWarning);
  EXPECT_EQ(*ParseLogFormat("json"), LogFormat::kJson);
  EXPECT_THAT(ParseLevel("loud").status().message(), testing::HasSubstr("debug, info"));
  EXPECT_EQ(ParseLogFormat("xml").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kopa::observability
