#include "common/programme/lifecycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <tuple>

#include "common/base/status.h"

namespace kopa::programme {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Life kProject{.evaluated = true, .team = false};
constexpr Life kTeam{.evaluated = false, .team = true};

ApplicationStatus Named(absl::string_view name) { return *ParseStatusName(name); }

// Follows `verbs` from nothing and says where they lead.
std::string Follow(Life life, const std::vector<Verb>& verbs) {
  ApplicationStatus status = national::v1::APPLICATION_STATUS_UNSPECIFIED;
  for (Verb verb : verbs) {
    const absl::StatusOr<const Step*> step = FindStep(status, verb, life);
    if (!step.ok()) return std::string(step.status().message());
    status = (*step)->to;
  }
  return std::string(StatusName(status));
}

TEST(Lifecycle, AProjectRunsFromSubmissionToClosing) {
  EXPECT_EQ(Follow(kProject,
                   {Verb::kSubmit, Verb::kReturn, Verb::kResubmit, Verb::kEvaluate, Verb::kEvaluate,
                    Verb::kApprove, Verb::kContract, Verb::kPay, Verb::kReport, Verb::kClose}),
            "CLOSED");
}

TEST(Lifecycle, ATeamRunsFromSubmissionToTrainingWithoutPoints) {
  EXPECT_EQ(Follow(kTeam, {Verb::kSubmit, Verb::kApprove, Verb::kTrain}), "TRAINED");
  EXPECT_FALSE(FindStep(Named("APPROVED"), Verb::kContract, kTeam).ok());
  EXPECT_FALSE(FindStep(Named("SUBMITTED"), Verb::kEvaluate, kTeam).ok());
  EXPECT_FALSE(FindStep(Named("APPROVED"), Verb::kTrain, kProject).ok());
}

TEST(Lifecycle, WithCriteriaNothingIsDecidedBeforeAnEvaluation) {
  for (Verb verb : {Verb::kApprove, Verb::kReserve, Verb::kReject}) {
    EXPECT_FALSE(FindStep(Named("SUBMITTED"), verb, kProject).ok()) << VerbName(verb);
    EXPECT_TRUE(FindStep(Named("EVALUATED"), verb, kProject).ok()) << VerbName(verb);
    EXPECT_TRUE(FindStep(Named("SUBMITTED"), verb, Life{.evaluated = false}).ok())
        << VerbName(verb);
  }
}

TEST(Lifecycle, APendingApprovalCanBeFundedOrDecidedAnew) {
  EXPECT_THAT(LegalVerbs(Named("PENDING_FUNDS"), kProject),
              ElementsAre(Verb::kApprove, Verb::kReject, Verb::kReserve, Verb::kWithdraw,
                          Verb::kFund, Verb::kRankAward, Verb::kRankReserve, Verb::kRankReject));
}

TEST(Lifecycle, WithdrawingEndsWithTheContract) {
  for (absl::string_view from :
       {"SUBMITTED", "RETURNED", "EVALUATED", "PENDING_FUNDS", "APPROVED", "RESERVE"}) {
    EXPECT_TRUE(FindStep(Named(from), Verb::kWithdraw, kProject).ok()) << from;
  }
  for (absl::string_view from : {"CONTRACTED", "REPORTED", "CLOSED", "TERMINATED", "REJECTED"}) {
    EXPECT_FALSE(FindStep(Named(from), Verb::kWithdraw, kProject).ok()) << from;
  }
}

TEST(Lifecycle, UndoingAnApprovalGoesBackToWhereItWasDecided) {
  EXPECT_EQ((*FindStep(Named("APPROVED"), Verb::kUndo, kProject))->to, Named("EVALUATED"));
  EXPECT_EQ((*FindStep(Named("APPROVED"), Verb::kUndo, kTeam))->to, Named("SUBMITTED"));
  EXPECT_FALSE(FindStep(Named("CONTRACTED"), Verb::kUndo, kProject).ok());
}

TEST(Lifecycle, WhatRefusesNeedsAReason) {
  for (const Step& step : AllSteps()) {
    const std::set<Verb> with_reason = {Verb::kReject, Verb::kReturn,    Verb::kIneligible,
                                        Verb::kUndo,   Verb::kTerminate, Verb::kAmend,
                                        Verb::kRepay,  Verb::kConflict};
    EXPECT_EQ(step.Needs(Step::kReason), with_reason.count(step.verb) == 1) << VerbName(step.verb);
  }
}

TEST(Lifecycle, FromAStatusAVerbLeadsToOnePlaceOnly) {
  for (const Life life : {kProject, kTeam, Life{.evaluated = true, .team = true},
                          Life{.evaluated = false, .team = false}}) {
    for (const Step& step : AllSteps()) {
      const absl::StatusOr<const Step*> found = FindStep(step.from, step.verb, life);
      if (found.ok()) {
        const std::vector<Verb> legal = LegalVerbs(step.from, life);
        EXPECT_EQ(std::count(legal.begin(), legal.end(), step.verb), 1)
            << StatusName(step.from) << " " << VerbName(step.verb);
      }
    }
  }
}

TEST(Lifecycle, AnIllegalStepNamesTheStatusAndWhatIsLegal) {
  const absl::Status status = FindStep(Named("SUBMITTED"), Verb::kApprove, kProject).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("SUBMITTED does not take approve; it takes evaluate, return, withdraw, "
                        "ineligible"));
  const std::vector<Fault> faults = FaultsOf(status);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].code, "ILLEGAL_STEP");
  EXPECT_EQ(faults[0].field, "status");
  EXPECT_FALSE(faults[0].message_lv.empty());
}

