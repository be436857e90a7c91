#include "client/cli/submit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "client/cli/packed_rows.h"
#include "client/cli/submit_progress.h"
#include "tests/unit/client/testing/scratch_folder.h"

namespace kopa::cli {
namespace {

using client::testing::ScratchFolder;
using kopa::region::v1::SubmitOutcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SubmitReportTest : public ::testing::Test {
 protected:
  SubmitReportTest() {
    auto results = ResultsFile::Create(folder_.Path("results.csv"));
    options_.call = "c";
    options_.held_max = 3;
    Begin(*std::move(results));
  }

  void Begin(std::unique_ptr<ResultsFile> results) {
    report_ = std::make_unique<SubmitReport>(
        options_, std::move(results), [this](const std::string& line) { notes_.push_back(line); });
    auto rejects = client::RejectsWriter::Create(folder_.Path("rejects.csv"), {"external_ref"});
    report_->AddFile("in.csv", folder_.Path("rejects.csv"), *std::move(rejects));
  }

  // An application of as many rows.
  client::InputApplication Of(const std::string& reference, int rows) const {
    client::InputApplication application;
    application.input.set_external_ref(reference);
    for (int row = 0; row < rows; ++row) {
      application.lines.push_back(first_line_ + row);
      application.rows.push_back({reference});
    }
    return application;
  }
  uint64_t Expect(const std::string& reference, int rows, const std::string& node) {
    client::InputApplication application = Of(reference, rows);
    // Everything of the same reference has the same content, unless a test says otherwise.
    client::Router::Identity identity;
    identity.reference = absl::Hash<std::string>()(absl::StrCat(node, " ", reference));
    identity.content = content_;
    return report_->Expect(0, node, identity, &application);
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
  SubmitReport::Options options_;
  int64_t first_line_ = 2;
  uint64_t content_ = 1;
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
            R"("undelivered":"2"},{"node":"zemgale","accepted":"3","replayed":"1",)"
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
  EXPECT_THAT(report_->FaultTexts(),
              ElementsAre("in.csv: BAD_NUMBER in participants, 1 row (line 4): none"));
  EXPECT_THAT(folder_.Read("rejects.csv"), HasSubstr("A,4,participants,BAD_NUMBER,none"));
}

TEST_F(SubmitReportTest, FaultsAreToldByCauseNotByRow) {
  for (int i = 0; i < 50; ++i) {
    report_->Reject(0, "", Of(absl::StrCat("A", i), 1),
                    {{"title", "TOO_LONG", absl::StrCat("at most 500, not ", 600 + i), ""}});
    ++first_line_;
  }
  const uint64_t bad = Expect("B", 1, "zemgale");
  Deliver(bad, kopa::region::v1::SUBMIT_OUTCOME_REJECTED, "BAD_PHONE");
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_THAT(report_->FaultTexts(),
              ElementsAre("in.csv: TOO_LONG in title, 50 rows (lines 2-51): at most 500, not 600",
                          "in.csv: BAD_PHONE, 1 row (line 52)"));
  EXPECT_EQ(report_->ToJson()["faults"][0].dump(),
            R"({"file":"in.csv","code":"TOO_LONG","field":"title","rows":"50","lines":)"
            R"("lines 2-51","message":"at most 500, not 600"})");
}

TEST_F(SubmitReportTest, OneThatIsNotAnsweredDoesNotMakeAllOthersWaitInMemory) {
  const uint64_t first = Expect("A", 1, "zemgale");
  for (int i = 0; i < 4; ++i) {
    report_->Reject(0, "", Of(absl::StrCat("B", i), 1), {{"title", "TOO_LONG", "too long", ""}});
  }
  const uint64_t last = Expect("C", 1, "zemgale");
  Deliver(last, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Deliver(first, kopa::region::v1::SUBMIT_OUTCOME_REJECTED, "BAD_PHONE");
  ASSERT_TRUE(report_->Close().ok());
  const std::string rejects = folder_.Read("rejects.csv");
  EXPECT_LT(rejects.find("B0"), rejects.find("B3")) << rejects;
  EXPECT_LT(rejects.find("B3"), rejects.find("\nA,")) << rejects;
  EXPECT_THAT(folder_.Read("results.csv"), HasSubstr("\nC,"));
  EXPECT_EQ(report_->counts().rejected, 5);
}

TEST_F(SubmitReportTest, WhatComesTwiceIsToldOfTheFirst) {
  const uint64_t a = Expect("A", 1, "zemgale");
  first_line_ = 9;
  const uint64_t again = Expect("A", 1, "zemgale");
  const uint64_t elsewhere = Expect("A", 1, "riga-latgale");
  const uint64_t other = Expect("A", 1, "zemgale");
  Deliver(a, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Deliver(again, kopa::region::v1::SUBMIT_OUTCOME_REPLAYED);
  Deliver(elsewhere, kopa::region::v1::SUBMIT_OUTCOME_REPLAYED);
  Deliver(other, kopa::region::v1::SUBMIT_OUTCOME_REJECTED, "CONFLICT");
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_THAT(report_->FaultTexts(),
              ElementsAre("in.csv: CONFLICT, 1 row (line 9): ; see line 2 of in.csv",
                          "in.csv: REPEATED in external_ref, 1 row (line 9): the same application "
                          "is there before, see line 2 of in.csv"));
}

TEST_F(SubmitReportTest, ADryRunComparesWithEarlierLinesAsTheNodeWould) {
  options_.dry_run = true;
  Begin(nullptr);
  const uint64_t refused = Expect("A", 1, "zemgale");
  content_ = 2;
  const uint64_t first = Expect("A", 1, "zemgale");
  const uint64_t same = Expect("A", 1, "zemgale");
  content_ = 3;
  const uint64_t other = Expect("A", 1, "zemgale");
  // What was refused is not there.
  Deliver(refused, kopa::region::v1::SUBMIT_OUTCOME_REJECTED, "BAD_PHONE");
  Deliver(first, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Deliver(same, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Deliver(other, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_EQ(report_->counts().accepted, 1);
  EXPECT_EQ(report_->counts().replayed, 1);
  EXPECT_EQ(report_->counts().rejected, 2);
  EXPECT_THAT(folder_.Read("rejects.csv"), HasSubstr(",external_ref,CONFLICT,"));
}

TEST_F(SubmitReportTest, LinesOfLaterFilesAreToldApart) {
  for (const char* name : {"empty.csv", "third.csv"}) {
    auto rejects = client::RejectsWriter::Create(folder_.Path(name), {"external_ref"});
    report_->AddFile(name, folder_.Path(name), *std::move(rejects));
  }
  client::InputApplication application = Of("A", 3);
  const uint64_t a = report_->Expect(0, "zemgale", {1, 0}, &application);
  first_line_ = 5;
  application = Of("A", 1);
  const uint64_t a_again = report_->Expect(0, "zemgale", {1, 0}, &application);
  first_line_ = 2;
  application = Of("B", 1);
  const uint64_t b = report_->Expect(2, "zemgale", {2, 0}, &application);
  application = Of("B", 1);
  const uint64_t again = report_->Expect(2, "zemgale", {2, 0}, &application);
  Deliver(a, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Deliver(b, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Deliver(again, kopa::region::v1::SUBMIT_OUTCOME_REPLAYED);
  Deliver(a_again, kopa::region::v1::SUBMIT_OUTCOME_REPLAYED);
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_THAT(report_->FaultTexts(),
              ElementsAre(HasSubstr("see line 2 of in.csv"), HasSubstr("see line 2 of third.csv")));
}

TEST_F(SubmitReportTest, WhatWasPutRightIsToldOfRowsThatAreIn) {
  client::InputApplication application = Of("A", 1);
  application.notices = {{"applicant_reg_no", "NUMBER_REPAIRED", "repaired", ""}};
  client::InputApplication refused = application;
  const uint64_t a = report_->Expect(0, "zemgale", {}, &application);
  const uint64_t b = report_->Expect(0, "zemgale", {}, &refused);
  Deliver(a, kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  Deliver(b, kopa::region::v1::SUBMIT_OUTCOME_REJECTED, "BAD_PHONE");
  ASSERT_TRUE(report_->Close().ok());
  EXPECT_EQ(report_->ToJson()["notices"].size(), 1u);
  EXPECT_EQ(report_->ToJson()["notices"][0]["code"], "NUMBER_REPAIRED");
}

TEST(PackedRows, ComeBackAsTheyWere) {
  const std::vector<std::vector<std::string>> rows = {
      {"a", "", std::string("\0,\n", 3)}, {}, {"Rīga"}};
  EXPECT_EQ(UnpackRows(PackRows(rows)), rows);
  EXPECT_TRUE(UnpackRows(PackRows({})).empty());
}

TEST(SubmitProgress, SaysRowsRateAndTimeLeft) {
  const RowCounts counts{.accepted = 500, .replayed = 698, .rejected = 2};
  EXPECT_EQ(ProgressText({{"riga-latgale", {.accepted = 500}}, {"zemgale", {.replayed = 700}}},
                         counts, 3'200, 0.5),
            "1200 of about 3200 rows, 2 rejected, 2400/s, 1 s left: riga-latgale 500, zemgale 700");
  EXPECT_EQ(ProgressText({}, {}, 0, 0), "0 rows, 0/s");
}

TEST(SubmitProgress, DurationsAreAsCoarseAsTheyAreLong) {
  EXPECT_EQ(DurationText(0.2), "1 s");
  EXPECT_EQ(DurationText(119), "119 s");
  EXPECT_EQ(DurationText(121), "3 min");
  EXPECT_EQ(DurationText(7'260), "2 h 1 min");
}

}  // namespace
}  // namespace kopa::cli
