#include "client/cli/submit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "client/cli/submit_progress.h"
#include "tests/unit/client/testing/scratch_folder.h"

namespace kopa::cli {
namespace {

using client::testing::ScratchFolder;
using kopa::region::v1::SubmitOutcome;
using ::testing::HasSubstr;

class SubmitReportTest : public ::testing::Test {
 protected:
  SubmitReportTest() {
    auto results = ResultsFile::Create(folder_.Path("results.csv"));
    report_ = std::make_unique<SubmitReport>(
        "c", *std::move(results), [this](const std::string& line) { notes_.push_back(line); });
    auto rejects = client::RejectsWriter::Create(folder_.Path("rejects.csv"), {"external_ref"});
    report_->AddFile("in.csv", folder_.Path("rejects.csv"), *std::move(rejects));
  }

  // An application of as many rows.
  static client::InputApplication Of(const std::string& reference, int rows) {
    client::InputApplication application;
    application.input.set_external_ref(reference);
    for (int row = 0; row < rows; ++row) {
      application.lines.push_back(row + 2);
      application.rows.push_back({reference});
    }
    return application;
  }
  uint64_t Expect(const std::string& reference, int rows, const std::string& node) {
    client::InputApplication application = Of(reference, rows);
    return report_->Expect(0, node, &application);
  }
  void Deliver(uint64_t tag, SubmitOutcome outcome, const std::string& code = "") {
    client::Delivery delivery;
    delivery.tag = tag;
    delivery.delivered = true;
    delivery.result.set_outcome(outcome);
    delivery.result.set_application_id(std::string(16, 'i'));
    delivery.result.mutable_receipt()->set_node("zemgale");
    delivery.result.mutable_receipt()->set_seq(tag + 1);
    if (!code.empty()) delivery.result.add_faults()->set_code(code);
    report_->Deliver(std::move(delivery));
  }
  void Lose(uint64_t tag, absl::Status why) {
    client::Delivery delivery;
    delivery.tag = tag;
    delivery.error = std::move(why);
    report_->Deliver(std::move(delivery));
  }

