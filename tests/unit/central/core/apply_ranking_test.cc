// A ranking that becomes decisions at the nodes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/status.h"
#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplyRankingResponse;
using ::kopa::national::v1::DecisionMade;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kApproved = national::v1::APPLICATION_STATUS_APPROVED;
constexpr auto kReserve = national::v1::APPLICATION_STATUS_RESERVE;
constexpr auto kRejected = national::v1::APPLICATION_STATUS_REJECTED;

class ApplyRanking : public CentralFixture {
 protected:
  static programme::v1::Call RankedCall(int64_t cents) {
    programme::v1::Call call = TestCall(cents);
    call.mutable_ranking()->set_apply_allowed(true);
    call.mutable_ranking()->set_cut(programme::v1::PENDING_POLICY_SKIP);
    call.mutable_evaluation()->add_criteria()->set_id("quality");
    return call;
  }
  void Evaluated(ScriptedNode& node, uint8_t number, int64_t cents, int64_t score,
                 bool good = true) {
    node.Submit(number, Amounts(cents, 1, 0));
    node.Evaluate(number, score, good);
  }
  // All three are connected, each with its first chunk of 100 of 1200.
  void JoinAll() {
    Begin({RankedCall(1200)});
    for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  }
  absl::optional<CentralReply> Apply(const std::string& digest = "") {
    return Ask(ApplyRankingCommand{call_, digest, By("Dace")});
  }
  // Hands back what the centre asks the node for.
  void GiveBack(ScriptedNode& node) {
    ASSERT_FALSE(StreamOf(node).Recalls().empty()) << node.id();
    node.NoteAllotted(Allotted(node));
    node.HandBack(Amounts::FromProto(StreamOf(node).Recalls().back().handed_back_target()));
    Send(node);
  }
  void GiveAllBack() {
    for (ScriptedNode* node : {&a_, &b_, &c_}) GiveBack(*node);
  }
  ApplyRankingResponse Applied() const {
    EXPECT_TRUE(answer().has_value());
    if (!answer().has_value()) return {};
    EXPECT_TRUE(answer()->status.ok()) << answer()->status;
    return answer()->status.ok() ? std::get<ApplyRankingResponse>(answer()->result)
                                 : ApplyRankingResponse();
  }
  std::string FaultCode() const {
    const auto faults = FaultsOf(answer()->status);
    EXPECT_FALSE(faults.empty() || faults[0].message_lv.empty());
    return faults.empty() ? "" : faults[0].code;
  }
  std::vector<DecisionMade> Decisions(const ScriptedNode& node) {
    std::vector<DecisionMade> found;
    for (const auto& entry : StreamOf(node).DownEntries()) {
      if (entry.has_decision()) found.push_back(entry.decision());
    }
    return found;
  }
  std::vector<national::v1::ApplicationStatus> Statuses(const ScriptedNode& node) {
    std::vector<national::v1::ApplicationStatus> statuses;
    for (const DecisionMade& made : Decisions(node)) statuses.push_back(made.decision().status());
    return statuses;
  }
  // 500 are on their way to `a_`, which is away and holds a chunk of 100.
  void DecideWhileAwayFromA() {
    JoinAll();
    Evaluated(a_, 1, 500, 4800);
    Send(a_);
    Lose(a_);
    Apply();
    GiveBack(b_);
    GiveBack(c_);
    ASSERT_EQ(Applied().waiting_for_nodes(), 1);
    ASSERT_NE(core_->decisions(call_).Find(a_.IdOf(1)), nullptr);
  }
  void ExpectForgotten(const std::string& why) {
    EXPECT_EQ(core_->decisions(call_).Find(a_.IdOf(1)), nullptr);
    EXPECT_TRUE(core_->decisions(call_).UnderWayAt(a_.id()).IsZero());
    EXPECT_THAT(warnings(), Contains(AllOf(HasSubstr(why), HasSubstr("apply the ranking again"))));
    ASSERT_TRUE(Restart().ok());
    EXPECT_EQ(core_->decisions(call_).Find(a_.IdOf(1)), nullptr) << "for good";
    for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  }
  // The node does what the decision says.
  void Obey(ScriptedNode& node, uint8_t number, const DecisionMade& made) {
    node.NoteAllotted(Amounts::FromProto(made.allotted()));
    if (made.decision().status() == kApproved) {
      node.Award(number, Amounts::FromProto(made.decision().award()));
    } else {
      node.Write(node.Changed(number, made.decision().status()));
    }
    Send(node);
  }
};

