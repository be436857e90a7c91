// What becomes of single applications at a rejoin: of what the store alone knew, and of what both
// sides have changed.

#include "regional-node/core/rejoin_applications.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/rejoin_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::kopa::national::v1::APPLICATION_STATUS_REJECTED;
using ::kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::kopa::national::v1::APPLICATION_STATUS_WITHDRAWN;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(RejoinTest, OwnRecordsThatTheCentreNeverSawAreJournalledAgain) {
  Drain();
  const ApplicationId own = Evaluated("A-1", Amounts(1000, 1, 0));
  const std::string staff = StoredStaff(Stored(own).history(1).seq());
  const auto copy = store_.Clone();
  Submit({"A-2", Amounts(500, 1, 0)});
  PutBack(copy.get());
  const RejoinReport report = Rejoin();
  EXPECT_EQ(report.refilled, 0u);
  EXPECT_EQ(report.rejournalled, 2u);
  EXPECT_THAT(FindingsOf(report, own), IsEmpty());
  Restart();
  EXPECT_EQ(StatusOf(own), APPLICATION_STATUS_EVALUATED);
  const region::v1::Application application = Stored(own);
  EXPECT_EQ(application.summary().version(), 2u) << "sealed parts open for their version";
  EXPECT_EQ(application.personal_version(), 1u);
  ASSERT_EQ(application.history_size(), 2);
  EXPECT_EQ(application.personal_seq(), application.history(0).seq());
  EXPECT_GT(application.history(0).seq(), centre_.size());
  EXPECT_EQ(application.history(1).verb(), "evaluate");
  EXPECT_EQ(*store_.Get(kJournalPrivate, SeqKey(Seq(application.personal_seq()))),
            "sealed person of A-1");
  EXPECT_EQ(StoredStaff(application.history(1).seq()), staff);
  EXPECT_EQ(application.evaluations_size(), 1);
  EXPECT_THAT(Decide(Verb::kReject, own), Became(APPLICATION_STATUS_REJECTED));
  ExpectVerified();
}

TEST_F(RejoinTest, OwnAwardsWaitForFundsInTheirOldOrder) {
  const ApplicationId first = Evaluated("A-1", Amounts(1000, 1, 0));
  const ApplicationId second = Evaluated("A-2", Amounts(2000, 1, 0));
  Drain();
  Decide(Verb::kApprove, second);
  Decide(Verb::kApprove, first);
  const auto copy = store_.Clone();
  Decide(Verb::kApprove, Evaluated("A-3", Amounts(7000, 1, 0)));  // what only the lost store knew
  PutBack(copy.get());
  const RejoinReport report = Rejoin();
  EXPECT_EQ(report.frozen.at(call_), centre_allotted_) << "all of it may be spent";
  EXPECT_THAT(FindingsOf(report, first), ElementsAre(RejoinFinding::kAwardWaits));
  Restart();
  EXPECT_EQ(StatusOf(first), APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_EQ(StatusOf(second), APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_EQ(PendingSum(), Amounts(3000, 2, 0));
  EXPECT_TRUE(Totals().Approved().IsZero());
  Allot(centre_allotted_ + Amounts(2000, 1, 0));
  EXPECT_EQ(StatusOf(second), APPLICATION_STATUS_APPROVED) << "it was approved first";
  EXPECT_EQ(StatusOf(first), APPLICATION_STATUS_PENDING_FUNDS);
  Allot(centre_allotted_ + Amounts(3000, 2, 0));
  EXPECT_EQ(StatusOf(first), APPLICATION_STATUS_APPROVED);
  ExpectVerified();
}

TEST_F(RejoinTest, WhatWasDoneUnderAnOwnAwardWaitsWithIt) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  Drain();
  Decide(Verb::kApprove, id);
  Decide(Verb::kContract, id);
  const auto copy = store_.Clone();
  PutBack(copy.get());
  Rejoin();
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_EQ(Stored(id).summary().version(), 4u);
  EXPECT_EQ(Stored(id).summary().pending().cents(), 1000);
  Allot(centre_allotted_ + Amounts(1000, 1, 0));
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_APPROVED);
  EXPECT_THAT(Decide(Verb::kContract, id), Became(national::v1::APPLICATION_STATUS_CONTRACTED));
  ExpectVerified();
}