TEST(Lifecycle, AfterTheEndOnlyMoneyAndTheTitleMove) {
  for (absl::string_view from : {"INELIGIBLE", "REJECTED", "WITHDRAWN", "TRAINED"}) {
    EXPECT_THAT(LegalVerbs(Named(from), kProject), IsEmpty()) << from;
  }
  for (absl::string_view from : {"CLOSED", "TERMINATED"}) {
    for (Verb verb : LegalVerbs(Named(from), kProject)) {
      EXPECT_THAT(verb, AnyOf(Verb::kPay, Verb::kRepay, Verb::kPublish)) << from;
      EXPECT_EQ((*FindStep(Named(from), verb, kProject))->to, Named(from));
    }
  }
}

TEST(Lifecycle, WhatTheNodeOrTheCentreDoesIsNotOfferedToPeople) {
  const absl::Status status = FindStep(Named("PENDING_FUNDS"), Verb::kPay, kProject).status();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("it takes approve, reject, reserve, withdraw"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("rank")));
}

TEST(Lifecycle, TheDocumentHasTheTable) {
  std::ifstream file(std::string(std::getenv("KOPA_SOURCE_DIR")) + "/docs/lifecycle.md");
  const std::string document((std::istreambuf_iterator<char>(file)),
                             std::istreambuf_iterator<char>());
  EXPECT_NE(document.find(StepsAsMarkdown()), std::string::npos)
      << "docs/lifecycle.md should have\n"
      << StepsAsMarkdown();
}

TEST(Lifecycle, DoingAgainWhatIsDoneIsRecognised) {
  EXPECT_TRUE(IsAlreadyDone(Named("APPROVED"), Verb::kApprove));
  EXPECT_TRUE(IsAlreadyDone(Named("REJECTED"), Verb::kReject));
  EXPECT_TRUE(IsAlreadyDone(Named("TRAINED"), Verb::kTrain));
  EXPECT_FALSE(IsAlreadyDone(Named("PENDING_FUNDS"), Verb::kApprove));
  EXPECT_FALSE(IsAlreadyDone(Named("EVALUATED"), Verb::kEvaluate));
  EXPECT_FALSE(IsAlreadyDone(Named("EVALUATED"), Verb::kUndo));
  EXPECT_FALSE(IsAlreadyDone(Named("CONTRACTED"), Verb::kPay));
}

TEST(Lifecycle, AwardsAreHeldFromApprovalOnAndWhereSomethingWasKept) {
  for (absl::string_view name : {"APPROVED", "CONTRACTED", "REPORTED", "CLOSED", "TRAINED"}) {
    EXPECT_TRUE(HoldsAward(Named(name))) << name;
  }
  for (absl::string_view name : {"SUBMITTED", "PENDING_FUNDS", "RESERVE", "WITHDRAWN"}) {
    EXPECT_FALSE(HoldsAward(Named(name))) << name;
  }
  national::v1::ApplicationSummary summary;
  summary.set_status(Named("TERMINATED"));
  EXPECT_FALSE(HoldsAward(summary));
  summary.mutable_awarded()->set_cents(1);
  EXPECT_TRUE(HoldsAward(summary));
}

TEST(Lifecycle, NamesAreReadBack) {
  for (const Step& step : AllSteps()) {
    EXPECT_EQ(*ParseVerb(VerbName(step.verb)), step.verb);
    EXPECT_EQ(*ParseStatusName(StatusName(step.to)), step.to);
  }
  EXPECT_EQ(StatusName(Named("pending-funds")), "PENDING_FUNDS");
  EXPECT_THAT(std::string(ParseStatusName("unspecified").status().message()),
              HasSubstr("SUBMITTED"));
  EXPECT_THAT(std::string(ParseVerb("aprove").status().message()), HasSubstr("approve"));
}

}  // namespace
}  // namespace kopa::programme