TEST_F(ApplyRanking, WaitsForWhatIsIdleAndThenDecidesEveryPlace) {
  JoinAll();
  Evaluated(a_, 1, 700, 4800);
  Evaluated(a_, 2, 700, 4000);
  Send(a_);
  Evaluated(b_, 1, 500, 4500);
  Evaluated(b_, 2, 100, 4900, /*good=*/false);
  Send(b_);
  EXPECT_FALSE(Apply().has_value()) << "300 are at the nodes";
  EXPECT_TRUE(core_->WantsTick());
  GiveBack(a_);
  GiveBack(b_);
  EXPECT_FALSE(answer().has_value());
  GiveBack(c_);
  const ApplyRankingResponse applied = Applied();
  EXPECT_FALSE(core_->WantsTick());
  EXPECT_EQ(applied.decisions(), 4);
  EXPECT_EQ(applied.waiting_for_nodes(), 0);
  ASSERT_EQ(applied.ranking().rows_size(), 4);
  EXPECT_EQ(applied.ranking().cut_rank(), 2);
  EXPECT_EQ(applied.ranking().new_award_cents(), 1200);
  EXPECT_EQ(applied.ranking().remaining_cents(), 0);
  EXPECT_THAT(Statuses(a_), ElementsAre(kApproved, kReserve));
  EXPECT_THAT(Statuses(b_), ElementsAre(kApproved, kRejected));
  const DecisionMade made = Decisions(a_)[0];
  EXPECT_EQ(made.decision().application_id(), a_.IdOf(1).bytes());
  EXPECT_EQ(made.decision().version(), 2u);
  EXPECT_EQ(made.decision().rank(), 1);
  EXPECT_EQ(made.decision().award().cents(), 700);
  EXPECT_EQ(made.allotted().cents(), 100 + 700) << "the total, which only grows";
  EXPECT_TRUE(Ledger().Available().IsZero());
  ExpectVerified();
  Obey(a_, 1, made);
  EXPECT_EQ(Ledger().Approved().cents(), 700);
  ExpectVerified();
}

TEST_F(ApplyRanking, TheDecisionIsOnTheStreamBeforeAnyTotalsThatHoldItsAllotment) {
  JoinAll();
  Evaluated(a_, 1, 700, 4800);
  Send(a_);
  Apply();
  GiveAllBack();
  Applied();
  Demand(a_, Amounts(2000, 0, 0));
  bool decided = false;
  for (const auto& message : StreamOf(a_).messages) {
    if (message.has_down_entry() && message.down_entry().has_decision()) decided = true;
    if (message.has_allotment() && message.allotment().allotted().cents() >= 800) {
      EXPECT_TRUE(decided);
    }
  }
  EXPECT_TRUE(decided);
  EXPECT_GT(StreamOf(a_).Allotments().back().allotted().cents(), 800);
}

TEST_F(ApplyRanking, MoneyOnItsWayWithADecisionIsNotCalledBack) {
  JoinAll();
  Evaluated(a_, 1, 1100, 4800);
  Send(a_);
  Apply();
  GiveAllBack();
  Applied();
  const size_t recalls = StreamOf(a_).Recalls().size();
  b_.Submit(1, Amounts(500, 1, 0));
  b_.Wait(1, Amounts(500, 1, 0), now_);
  Send(b_);
  EXPECT_THAT(StreamOf(a_).Recalls(), SizeIs(recalls)) << "a's 1100 are an award by now";
  ASSERT_TRUE(Restart().ok());
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  EXPECT_THAT(StreamOf(a_).Recalls(), IsEmpty()) << "which a restart does not forget";
  EXPECT_THAT(Statuses(a_), ElementsAre(kApproved)) << "and it is told again";
  Obey(a_, 1, Decisions(a_)[0]);
  EXPECT_EQ(core_->decisions(call_).Find(a_.IdOf(1)), nullptr);
  ExpectVerified();
}