TEST_F(RejoinTest, AnAwardThatTheCentreKnowsStaysAnAward) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  Decide(Verb::kApprove, id);
  Drain();
  Decide(Verb::kContract, id);
  PutBack(store_.Clone().get());
  const RejoinReport report = Rejoin();
  EXPECT_THAT(FindingsOf(report, id), IsEmpty());
  EXPECT_EQ(report.frozen.at(call_), Amounts(9000, 19, 0));
  Restart();
  EXPECT_EQ(StatusOf(id), national::v1::APPLICATION_STATUS_CONTRACTED);
  EXPECT_EQ(Totals().Approved(), Amounts(1000, 1, 0));
}

TEST_F(RejoinTest, OfTwoHistoriesTheCentresIsKeptAndTheOthersChangeFollows) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  const auto copy = store_.Clone();
  Evaluate(id, "Eva", 4000);
  Drain();
  PutBack(copy.get());
  Restart();
  const ApplicationId own = Submit({"A-9", Amounts(700, 1, 0)}).id;
  Evaluate(id, "Ieva", 4500);
  Decide(Verb::kReject, id, "Juris");
  const RejoinReport report = Rejoin();
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_REJECTED) << "it can follow what the centre has";
  EXPECT_EQ(Stored(id).summary().version(), 3u);
  EXPECT_EQ(Stored(id).history_size(), 3);
  EXPECT_EQ(StoredStaff(Stored(id).history(2).seq()), "sealed decider and reason for version 3");
  EXPECT_EQ(Stored(id).decided_by(), "Juris");
  EXPECT_EQ(Stored(id).evaluations_size(), 0) << "the score is that of another evaluation";
  EXPECT_THAT(FindingsOf(report, id), Contains(RejoinFinding::kChangeDropped));
  EXPECT_EQ(StatusOf(own), APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(Stored(own).content().title(), "as first written");
  ExpectVerified();
}

TEST_F(RejoinTest, AChangeThatCantFollowIsNamed) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  const auto copy = store_.Clone();
  Decide(Verb::kWithdraw, id);
  Drain();
  PutBack(copy.get());
  Restart();
  Evaluate(id, "Eva", 4000);
  const RejoinReport report = Rejoin();
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_WITHDRAWN);
  EXPECT_THAT(FindingsOf(report, id), Contains(RejoinFinding::kChangeDropped));
  EXPECT_EQ(Stored(id).evaluations_size(), 0) << "nothing of it is left";
}

TEST_F(RejoinTest, ADecisionIsNotRepeatedOnAHandInThatNobodyHereHasSeen) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  const auto copy = store_.Clone();
  Decide(Verb::kReturn, id);
  HandInAgain(id, {"A-1", Amounts(1000, 1, 0), "corrected"});
  Evaluate(id, "Eva", 4100);
  Drain();
  PutBack(copy.get());
  Restart();
  Evaluate(id, "Ieva", 4500);
  Decide(Verb::kApprove, id, "Juris");
  const RejoinReport report = Rejoin();
  EXPECT_EQ(report.rejournalled, 0u);
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_EVALUATED);
  EXPECT_EQ(Stored(id).evaluations_size(), 0);
  EXPECT_EQ(Stored(id).decided_by(), "");
  EXPECT_THAT(FindingsOf(report, id),
              ElementsAre(RejoinFinding::kContentMissing, RejoinFinding::kChangeDropped));
}

TEST_F(RejoinTest, AnApprovalIsNotRepeatedWhereTheCentreKnowsOfTooFewPoints) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  const auto copy = store_.Clone();
  Evaluate(id, "Eva", 1000);
  Drain();
  PutBack(copy.get());
  Restart();
  Evaluate(id, "Ieva", 4500);
  Decide(Verb::kApprove, id, "Juris");
  Rejoin();
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_EVALUATED);
  EXPECT_FALSE(Stored(id).summary().thresholds_met());
  EXPECT_EQ(Stored(id).decided_by(), "");
}

TEST_F(RejoinTest, AHandInOfItsOwnThatGivesWayLeavesNoContent) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  Decide(Verb::kReturn, id);
  const auto copy = store_.Clone();
  Decide(Verb::kWithdraw, id);
  Drain();
  PutBack(copy.get());
  Restart();
  HandInAgain(id, {"A-1", Amounts(1500, 1, 0), "corrected"});
  const RejoinReport report = Rejoin();
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_WITHDRAWN);
  EXPECT_THAT(FindingsOf(report, id),
              ElementsAre(RejoinFinding::kContentMissing, RejoinFinding::kChangeDropped));
}

}  // namespace
}  // namespace kopa::node
