#include "client/cli/verify_report.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace kopa::cli {
namespace {

class VerifyReportTest : public ::testing::Test {
 protected:
  VerifyReportTest() {
    national_.set_ok(true);
    auto* check = national_.add_checks();
    check->set_name("ledger");
    check->set_ok(true);
    node_.set_ok(true);
    node_.set_hash_at_seq("same");
    head_.set_applied_seq(7);
    head_.set_hash("same");
  }

  kopa::national::v1::VerifyNationalResponse national_;
  kopa::region::v1::VerifyNodeResponse node_;
  kopa::national::v1::AppliedHead head_;
  VerifyReport report_;
};

TEST_F(VerifyReportTest, AllFine) {
  report_.AddCentre(national_);
  report_.AddNode("zemgale", node_, &head_);
  EXPECT_EQ(report_.exit_code(), ExitCode::kDone);
  const Json json = report_.ToJson();
  EXPECT_EQ(json["ok"], true);
  EXPECT_EQ(json["checks"][0]["name"], "centre: ledger");
  EXPECT_EQ(json["checks"][1]["name"], "node zemgale: head");
}

TEST_F(VerifyReportTest, AnotherHashAtTheCentreIsADifference) {
  node_.set_hash_at_seq("other");
  report_.AddNode("zemgale", node_, &head_);
  EXPECT_EQ(report_.exit_code(), ExitCode::kFailed);
  EXPECT_EQ(report_.ToJson()["ok"], false);
}

TEST_F(VerifyReportTest, AJournalThatEndsBeforeTheCentreIsADifference) {
  node_.clear_hash_at_seq();
  report_.AddNode("zemgale", node_, &head_);
  EXPECT_EQ(report_.exit_code(), ExitCode::kFailed);
}

TEST_F(VerifyReportTest, ANodeThatIsAwayIsNotOkButNoDifference) {
  report_.AddCentre(national_);
  report_.AddUnanswered("node zemgale", absl::UnavailableError("no answer"));
  EXPECT_EQ(report_.exit_code(), ExitCode::kPartly);
  EXPECT_EQ(report_.ToJson()["ok"], false);
  EXPECT_EQ(report_.ToJson()["checks"][1]["detail"], "away: no answer");
}

TEST_F(VerifyReportTest, OnlyWhatCouldNotBeAskedIsLeftOpen) {
  const auto outcome = [](const absl::Status& why) {
    VerifyReport report;
    report.AddUnanswered("node zemgale", why, "so far");
    return std::make_pair(report.exit_code(),
                          report.ToJson()["checks"][0]["detail"].get<std::string>());
  };
  EXPECT_EQ(outcome(absl::DeadlineExceededError("late")),
            std::make_pair(ExitCode::kPartly, std::string("so far; away: late")));
  EXPECT_EQ(outcome(absl::PermissionDeniedError("no role")),
            std::make_pair(ExitCode::kPartly, std::string("so far; not allowed to ask: no role")));
  EXPECT_EQ(outcome(absl::ResourceExhaustedError("queue")).first, ExitCode::kPartly);
  EXPECT_EQ(outcome(absl::DataLossError("damaged")),
            std::make_pair(ExitCode::kFailed, std::string("so far; failed: DATA_LOSS: damaged")));
  EXPECT_EQ(outcome(absl::InternalError("bug")).first, ExitCode::kFailed);
}

TEST_F(VerifyReportTest, ADifferenceGoesBeforeANodeThatIsAway) {
  national_.mutable_checks(0)->set_ok(false);
  report_.AddCentre(national_);
  report_.AddUnanswered("node zemgale", absl::UnavailableError("no answer"));
  EXPECT_EQ(report_.exit_code(), ExitCode::kFailed);
}

TEST_F(VerifyReportTest, NotOkWithoutACheckIsBelieved) {
  national_.set_ok(false);
  report_.AddCentre(national_);
  EXPECT_EQ(report_.exit_code(), ExitCode::kFailed);
  VerifyReport of_node;
  node_.set_ok(false);
  of_node.AddNode("zemgale", node_, &head_);
  EXPECT_EQ(of_node.exit_code(), ExitCode::kFailed);
}

}  // namespace
}  // namespace kopa::cli