  ScratchFolder folder_;
  std::vector<std::string> notes_;
  std::unique_ptr<SubmitReport> report_;
};

TEST_F(SubmitReportTest, CountsRowsSoThatTheyAddUp) {
  const uint64_t a = Expect("A", 3, "zemgale");
  const uint64_t b = Expect("B", 1, "zemgale");
  const uint64_t c = Expect("C", 2, "riga-latgale");
  report_->Reject(0, "", Of("D", 1), {{"municipality", "UNKNOWN_MUNICIPALITY", "no such", ""}});
  Deliver(b, kopa::region::v1::SUBMIT_OUTCOME_REPLAYED);
  Lose(c, absl::UnavailableError("away"));
  Deliver(a, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  ASSERT_TRUE(report_->Close().ok());
  const Json json = report_->ToJson();
  EXPECT_EQ(json["call"], "c");
  EXPECT_EQ(json["rows"], "7");
  EXPECT_EQ(json["accepted"], "3");
  EXPECT_EQ(json["replayed"], "1");
  EXPECT_EQ(json["rejected"], "3");
  EXPECT_EQ(json["nodes"].dump(),
            R"([{"node":"riga-latgale","accepted":"0","replayed":"0","rejected":"2",)"
            R"("undelivered":"0"},{"node":"zemgale","accepted":"3","replayed":"1",)"
            R"("rejected":"0","undelivered":"0"}])");
  EXPECT_EQ(json["rejectsFile"], folder_.Path("rejects.csv"));
  EXPECT_TRUE(report_->Verdict().ok());
}

TEST_F(SubmitReportTest, FilesAreInTheInputsOrderWhateverComesFirst) {
  const uint64_t a = Expect("A", 1, "zemgale");
  const uint64_t b = Expect("B", 1, "zemgale");
  const uint64_t c = Expect("C", 1, "zemgale");
  const uint64_t d = Expect("D", 1, "zemgale");
  Deliver(d, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Deliver(c, kopa::region::v1::SUBMIT_OUTCOME_REJECTED, "BAD_PHONE");
  Deliver(b, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Lose(a, absl::UnavailableError("away"));
  ASSERT_TRUE(report_->Close().ok());
  const std::string rejects = folder_.Read("rejects.csv");
  EXPECT_LT(rejects.find("UNDELIVERED"), rejects.find("BAD_PHONE")) << rejects;
  const std::string results = folder_.Read("results.csv");
  EXPECT_LT(results.find("\nB,"), results.find("\nD,")) << results;
  EXPECT_THAT(results, HasSubstr("B,69696969-6969-6969-6969-696969696969,zemgale,0,2,\n"));
}

TEST_F(SubmitReportTest, ATagStaysTheSameWhileEarlierOnesAreWritten) {
  const uint64_t a = Expect("A", 1, "zemgale");
  const uint64_t b = Expect("B", 1, "zemgale");
  Deliver(a, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  const uint64_t c = Expect("C", 1, "zemgale");
  Deliver(c, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Deliver(b, kopa::region::v1::SUBMIT_OUTCOME_REJECTED, "BAD_PHONE");
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_THAT(folder_.Read("rejects.csv"), HasSubstr("\nB,"));
  EXPECT_THAT(folder_.Read("results.csv"), HasSubstr("\nC,"));
}

TEST_F(SubmitReportTest, WithoutRejectsThereIsNoFile) {
  Deliver(Expect("A", 1, "zemgale"), kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_FALSE(folder_.Has("rejects.csv"));
  EXPECT_EQ(report_->ToJson()["rejectsFile"], "");
}

TEST_F(SubmitReportTest, WhereNothingReachedAServerThatIsTheVerdict) {
  Lose(Expect("A", 1, "zemgale"), absl::PermissionDeniedError("not yours"));
  Lose(Expect("B", 1, "zemgale"), absl::UnavailableError("away"));
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_EQ(report_->Verdict().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(SubmitReportTest, WhatWasInterruptedIsCountedButNotWritten) {
  Lose(Expect("A", 2, "zemgale"), absl::CancelledError("interrupted"));
  ASSERT_TRUE(report_->Close().ok());
  const Json json = report_->ToJson();
  EXPECT_EQ(json["rows"], "0");
  EXPECT_EQ(json["rejected"], "0");
  EXPECT_EQ(json["undelivered"], "2");
  EXPECT_FALSE(folder_.Has("rejects.csv"));
}

TEST_F(SubmitReportTest, ANodeThatIsAwayIsToldOnce) {
  for (int i = 0; i < 5; ++i) {
    Lose(Expect(absl::StrCat("A", i), 1, "zemgale"), absl::UnavailableError("away"));
  }
  Lose(Expect("B", 1, "riga-latgale"), absl::UnavailableError("away"));
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_EQ(notes_.size(), 2u);
  EXPECT_THAT(folder_.Read("rejects.csv"), HasSubstr("A4"));
}

TEST_F(SubmitReportTest, AFaultIsToldWithTheLineOfItsRow) {
  report_->Reject(0, "", Of("A", 3), {{"initiatives[2].participants", "BAD_NUMBER", "none", ""}});
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_EQ(notes_[0], "in.csv:4: participants: BAD_NUMBER: none");
  EXPECT_THAT(folder_.Read("rejects.csv"), HasSubstr("A,4,participants,BAD_NUMBER,none"));
}

TEST_F(SubmitReportTest, OnlyTheFirstFaultsAreTold) {
  for (int i = 0; i < 50; ++i) {
    report_->Reject(0, "", Of(absl::StrCat("A", i), 1), {{"title", "TOO_LONG", "too long", ""}});
  }
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_EQ(notes_.size(), 11u);
  EXPECT_EQ(notes_[0], "in.csv:2: title: TOO_LONG: too long");
}

TEST(SubmitProgress, SaysRowsRateAndTimeLeft) {
  EXPECT_EQ(ProgressText({{"riga-latgale", {.accepted = 500}}, {"zemgale", {.replayed = 700}}},
                         1'200, 3'200, 0.5),
            "1200 of about 3200 rows, 2400/s, 1 s left: riga-latgale 500, zemgale 700");
  EXPECT_EQ(ProgressText({}, 0, 0, 0), "0 rows, 0/s");
}

}  // namespace
}  // namespace kopa::cli
