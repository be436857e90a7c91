// Money: first chunks, demands, what waits, and calling back. What three real nodes make of it is
// the simulation's; here single moves are looked at.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Allotment : public CentralFixture {
 protected:
  absl::Time At(int second) const { return now_ + absl::Seconds(second); }

  static Amounts HandedBackTarget(const national::v1::Recall& recall) {
    return Amounts::FromProto(recall.handed_back_target());
  }

  // The node approves beyond what it holds.
  void Wait(ScriptedNode& node, uint8_t number, const Amounts& award, int second) {
    node.Submit(number, award);
    node.Wait(number, award, At(second));
    Send(node);
  }
  // The node awards what it has just been allotted for.
  void Award(ScriptedNode& node, uint8_t number, const Amounts& award) {
    node.NoteAllotted(Allotted(node));
    node.Award(number, award);
    Send(node);
  }
};

TEST_F(Allotment, AFirstChunkIsAFairPartOfEveryLimitedUnit) {
  programme::v1::Call call = TestCall(12'000, 240);
  Begin({call});
  Join(a_);
  EXPECT_EQ(Allotted(a_), Amounts(1000, 20, 0)) << "a quarter of a third";
  Join(b_);
  EXPECT_EQ(Allotted(b_), Amounts(11'000 / 12, 220 / 12, 0)) << "of what is left";
  ASSERT_THAT(StreamOf(a_).Allotments(), SizeIs(1));
  EXPECT_EQ(Amounts::FromProto(StreamOf(a_).Allotments()[0].allotted()), Allotted(a_));
  EXPECT_EQ(Ledger().Available(), Amounts(12'000, 240, 0) - Allotted(a_) - Allotted(b_));
  ExpectVerified();
}

TEST_F(Allotment, AFirstChunkIsAtLeastOneTypicalAwardAndAtMostWhatThereIs) {
  programme::v1::Call call = TestCall(450, 10);
  call.mutable_allotment()->set_typical_award_cents(300);
  Begin({call});
  Join(a_);
  EXPECT_EQ(Allotted(a_), Amounts(300, 1, 0));
  Join(b_);
  EXPECT_EQ(Allotted(b_), Amounts(150, 1, 0));
  Join(c_);
  EXPECT_EQ(Allotted(c_), Amounts(0, 1, 0));
  EXPECT_EQ(Ledger().Available(), Amounts(0, 7, 0));
}

TEST_F(Allotment, TheTypicalAwardComesFromTheAmountRule) {
  for (int rule = 0; rule < 3; ++rule) {
    programme::v1::Call call = TestCall(1000);
    if (rule == 0) call.mutable_amount()->set_fixed_cents(460);
    if (rule == 1) call.mutable_amount()->set_ceiling_per_application_cents(460);
    if (rule == 2) call.mutable_amount()->set_ceiling_per_initiative_cents(460);
    Begin({call});
    Join(a_);
    EXPECT_EQ(Allotted(a_), Amounts(460, 0, 0)) << rule;
    EXPECT_EQ(Ledger().Available(), Amounts(540, 0, 0)) << "others joined in an earlier round";
  }
}

TEST_F(Allotment, AReconnectBringsTheTotalsAgainButNoSecondFirstChunk) {
  Begin({TestCall(12'000)});
  Join(a_);
  const Amounts first = Allotted(a_);
  Lose(a_);
  Join(a_);
  EXPECT_EQ(Allotted(a_), first);
  ASSERT_THAT(StreamOf(a_).Allotments(), SizeIs(1));
  EXPECT_EQ(Amounts::FromProto(StreamOf(a_).Allotments()[0].allotted()), first);
}

TEST_F(Allotment, ADemandIsServedByAChunkAndATotalThatIsReachedIsNone) {
  Begin({TestCall(12'000)});
  Join(a_);
  Demand(a_, Amounts(1800, 0, 0));
  EXPECT_EQ(Allotted(a_), Amounts(1800, 0, 0));
  Demand(a_, Amounts(1800, 0, 0));
  Demand(a_, Amounts(500, 0, 0));
  EXPECT_EQ(Allotted(a_), Amounts(1800, 0, 0)) << "absolute, so repeating it is harmless";
  Demand(a_, Amounts(12'000, 0, 0));
  EXPECT_EQ(Allotted(a_), Amounts(1800 + 10'200 / 12, 0, 0)) << "a chunk at a time";
}

TEST_F(Allotment, ADemandThatGetsNothingStaysInLine) {
  Begin({TestCall(1200)});
  Join(a_);
  Join(b_);
  Wait(b_, 1, Amounts(1100, 1, 0), 1);  // takes all the rest
  EXPECT_EQ(Ledger().Available(), Amounts());
  Demand(a_, Amounts(200, 0, 0));
  EXPECT_EQ(Allotted(a_), Amounts(100, 0, 0));
  Award(b_, 1, Amounts(1100, 1, 0));
  b_.Withdraw(1);
  b_.HandBack(Amounts(600, 0, 0));
  Send(b_);
  EXPECT_EQ(Allotted(a_), Amounts(200, 0, 0));
}

TEST_F(Allotment, WhatWaitsGetsExactlyWhatItLacks) {
  Begin({TestCall(1200, 12)});
  Join(a_);
  EXPECT_EQ(Allotted(a_), Amounts(100, 1, 0));
  Wait(a_, 1, Amounts(250, 2, 0), 1);
  EXPECT_EQ(Allotted(a_), Amounts(250, 2, 0));
  EXPECT_THAT(StreamOf(a_).Allotments(), SizeIs(2)) << "all units in one message";
  Award(a_, 1, Amounts(250, 2, 0));
  EXPECT_EQ(Allotted(a_), Amounts(250, 2, 0));
  EXPECT_EQ(Ledger().Available(), Amounts(950, 10, 0));
  ExpectVerified();
}

TEST_F(Allotment, WhatWaitsLongestComesFirstThenByNode) {
  Begin({TestCall(300)});
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);  // 100 each, so nothing is left
  EXPECT_TRUE(Ledger().Available().IsZero());
  for (ScriptedNode* node : {&a_, &b_, &c_}) {
    node->Submit(1, Amounts(100, 1, 0));
    node->NoteAllotted(Amounts(100, 0, 0));
    node->Award(1, Amounts(100, 1, 0));
    Send(*node);
  }
  Wait(c_, 2, Amounts(50, 1, 0), 5);
  Wait(b_, 2, Amounts(50, 1, 0), 9);
  Wait(a_, 2, Amounts(50, 1, 0), 9);
  EXPECT_THAT(StreamOf(a_).Recalls(), IsEmpty()) << "nobody has anything";
  a_.Withdraw(1);
  // a's own freed money covers its own award that waits; half of it is spare and goes to the
  // eldest.
  Send(a_);
  ASSERT_THAT(StreamOf(a_).Recalls(), SizeIs(1));
  a_.HandBack(HandedBackTarget(StreamOf(a_).Recalls()[0]));
  Send(a_);
  EXPECT_EQ(Allotted(c_), Amounts(150, 0, 0));
  EXPECT_EQ(Allotted(b_), Amounts(100, 0, 0));
}

TEST_F(Allotment, ARecallTakesOnlyWhatIsMissingFromThoseWhoCanSpareIt) {
  Begin({TestCall(1000)});
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);  // 100 each, 700 left
  Wait(a_, 1, Amounts(850, 1, 0), 1);                      // 50 are missing
  EXPECT_EQ(Allotted(a_), Amounts(100, 0, 0)) << "all at once or nothing";
  ASSERT_THAT(StreamOf(b_).Recalls(), SizeIs(1));
  EXPECT_EQ(HandedBackTarget(StreamOf(b_).Recalls()[0]), Amounts(50, 0, 0));
  EXPECT_THAT(StreamOf(c_).Recalls(), IsEmpty());
  b_.HandBack(Amounts(50, 0, 0));
  Send(b_);
  EXPECT_EQ(Allotted(a_), Amounts(850, 0, 0));
  EXPECT_TRUE(Ledger().Available().IsZero());
  ExpectVerified();
}

TEST_F(Allotment, ARecallMayNeedSeveralNodes) {
  Begin({TestCall(1000)});
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  Wait(a_, 1, Amounts(1000, 1, 0), 1);
  ASSERT_THAT(StreamOf(b_).Recalls(), SizeIs(1));
  ASSERT_THAT(StreamOf(c_).Recalls(), SizeIs(1));
  b_.HandBack(Amounts(100, 0, 0));
  Send(b_);
  EXPECT_EQ(Allotted(a_), Amounts(100, 0, 0));
  c_.HandBack(Amounts(100, 0, 0));
  Send(c_);
  EXPECT_EQ(Allotted(a_), Amounts(1000, 0, 0));
}

TEST_F(Allotment, TheSameRecallIsNotSentAgainUntilTheNodeSaysSomethingNew) {
  Begin({TestCall(1000)});
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  Wait(a_, 1, Amounts(850, 1, 0), 1);
  c_.Submit(1, Amounts(1, 1, 0));
  Send(c_);
  a_.Submit(2, Amounts(1, 1, 0));
  Send(a_);
  EXPECT_THAT(StreamOf(b_).Recalls(), SizeIs(1));
  b_.Submit(1, Amounts(1, 1, 0));
  Send(b_);
  EXPECT_THAT(StreamOf(b_).Recalls(), SizeIs(2)) << "it may have come while it was busy";
}

// A stream may break with the recall on it, and the next one be there before that is noticed.
TEST_F(Allotment, ARecallIsSentAgainOnANewStream) {
  for (const bool noticed : {true, false}) {
    Begin({TestCall(1000)});
    ScriptedNode a("a", call_);
    ScriptedNode b("b", call_);
    a.Open("n");
    b.Open("n");
    Join(a);
    Join(b);
    Wait(a, 1, Amounts(850, 1, 0), 1);
    EXPECT_EQ(Allotted(a), Amounts(850, 0, 0)) << "only two nodes took a chunk";
    Wait(a, 2, Amounts(100, 1, 0), 2);
    ASSERT_THAT(StreamOf(b).Recalls(), SizeIs(1)) << noticed;
    if (noticed) Lose(b);
    Join(b);
    EXPECT_THAT(StreamOf(b).Recalls(), SizeIs(1)) << noticed;
  }
}

TEST_F(Allotment, MoneyOfANodeThatIsAwayIsNotCountedOn) {
  Begin({TestCall(1000)});
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  Lose(b_);
  Lose(c_);
  Wait(a_, 1, Amounts(850, 1, 0), 1);
  EXPECT_EQ(Allotted(a_), Amounts(100, 0, 0));
  Wait(a_, 2, Amounts(700, 1, 0), 2);
  EXPECT_EQ(Allotted(a_), Amounts(700, 0, 0)) << "skip: a smaller one behind it fits";
  EXPECT_EQ(Ledger().of(b_.id()).allotted, Amounts(100, 0, 0)) << "never taken back by itself";
}

TEST_F(Allotment, WhenARecalledNodeGoesAwayTheOthersAreServedWithoutIt) {
  Begin({TestCall(1000)});
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  Wait(a_, 1, Amounts(1000, 1, 0), 1);  // needs all that b and c have
  Wait(c_, 1, Amounts(400, 1, 0), 2);
  EXPECT_EQ(Allotted(c_), Amounts(100, 0, 0)) << "the pool is kept for the first";
  Lose(b_);
  EXPECT_EQ(Allotted(c_), Amounts(400, 0, 0)) << "the first can't be had now";
  Join(b_);
  EXPECT_EQ(Allotted(a_), Amounts(100, 0, 0));
}

TEST_F(Allotment, WhatWaitsAtANodeThatIsAwayDoesNotBlock) {
  Begin({TestCall(1000)});
  Join(a_);
  Join(b_);
  Wait(a_, 1, Amounts(900, 1, 0), 1);
  EXPECT_EQ(Allotted(a_), Amounts(900, 0, 0));
  Wait(a_, 2, Amounts(5000, 1, 0), 2);
  Lose(a_);
  Wait(b_, 1, Amounts(100, 1, 0), 3);
  EXPECT_EQ(Allotted(b_), Amounts(100, 0, 0)) << "it has that already";
}

TEST_F(Allotment, StrictKeepsThePoolForTheFirst) {
  programme::v1::Call call = TestCall(1000);
  call.mutable_allotment()->set_pending(programme::v1::PENDING_POLICY_STRICT);
  Begin({call});
  Join(a_);
  Join(b_);
  Wait(a_, 1, Amounts(5000, 1, 0), 1);  // more than there will ever be
  Wait(b_, 1, Amounts(300, 1, 0), 2);
  EXPECT_EQ(Allotted(b_), Amounts(100, 0, 0));
  EXPECT_THAT(StreamOf(b_).Recalls(), IsEmpty()) << "it would not help";
  a_.Withdraw(1);
  Send(a_);
  EXPECT_EQ(Allotted(b_), Amounts(300, 0, 0));
}

TEST_F(Allotment, SkipServesThoseBehindOneThatCannotBeServed) {
  Begin({TestCall(1000)});
  Join(a_);
  Join(b_);
  Wait(a_, 1, Amounts(5000, 1, 0), 1);
  Wait(b_, 1, Amounts(300, 1, 0), 2);
  EXPECT_EQ(Allotted(b_), Amounts(300, 0, 0));
}

TEST_F(Allotment, WhileSomethingWaitsNothingIsGivenAheadOfNeed) {
  Begin({TestCall(1000)});
  Join(a_);
  Join(c_);                             // 100 each, 800 left
  Wait(a_, 1, Amounts(1000, 1, 0), 1);  // needs all, c's part of it too
  Join(b_);
  EXPECT_TRUE(Allotted(b_).IsZero());
  Demand(a_, Amounts(500, 0, 0));
  EXPECT_EQ(Allotted(a_), Amounts(100, 0, 0));
  a_.Withdraw(1);
  Send(a_);
  EXPECT_FALSE(Allotted(b_).IsZero()) << "later it gets its first chunk";
  EXPECT_GT(Allotted(a_).cents(), 100) << "and the demand is served";
}

TEST_F(Allotment, UnderSkipOneThatNothingCouldCoverHoldsUpNobody) {
  Begin({TestCall(1000)});
  Join(a_);
  Wait(a_, 1, Amounts(5000, 1, 0), 1);
  Join(b_);
  EXPECT_FALSE(Allotted(b_).IsZero()) << "its first chunk";
  const Amounts before = Allotted(b_);
  Demand(b_, Amounts(500, 0, 0));
  EXPECT_GT(Allotted(b_).cents(), before.cents());
}

TEST_F(Allotment, FixedSharesAreGivenOnceRoundedDownAndNeverMoved) {
  programme::v1::Call call = TestCall(1001, 10);
  auto* allotment = call.mutable_allotment();
  allotment->set_policy(programme::v1::ALLOTMENT_POLICY_FIXED_SHARES);
  for (const auto& [node, points] :
       {std::pair("a", 5000), std::pair("b", 3333), std::pair("c", 1667)}) {
    auto* share = allotment->add_shares();
    share->set_node(node);
    share->set_basis_points(points);
  }
  Begin({call});
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  EXPECT_EQ(Allotted(a_), Amounts(500, 5, 0));
  EXPECT_EQ(Allotted(b_), Amounts(333, 3, 0));
  EXPECT_EQ(Allotted(c_), Amounts(166, 1, 0));
  EXPECT_EQ(Ledger().Available(), Amounts(2, 1, 0));
  Wait(b_, 1, Amounts(400, 1, 0), 1);
  Demand(b_, Amounts(1000, 0, 0));
  EXPECT_EQ(Allotted(b_), Amounts(333, 3, 0));
  EXPECT_THAT(StreamOf(a_).Recalls(), IsEmpty());
  Lose(a_);
  Join(a_);
  EXPECT_EQ(Allotted(a_), Amounts(500, 5, 0));
}

TEST_F(Allotment, FixedSharesGrowWithTheBudget) {
  programme::v1::Call call = TestCall(1000);
  auto* allotment = call.mutable_allotment();
  allotment->set_policy(programme::v1::ALLOTMENT_POLICY_FIXED_SHARES);
  allotment->add_shares()->set_node("a");
  allotment->mutable_shares(0)->set_basis_points(10'000);
  Begin({call});
  Join(a_);
  EXPECT_EQ(Allotted(a_), Amounts(1000, 0, 0));
  call.mutable_limits()->set_budget_cents(1500);
  ASSERT_TRUE(Restart({call}).ok());
  Join(a_);
  EXPECT_EQ(Allotted(a_), Amounts(1500, 0, 0));
}

TEST_F(Allotment, UnderACentralCallNodesGetNothing) {
  programme::v1::Call call = TestCall(1000);
  call.mutable_allotment()->set_policy(programme::v1::ALLOTMENT_POLICY_CENTRAL_ONLY);
  Begin({call});
  Join(a_);
  Wait(a_, 1, Amounts(100, 1, 0), 1);
  Demand(a_, Amounts(100, 0, 0));
  EXPECT_TRUE(Allotted(a_).IsZero());
  EXPECT_THAT(StreamOf(a_).Allotments(), IsEmpty());
}

TEST_F(Allotment, WithoutLimitsThereIsNothingToAllot) {
  Begin({TestCall(-1)});
  Join(a_);
  EXPECT_TRUE(Allotted(a_).IsZero());
  a_.Submit(1, Amounts(100, 1, 0));
  a_.Award(1, Amounts(100, 1, 0));
  Send(a_);
  EXPECT_EQ(Ledger().Approved(), Amounts(100, 1, 0));
  ExpectVerified();
}

TEST_F(Allotment, AFencedNodesMoneyIsNeitherRecalledNorTakenBack) {
  Begin({TestCall(1000)});
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  b_.Award(9, Amounts(5000, 1, 0));
  Send(b_);
  ASSERT_TRUE(Status(b_).record.fenced());
  Wait(a_, 1, Amounts(1000, 1, 0), 1);
  EXPECT_THAT(StreamOf(b_).Recalls(), IsEmpty());
  EXPECT_EQ(Ledger().of(b_.id()).allotted, Amounts(100, 0, 0));
  EXPECT_EQ(Ledger().Available(), Amounts(700, 0, 0));
}

}  // namespace
}  // namespace kopa::central
