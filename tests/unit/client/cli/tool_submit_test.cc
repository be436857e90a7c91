// kopa submit: routing, counting, files of rejects and results, exit codes.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "tests/unit/client/cli/tool_fixture.h"

namespace kopa::cli {
namespace {

using client::testing::FakeRegion;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHeader[] =
    "external_ref,municipality,applicant_name,applicant_reg_no,applicant_type,youth_group,title,"
    "activities,grades,risks,participants,partners,amount_eur,contact_name,contact_email,"
    "contact_phone,received_time\n";

std::string Row(const std::string& reference, const std::string& municipality,
                const std::string& amount = "4600.00") {
  return absl::StrCat(reference, ",", municipality,
                      ",Tests,40000000000,association,no,Title,motivation,5,family,20,,", amount,
                      ",Anna,anna@example.lv,20000000,2024-06-01T12:00:00Z\n");
}

class ToolSubmitTest : public ToolTest {
 protected:
  std::string File(const std::string& rows) { return folder_.Write("in.csv", kHeader + rows); }
  static std::vector<std::string> Submit(const std::string& file) {
    return {"submit", file, "--call", "pumpurs-test"};
  }
};

TEST_F(ToolSubmitTest, RowsGoToTheNodeOfTheirMunicipality) {
  const std::string file = File(Row("A-1", "Rīga") + Row("A-2", "Jelgava") + Row("A-3", "Rīga"));
  const Json json = RunJson(Submit(file), 0);
  EXPECT_EQ(
      json.dump(),
      R"({"call":"pumpurs-test","rows":"3","accepted":"3","replayed":"0","rejected":"0",)"
      R"("undelivered":"0","nodes":[)"
      R"({"node":"riga-latgale","accepted":"2","replayed":"0","rejected":"0","undelivered":"0"},)"
      R"({"node":"zemgale","accepted":"1","replayed":"0","rejected":"0","undelivered":"0"}],)"
      R"("rejectsFile":"","faults":[],"notices":[]})");
  EXPECT_EQ(riga_.kept(), 2u);
  EXPECT_EQ(zemgale_.kept(), 1u);
  EXPECT_THAT(err_, HasSubstr("separator ','"));
  EXPECT_FALSE(folder_.Has("in.csv.rejected.csv"));
  EXPECT_EQ(RunJson(Submit(file), 0)["replayed"], "3");
}

TEST_F(ToolSubmitTest, RejectedRowsComeBackAndTheGoodOnesAreIn) {
  const std::string file = File(Row("A-1", "Rīga") + Row("bad-2", "Jelgava") +
                                Row("A-3", "Atlantis") + Row("A-4", "Rīga", "lots"));
  const Json json = RunJson(Submit(file), 3);
  EXPECT_EQ(json["rows"], "4");
  EXPECT_EQ(json["accepted"], "1");
  EXPECT_EQ(json["rejected"], "3");
  EXPECT_EQ(json["rejectsFile"], file + ".rejected.csv");
  const std::string rejects = folder_.Read("in.csv.rejected.csv");
  EXPECT_THAT(rejects, HasSubstr("line,field,code,message"));
  EXPECT_THAT(rejects, HasSubstr(",3,amount_eur,BAD_AMOUNT,"));
  EXPECT_THAT(rejects, HasSubstr("UNKNOWN_MUNICIPALITY"));
  EXPECT_EQ(riga_.kept(), 1u);
  struct stat info {};
  ASSERT_EQ(stat(folder_.Path("in.csv.rejected.csv").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(ToolSubmitTest, WhereAllAreRejectedItIsStillAPart) {
  EXPECT_EQ(RunJson(Submit(File(Row("bad-1", "Rīga"))), 3)["rejected"], "1");
}

TEST_F(ToolSubmitTest, AFaultOfTheFileSubmitsNothing) {
  const std::string file = folder_.Write("in.csv", "external_ref,municipalty\nA-1,Rīga\n");
  EXPECT_EQ(Run(Submit(file)), 1);
  EXPECT_THAT(err_, HasSubstr("municipality"));
  EXPECT_EQ(Run(Submit(folder_.Path("none.csv"))), 1);
  EXPECT_EQ(riga_.kept(), 0u);
  EXPECT_EQ(Run({"submit", file, "--call", "nosuch"}), 1);
}

TEST_F(ToolSubmitTest, ABrokenRowHasThatFaultAlone) {
  const std::string file = File("A-1,Rīga,Tests,x,,\n" + Row("A-2", "Rīga"));
  EXPECT_EQ(RunJson(Submit(file), 3)["rejected"], "1");
  EXPECT_THAT(folder_.Read("in.csv.rejected.csv"), HasSubstr(",2,,BAD_ROW,\"the row has 6 cells"));
}

TEST_F(ToolSubmitTest, AnUnknownNameInJsonLinesSubmitsNothing) {
  const std::string file =
      folder_.Write("in.jsonl", "{\"external_ref\":\"A-1\"}\n{\"municipallity\":\"Rīga\"}\n");
  EXPECT_EQ(Run(Submit(file)), 1);
  EXPECT_THAT(err_, HasSubstr("in line 2 (did you mean \"municipality\"?)"));
  EXPECT_EQ(riga_.kept() + zemgale_.kept(), 0u);
}

TEST_F(ToolSubmitTest, ANodeThatIsAwayLeavesItsRowsToBeSubmittedAgain) {
  zemgale_listener_.Stop();
  const std::string file = File(Row("A-1", "Rīga") + Row("A-2", "Jelgava"));
  std::vector<std::string> words = Submit(file);
  words.insert(words.end(), {"--timeout", "600ms"});
  const Json json = RunJson(words, 3);
  EXPECT_EQ(json["accepted"], "1");
  EXPECT_EQ(json["rejected"], "1");
  EXPECT_EQ(json["undelivered"], "1");
  EXPECT_THAT(err_, HasSubstr("to go on, submit the rejected rows"));
  EXPECT_THAT(folder_.Read("in.csv.rejected.csv"), HasSubstr("UNDELIVERED"));
  riga_listener_.Stop();
  EXPECT_EQ(Run(words), 5);
}

TEST_F(ToolSubmitTest, WithOneNodeItRefusesWhatIsNotItsOwn) {
  std::vector<std::string> words = Submit(File(Row("A-1", "Rīga") + Row("A-2", "Jelgava")));
  words.insert(words.end(), {"--node", zemgale_listener_.address()});
  RunJson(words, 0);
  // The node itself would say WRONG_REGION; the tool must not decide it.
  EXPECT_EQ(zemgale_.kept(), 2u);
}

TEST_F(ToolSubmitTest, ResultsHoldTheReceipts) {
  std::vector<std::string> words = Submit(File(Row("A-1", "Rīga") + Row("bad-2", "Rīga")));
  words.insert(words.end(), {"--results", folder_.Path("results.csv")});
  EXPECT_EQ(Run(words), 3);
  const std::string results = folder_.Read("results.csv");
  EXPECT_THAT(results, HasSubstr("reference,id,node,epoch,seq,hash\nA-1,"));
  EXPECT_THAT(results, HasSubstr(",riga-latgale,1,1,68617368\n"));
  EXPECT_THAT(results, Not(HasSubstr("bad-2")));
}

TEST_F(ToolSubmitTest, StopsAtTheMostErrors) {
  std::string rows;
  for (int i = 0; i < 100; ++i) rows += Row(absl::StrCat("A-", i), "Atlantis");
  std::vector<std::string> words = Submit(File(rows));
  words.insert(words.end(), {"--max-errors", "5"});
  EXPECT_EQ(RunJson(words, 3)["rows"], "5");
  EXPECT_THAT(err_, HasSubstr("95 rows not handed in"));
}

TEST_F(ToolSubmitTest, WhatTheNodeRejectsStopsTheRestFromBeingHandedIn) {
  std::string rows;
  for (int i = 0; i < 40; ++i)
    rows += Row(absl::StrCat("bad-", i), i % 2 == 0 ? "Rīga" : "Jelgava");
  std::vector<std::string> words = Submit(File(rows));
  words.insert(words.end(), {"--max-errors", "5", "--batch", "1"});
  const Json json = RunJson(words, 3);
  EXPECT_EQ(json["rows"], "5");
  EXPECT_EQ(json["rejected"], "5");
  EXPECT_EQ(riga_.batches().size() + zemgale_.batches().size(), 5u);
  EXPECT_THAT(err_, HasSubstr("stopped at 5 rejected rows (--max-errors); 35 rows not handed"));
  EXPECT_THAT(folder_.Read("in.csv.rejected.csv"), Not(HasSubstr("UNDELIVERED")));
}

TEST_F(ToolSubmitTest, FewerErrorsThanTheMostStopNothing) {
  std::string rows = Row("bad-1", "Rīga");
  for (int i = 0; i < 40; ++i) rows += Row(absl::StrCat("A-", i), "Rīga");
  std::vector<std::string> words = Submit(File(rows));
  words.insert(words.end(), {"--max-errors", "2", "--batch", "3"});
  const Json json = RunJson(words, 3);
  EXPECT_EQ(json["rows"], "41");
  EXPECT_EQ(json["accepted"], "40");
  EXPECT_THAT(err_, Not(HasSubstr("--max-errors")));
}

TEST_F(ToolSubmitTest, AnInterruptionSaysHowToGoOn) {
  interrupted_ = true;
  EXPECT_EQ(Run(Submit(File(Row("A-1", "Rīga")))), 130);
  EXPECT_THAT(err_, HasSubstr("Run the same command again"));
}

TEST_F(ToolSubmitTest, FaultsAreToldByCause) {
  const std::string file = File(Row("A-1", "Atlantis") + Row("bad-2", "Rīga") +
                                Row("A-3", "Atlantis") + Row("bad-4", "Jelgava"));
  const Json json = RunJson(Submit(file), 3);
  EXPECT_THAT(err_, HasSubstr("in.csv: BAD_AMOUNT in amount_eur, 2 rows (lines 3, 5): no amount"));
  EXPECT_THAT(err_, HasSubstr("UNKNOWN_MUNICIPALITY in municipality, 2 rows (lines 2, 4)"));
  EXPECT_EQ(json["faults"].size(), 2u);
  EXPECT_EQ(json["faults"][0]["rows"], "2");
  EXPECT_THAT(err_, HasSubstr("4 rows in 1 s"));
}

TEST_F(ToolSubmitTest, ADryRunSaysSoToTheServer) {
  std::vector<std::string> words = Submit(File(Row("A-1", "Rīga")));
  words.push_back("--dry-run");
  EXPECT_EQ(Run(words), 0);
  ASSERT_EQ(riga_.batches().size(), 1u);
  EXPECT_TRUE(riga_.batches()[0].dry_run());
  EXPECT_THAT(err_, HasSubstr("dry run"));
}

TEST_F(ToolSubmitTest, ADryRunLeavesTheReceiptsOfAnEarlierRunAlone) {
  std::vector<std::string> words = Submit(File(Row("A-1", "Rīga")));
  const std::string receipts = folder_.Write("results.csv", "kept");
  words.insert(words.end(), {"--dry-run", "--results", receipts});
  EXPECT_EQ(Run(words), 2);
  EXPECT_THAT(err_, HasSubstr("--results lists receipts"));
  EXPECT_EQ(*ReadFile(receipts), "kept");
}

TEST_F(ToolSubmitTest, SeveralFilesHaveTheirOwnRejects) {
  const std::string first = folder_.Write("1.csv", kHeader + Row("A-1", "Rīga"));
  const std::string second = folder_.Write("2.csv", kHeader + Row("bad-1", "Rīga"));
  const Json json = RunJson({"submit", first, second, "--call", "pumpurs-test"}, 3);
  EXPECT_EQ(json["rows"], "2");
  EXPECT_EQ(json["rejectsFile"], second + ".rejected.csv");
  EXPECT_FALSE(folder_.Has("1.csv.rejected.csv"));
  EXPECT_EQ(Run({"submit", first, second, "--call", "pumpurs-test", "--rejects", "x"}), 2);
  EXPECT_EQ(Run({"submit", first, "--call", "pumpurs-test", "--batch", "0"}), 2);
  EXPECT_EQ(Run({"submit", first, second, first, "--call", "pumpurs-test"}), 2);
}

}  // namespace
}  // namespace kopa::cli
