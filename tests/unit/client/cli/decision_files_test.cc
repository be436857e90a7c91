#include "client/cli/decision_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/testing/fake_servers.h"
#include "tests/unit/client/testing/scratch_folder.h"

namespace kopa::cli {
namespace {

using client::testing::ProjectCall;
using client::testing::ScratchFolder;
using ::testing::HasSubstr;

constexpr char kId[] = "0192f0a1-7c3e-7d55-9a41-0c6b1f6d2e11";

class DecisionFilesTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<DecisionFileRow>> Decisions(const std::string& content,
                                                         const std::string& call = "c") {
    kopa::region::v1::DecisionInput common;
    common.set_verb(kopa::region::v1::DECISION_VERB_APPROVE);
    common.set_reason("as decided");
    return ReadDecisionFile(folder_.Write("decisions.csv", content), common, call);
  }
  absl::StatusOr<std::vector<ScoreFileRow>> Scores(const std::string& content) {
    return ReadScoreFile(folder_.Write("scores.csv", content), ProjectCall());
  }
  static void Refused(const absl::Status& status, const std::string& part) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(part));
  }

  ScratchFolder folder_;
};

TEST_F(DecisionFilesTest, WhatARowDoesNotSayIsTheCommands) {
  const auto rows = Decisions(std::string("external_ref;application;decision;reason;amount_eur\n"
                                          ";") +
                              kId + ";reject;too late;\nA-2;;;;4 600,00\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].name.id->ToString(), kId);
  EXPECT_EQ((*rows)[0].decision.verb(), kopa::region::v1::DECISION_VERB_REJECT);
  EXPECT_EQ((*rows)[0].decision.reason(), "too late");
  EXPECT_EQ((*rows)[1].name.external_ref, "A-2");
  EXPECT_EQ((*rows)[1].decision.verb(), kopa::region::v1::DECISION_VERB_APPROVE);
  EXPECT_EQ((*rows)[1].decision.reason(), "as decided");
  EXPECT_EQ((*rows)[1].decision.amount_cents(), 460000);
}

TEST_F(DecisionFilesTest, AFaultOfARowIsThatRows) {
  const auto rows =
      Decisions("external_ref,decision,amount_eur\nA-1,approve,x\nA-2,crown,\nA-3,approve,1\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  Refused((*rows)[0].error, "decisions.csv:2: amount_eur");
  Refused((*rows)[1].error, "decisions.csv:3: decision: must be one of approve");
  EXPECT_TRUE((*rows)[2].error.ok());
}

TEST_F(DecisionFilesTest, AFaultOfARowNamesFieldCodeAndLine) {
  const auto rows = Decisions("external_ref,decision\nA-1,crown\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  const std::vector<Fault> faults = FaultsOf((*rows)[0].error);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].field, "decision");
  EXPECT_EQ(faults[0].code, "UNKNOWN_VALUE");
  EXPECT_THAT(faults[0].message, HasSubstr("approve"));
  EXPECT_THAT(faults[0].message, HasSubstr("(line 2)"));
  EXPECT_THAT(faults[0].message_lv, HasSubstr("(2. rinda)"));
}

TEST_F(DecisionFilesTest, AnAmountIsMoreThanZeroUnlessAContractEnds) {
  const auto rows = Decisions(
      "external_ref,decision,amount_eur\nA-1,approve,0\nA-2,amend,-1\nA-3,pay,\nA-4,terminate,0\n"
      "A-5,approve,\nA-6,terminate,-1\nA-7,repay,0.01\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  for (const size_t bad : {0u, 1u, 2u, 5u}) {
    ASSERT_EQ(FaultsOf((*rows)[bad].error).size(), 1u) << bad;
    EXPECT_EQ(FaultsOf((*rows)[bad].error)[0].code, "BAD_AMOUNT");
  }
  for (const size_t good : {3u, 4u, 6u}) EXPECT_TRUE((*rows)[good].error.ok()) << good;
  EXPECT_EQ((*rows)[3].decision.amount_cents(), 0);
  EXPECT_EQ((*rows)[3].decision.verb(), kopa::region::v1::DECISION_VERB_TERMINATE);
}

TEST_F(DecisionFilesTest, AFaultOfTheFileStopsAll) {
  Refused(Decisions("external_ref,decison\nA-1,approve\n").status(), "did you mean decision?");
  Refused(Decisions("decision\napprove\n").status(), "application or external_ref is missing");
  Refused(Decisions("external_ref,decision\nA-1,approve\nA-1,reject\n").status(),
          "a second decision on A-1");
  Refused(Decisions("application\nnot-an-id\n").status(), "decisions.csv:2: application");
  Refused(Decisions("external_ref\nA-1\n", "").status(), "needs --call");
  EXPECT_FALSE(ReadDecisionFile(folder_.Path("none.csv"), {}, "c").ok());
}

TEST_F(DecisionFilesTest, ScoresAreReadInHundredths) {
  const auto rows = Scores("external_ref,evaluator,2.1,2.2\nA-1,Anna,4.5,\"3,5\"\nA-1,Juris,5,0\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].evaluation.evaluator(), "Anna");
  EXPECT_EQ((*rows)[0].evaluation.scores(0).criterion(), "2.1");
  EXPECT_EQ((*rows)[0].evaluation.scores(0).hundredths(), 450);
  EXPECT_EQ((*rows)[0].evaluation.scores(1).hundredths(), 350);
  EXPECT_EQ((*rows)[1].evaluation.scores(1).hundredths(), 0);
}

TEST_F(DecisionFilesTest, EveryCriterionNeedsAColumnAndEveryRowItsPoints) {
  Refused(Scores("external_ref,2.1\nA-1,4\n").status(), "criterion 2.2 is missing");
  Refused(Scores("external_ref,2.1,2.2,2.3\nA-1,4,4,4\n").status(), "unknown column \"2.3\"");
  const auto rows = Scores("external_ref,2.1,2.2\nA-1,,four\n");
  ASSERT_TRUE(rows.ok());
  Refused((*rows)[0].error, "scores.csv:2: 2.1: the criterion has no points");
  const std::vector<Fault> faults = FaultsOf((*rows)[0].error);
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].code, "MISSING_SCORE");
  EXPECT_EQ(faults[1].field, "2.2");
  EXPECT_EQ(faults[1].code, "BAD_NUMBER");
}

}  // namespace
}  // namespace kopa::cli