// The node refuses a decision on what has changed meanwhile, and hands the allotment back.
TEST_F(ApplyRanking, AnApplicationThatChangedMeanwhileLeavesItsAllotmentToOthers) {
  JoinAll();
  Evaluated(a_, 1, 1200, 4800);
  Evaluated(b_, 1, 1200, 4500);
  Send(a_);
  Send(b_);
  Apply();
  GiveAllBack();
  EXPECT_EQ(Applied().decisions(), 2);
  EXPECT_THAT(Statuses(b_), ElementsAre(kReserve));
  const Amounts total = Amounts::FromProto(Decisions(a_)[0].allotted());
  a_.Withdraw(1);  // before the decision came
  a_.NoteAllotted(total);
  a_.HandBack(total);
  Send(a_);
  EXPECT_EQ(Ledger().Available().cents(), 1200);
  EXPECT_EQ(core_->decisions(call_).Find(a_.IdOf(1)), nullptr);
  Obey(b_, 1, Decisions(b_)[0]);
  ExpectVerified();
  ASSERT_TRUE(Apply().has_value()) << "nothing is idle anywhere";
  EXPECT_EQ(Applied().decisions(), 1);
  EXPECT_THAT(Statuses(b_), ElementsAre(kReserve, kApproved)) << "promoted from the reserve";
  ExpectVerified();
}

TEST_F(ApplyRanking, RunningItAgainDecidesNothingTwice) {
  JoinAll();
  Evaluated(a_, 1, 700, 4800);
  Evaluated(a_, 2, 700, 4000);
  Send(a_);
  Apply();
  GiveAllBack();
  EXPECT_EQ(Applied().decisions(), 2);
  ASSERT_TRUE(Apply().has_value());
  EXPECT_EQ(Applied().decisions(), 0) << "on their way";
  EXPECT_EQ(Applied().ranking().rows(0).outcome(), national::v1::RANK_OUTCOME_AWARDED);
  Obey(a_, 1, Decisions(a_)[0]);
  Obey(a_, 2, Decisions(a_)[1]);
  ASSERT_TRUE(Apply().has_value());
  EXPECT_EQ(Applied().decisions(), 0);
}

TEST_F(ApplyRanking, WhileItIsAppliedNothingElseIsServed) {
  JoinAll();
  Evaluated(a_, 1, 1200, 4800);
  Send(a_);
  EXPECT_FALSE(Apply().has_value());
  b_.Submit(1, Amounts(300, 1, 0));
  b_.Wait(1, Amounts(300, 1, 0), now_);
  Send(b_);
  Demand(c_, Amounts(300, 0, 0));
  EXPECT_EQ(Allotted(b_).cents(), 100);
  EXPECT_EQ(Allotted(c_).cents(), 100);
  const absl::optional<CentralReply> second = Ask(ApplyRankingCommand{call_, "", By("Juris")});
  EXPECT_EQ(second->status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(FaultCode(), "RANKING_IN_PROGRESS");
  EXPECT_EQ(Ask(CloseCallCommand{call_, By("Juris")})->status.code(), absl::StatusCode::kAborted);
  GiveAllBack();
  EXPECT_THAT(Statuses(a_), ElementsAre(kApproved));
}

TEST_F(ApplyRanking, WhatWaitsForFundsIsDecidedLikeAnyOther) {
  programme::v1::Call call = RankedCall(1200);
  call.mutable_allotment()->set_policy(programme::v1::ALLOTMENT_POLICY_CENTRAL_ONLY);
  Begin({call});
  Join(a_);
  Evaluated(a_, 1, 1100, 4000);
  a_.Wait(1, Amounts(1050, 1, 0), now_);  // approved by the region with a little less
  Evaluated(a_, 2, 1300, 4800);
  a_.Wait(2, Amounts(1300, 1, 0), now_);
  Send(a_);
  ASSERT_TRUE(Apply().has_value());
  EXPECT_THAT(Statuses(a_), ElementsAre(kReserve, kApproved));
  EXPECT_EQ(Decisions(a_)[1].decision().award().cents(), 1050);
  EXPECT_EQ(Ledger().Available().cents(), 150);
  ExpectVerified();
}

TEST_F(ApplyRanking, WhatItHasDecidedOnWaitsForFundsNoMore) {
  JoinAll();
  Evaluated(b_, 1, 1300, 4800);
  b_.Wait(1, Amounts(1300, 1, 0), now_);
  Send(b_);
  Apply();
  GiveAllBack();
  EXPECT_THAT(Statuses(b_), ElementsAre(kReserve));
  const Amounts before = Allotted(b_);
  national::v1::Change more;
  more.set_call(call_.value());
  more.mutable_limits()->set_budget_cents(3000);
  for (const char* actor : {"Dace", "Juris"}) Ask(ProposeCommand{more, By(actor)});
  ASSERT_EQ(Ledger().limits().amounts().cents(), 3000);
  EXPECT_EQ(Allotted(b_), before) << "1300 are there now, and not for this";
  ExpectVerified();
}

TEST_F(ApplyRanking, TheRankingThatWasLookedAtIsTheOneThatIsApplied) {
  JoinAll();
  Evaluated(a_, 1, 700, 4800);
  Evaluated(b_, 1, 700, 4500);
  Send(a_);
  Send(b_);
  Apply("another ranking's digest");
  GiveAllBack();
  ASSERT_TRUE(answer().has_value());
  EXPECT_EQ(answer()->status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(FaultCode(), "RANKING_CHANGED");
  EXPECT_THAT(Decisions(a_), IsEmpty());
  EXPECT_EQ(Ledger().Available().cents(), 1200);
  const std::string digest = [&] {
    Apply();
    return Applied().ranking().digest();
  }();
  EXPECT_EQ(digest.size(), 32u);
  ExpectVerified();
}

TEST_F(ApplyRanking, ANodeThatDoesNotHandBackIsWaitedForFiveSecondsAndItsMoneyLeftAlone) {
  JoinAll();
  Evaluated(a_, 1, 1100, 4800);
  Evaluated(a_, 2, 200, 4000);
  Evaluated(a_, 3, 900, 3900);
  Send(a_);
  EXPECT_FALSE(Apply().has_value());
  GiveBack(a_);
  GiveBack(b_);
  now_ += kSweepMost - absl::Milliseconds(1);
  Do(TimePassed{});
  EXPECT_FALSE(answer().has_value());
  now_ += absl::Milliseconds(1);
  Do(TimePassed{});
  EXPECT_EQ(Applied().decisions(), 3);
  EXPECT_THAT(Statuses(a_), ElementsAre(kApproved, kReserve, kReserve));
  EXPECT_EQ(Ledger().of(c_.id()).Headroom().cents(), 100);
  ExpectVerified();
}

TEST_F(ApplyRanking, AClockThatGoesBackHoldsNobodyUp) {
  JoinAll();
  Evaluated(a_, 1, 500, 4800);
  Send(a_);
  EXPECT_FALSE(Apply().has_value());
  now_ -= absl::Hours(1);
  Do(TimePassed{});
  EXPECT_TRUE(answer().has_value());
}

TEST_F(ApplyRanking, DecisionsForANodeThatIsAwayWaitForIt) {
  JoinAll();
  Evaluated(a_, 1, 500, 4800);
  Send(a_);
  Lose(a_);
  Apply();
  GiveBack(b_);
  GiveBack(c_);
  EXPECT_EQ(Applied().decisions(), 1);
  EXPECT_EQ(Applied().waiting_for_nodes(), 1);
  EXPECT_EQ(Ledger().Available().cents(), 1200 - 100 - 500) << "100 may be spent at a";
  Join(a_);
  EXPECT_THAT(Statuses(a_), ElementsAre(kApproved));
  Obey(a_, 1, Decisions(a_)[0]);
  EXPECT_EQ(Ledger().Approved().cents(), 500);
  ExpectVerified();
}

// A rejoin freezes what a decision has allotted: the node could not carry it out any more, and
// would have nothing to say about it.
TEST_F(ApplyRanking, DecisionsForANodeThatRejoinsAreTakenBack) {
  DecideWhileAwayFromA();
  a_.Rejoin("rejoined", Amounts(600, 0, 0));
  Join(a_);
  EXPECT_TRUE(StreamOf(a_).Admitted());
  EXPECT_THAT(Decisions(a_), IsEmpty());
  uint64_t number = 0;
  for (const auto& entry : StreamOf(a_).DownEntries()) EXPECT_EQ(entry.number(), ++number);
  EXPECT_EQ(number, 2u) << "its number is kept: the call, and what was the decision";
  ExpectForgotten("has rejoined");
  EXPECT_EQ(Ledger().of(a_.id()).frozen.cents(), 600);
  ASSERT_TRUE(Apply().has_value()) << "nothing is idle anywhere";
  EXPECT_EQ(Applied().decisions(), 1) << "it is decided anew, out of money that is there";
  Obey(a_, 1, Decisions(a_).at(0));
  EXPECT_EQ(Ledger().Approved().cents(), 500);
  ExpectVerified();
}

TEST_F(ApplyRanking, DecisionsForANodeThatIsRetiredAreTakenBack) {
  DecideWhileAwayFromA();
  national::v1::Change retirement;
  retirement.mutable_retire_node()->set_node("a");
  for (const char* actor : {"Dace", "Juris"}) Ask(ProposeCommand{retirement, By(actor)});
  EXPECT_EQ(Ledger().of(a_.id()).frozen.cents(), 600) << "it may have heard of it";
  ExpectForgotten("was retired");
  ASSERT_TRUE(Apply().has_value());
  EXPECT_EQ(Applied().ranking().rows_size(), 0) << "and takes no place of a municipality";
  ExpectVerified();
}

TEST_F(ApplyRanking, OneWhoGoesAwayMeanwhileIsNotWaitedFor) {
  JoinAll();
  Evaluated(a_, 1, 500, 4800);
  Send(a_);
  Apply();
  GiveBack(a_);
  GiveBack(b_);
  EXPECT_FALSE(answer().has_value());
  Lose(c_);
  EXPECT_EQ(Applied().decisions(), 1);
}

TEST_F(ApplyRanking, ItMustBeAllowedAndTheCallOpen) {
  programme::v1::Call call = RankedCall(1200);
  call.mutable_ranking()->set_apply_allowed(false);
  Begin({call});
  EXPECT_EQ(Apply()->status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FaultCode(), "RANKING_NOT_ALLOWED");
  EXPECT_EQ(Ask(ApplyRankingCommand{CallId("nobody-2024"), "", By("Dace")})->status.code(),
            absl::StatusCode::kNotFound);
  Begin({RankedCall(1200)});
  ASSERT_TRUE(Ask(CloseCallCommand{call_, By("Dace")})->status.ok());
  EXPECT_EQ(Apply()->status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FaultCode(), "CALL_CLOSED");
}

TEST_F(ApplyRanking, NodesThatGetNothingByThemselvesAreFundedByTheRankingAlone) {
  programme::v1::Call call = RankedCall(1200);
  call.mutable_allotment()->set_policy(programme::v1::ALLOTMENT_POLICY_CENTRAL_ONLY);
  Begin({call});
  Join(a_);
  Evaluated(a_, 1, 500, 4800);
  Evaluated(a_, 2, 800, 4700);
  Evaluated(a_, 3, 700, 4600);
  Send(a_);
  ASSERT_TRUE(Apply().has_value()) << "nothing to call back";
  EXPECT_THAT(Statuses(a_), ElementsAre(kApproved, kReserve, kApproved));
  for (size_t i = 0; i < 3; ++i) {
    Obey(a_, static_cast<uint8_t>(i + 1), Decisions(a_)[i]);
  }
  EXPECT_EQ(Ledger().Approved().cents(), 1200);
  a_.Withdraw(3);  // money returns
  a_.HandBack(Amounts(700, 0, 0));
  Send(a_);
  ASSERT_TRUE(Apply().has_value());
  EXPECT_EQ(Applied().decisions(), 0) << "700 do not cover 800";
  ExpectVerified();
}

}  // namespace
}  // namespace kopa::central
