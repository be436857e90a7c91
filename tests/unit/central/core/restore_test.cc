// A centre that was restored from an old copy: it is noticed, and nothing is given out before the
// nodes have said what they hold.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Restored : public CentralFixture {
 protected:
  static programme::v1::Call RankedCall() {
    programme::v1::Call call = TestCall(1200);
    call.mutable_ranking()->set_apply_allowed(true);
    call.mutable_ranking()->set_cut(programme::v1::PENDING_POLICY_SKIP);
    call.mutable_evaluation()->add_criteria()->set_id("quality");
    return call;
  }

  // All three are connected with a first chunk of 100, which they have noted.
  void JoinAll() {
    Begin({RankedCall()});
    for (ScriptedNode* node : {&a_, &b_, &c_}) {
      Join(*node);
      node->NoteAllotted(Allotted(*node));
      Send(*node);
    }
    SeeAll();
  }
  void SeeAll() {
    for (ScriptedNode* node : {&a_, &b_, &c_}) See(*node);
  }

  std::unique_ptr<storage::MemoryStore> Copy() const {
    auto copy = std::make_unique<storage::MemoryStore>(FamilyNames().size());
    storage::WriteBatch batch;
    const auto view = store_->Snapshot();
    for (size_t family = 0; family < FamilyNames().size(); ++family) {
      const auto at = view->Scan(static_cast<storage::Family>(family), "", "");
      for (; at->Valid(); at->Next()) {
        batch.Put(static_cast<storage::Family>(family), std::string(at->key()),
                  std::string(at->value()));
      }
    }
    EXPECT_TRUE(copy->Write(batch).ok());
    return copy;
  }
  // What the copy does not know: a got 300 more and awarded 400 in all.
  void LiveOn() {
    Demand(a_, Amounts(200, 0, 0));
    a_.NoteAllotted(Allotted(a_));
    while (Allotted(a_).cents() < 400) {
      Demand(a_, Allotted(a_) + Amounts(100, 0, 0));
      a_.NoteAllotted(Allotted(a_));
    }
    for (uint8_t number = 1; number <= 4; ++number) {
      a_.Submit(number, Amounts(100, 1, 0));
      a_.Award(number, Amounts(100, 1, 0));
    }
    Send(a_);
    SeeAll();
  }
  void PutBack(std::unique_ptr<storage::MemoryStore> copy) {
    store_ = std::move(copy);
    ASSERT_TRUE(Restart().ok());
  }
  void LiveOnAndPutBackTheCopy() {
    JoinAll();
    auto copy = Copy();
    LiveOn();
    PutBack(std::move(copy));
  }
  // An application under this call.
  static national::v1::PublicRecord Of(ScriptedNode node, const std::string& call) {
    national::v1::PublicRecord what = node.Changed(9, national::v1::APPLICATION_STATUS_SUBMITTED);
    what.mutable_application_changed()->mutable_summary()->set_call(call);
    return what;
  }
  Amounts AllottedInAll() const { return Ledger().limits().amounts() - Ledger().Available(); }
};

TEST_F(Restored, ANodeThatHasSeenMoreTellsAndANewIncarnationBegins) {
  LiveOnAndPutBackTheCopy();
  EXPECT_FALSE(core_->state().recovering) << "nobody has told yet";
  Greet(a_);
  EXPECT_EQ(core_->state().incarnation, 1u) << "it has shown nothing yet";
  EXPECT_EQ(Connect(a_).end.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(core_->state().incarnation, 2u);
  EXPECT_TRUE(core_->state().recovering);
  EXPECT_THAT(warnings(), Contains(HasSubstr("node a has seen record")));
  EXPECT_THAT(Status(a_).record.alarm, IsEmpty());
  EXPECT_THAT(core_->Awaited(), SizeIs(3));
  EXPECT_EQ(Greet(a_).messages.at(0).welcome().incarnation(), 2u);
  EXPECT_EQ(core_->state().incarnation, 2u) << "once is enough";
  EXPECT_EQ(Greet(b_).messages.at(0).welcome().incarnation(), 2u)
      << "what it saw of the one before is lost with that";
  ExpectVerified();
}

TEST_F(Restored, WhatTheCentreHasNotSignedIsNotBelieved) {
  JoinAll();
  const CentralState before = core_->state();
  const journal::Head ahead{before.head.seq.Next(), std::string(32, 'x')};
  const journal::Head other{before.head.seq, std::string(32, 'x')};
  const auto expect_refused = [&] {
    Lose(c_);
    const Stream& stream = Connect(c_);
    EXPECT_EQ(stream.end.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_FALSE(stream.Admitted());
    EXPECT_FALSE(Status(c_).connected);
    EXPECT_TRUE(Status(a_).connected) << "nobody else is stopped for it";
    EXPECT_EQ(core_->state().incarnation, 1u);
    EXPECT_FALSE(core_->state().recovering);
    EXPECT_THAT(Status(c_).record.alarm, HasSubstr("can't show the centre's signature"));
  };
  SeeOther(c_, 1, before.incarnation_nonce, ahead, /*is_signed=*/false);
  expect_refused();
  SeeOther(c_, 1, before.incarnation_nonce, other, /*is_signed=*/false);
  expect_refused();
  SeeOther(c_, 1, "another nonce", {}, /*is_signed=*/false);
  expect_refused();
  SeeOther(c_, 1'000'000, "far off", {}, /*is_signed=*/false);
  expect_refused();
  See(c_);
  EXPECT_TRUE(Connect(c_).Admitted()) << "but the alarm stays";
}

TEST_F(Restored, ASignatureIsOfOneIncarnationOnly) {
  JoinAll();
  const CentralState before = core_->state();
  SeeOther(c_, 1, before.incarnation_nonce, before.head);
  const national::v1::Hello told = c_.Hello();
  c_.SeeCentre(9, before.incarnation_nonce, before.head, told.centre_signature());
  EXPECT_EQ(Connect(c_).end.code(), absl::StatusCode::kFailedPrecondition);
  c_.SeeCentre(1, "another nonce", before.head, told.centre_signature());
  EXPECT_EQ(Connect(c_).end.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(core_->state().incarnation, 1u);
}

TEST_F(Restored, AStoreThatCantShowItsHistoryTellsNothing) {
  LiveOnAndPutBackTheCopy();
  ScriptedNode other("a", call_);
  other.Open("nonce of a");
  for (int64_t cents : {7, 8, 9}) other.NoteAllotted(Amounts(cents, 0, 0));
  const national::v1::Hello told = a_.Hello();
  other.SeeCentre(told.incarnation_seen(), told.incarnation_nonce_seen(),
                  {Seq(told.centre_seq_seen()), told.centre_hash_seen()}, told.centre_signature());
  EXPECT_EQ(Connect(other).Fence().reason(), national::v1::FENCE_REASON_OTHER_HISTORY);
  ScriptedNode behind = a_;
  behind.RollBackTo(1);
  EXPECT_EQ(Greet(behind).Fence().reason(), national::v1::FENCE_REASON_BEHIND);
  EXPECT_FALSE(core_->state().recovering);
  Connect(a_);
  EXPECT_TRUE(core_->state().recovering);
}

TEST_F(Restored, NoNumberOfRestoresLeadsThatFarAhead) {
  JoinAll();
  SeeOther(c_, 2 + kIncarnationJumpMax, "far off", {Seq(1), std::string(32, 'x')});
  EXPECT_EQ(Connect(c_).end.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Status(c_).record.alarm, HasSubstr("too far ahead"));
  EXPECT_EQ(core_->state().incarnation, 1u);
}

TEST_F(Restored, NothingIsAllottedUntilAllHaveReportedAndThenTheTotalsAreAsBefore) {
  LiveOnAndPutBackTheCopy();
  Connect(a_);
  b_.Submit(1, Amounts(900, 1, 0));
  b_.Wait(1, Amounts(900, 1, 0), now_);
  Join(b_);
  Demand(b_, Amounts(1200, 0, 0));
  EXPECT_EQ(Allotted(b_).cents(), 100) << "the copy thinks that 900 are left; a has spent 300";
  Join(a_);
  EXPECT_EQ(Allotted(a_).cents(), 400) << "what a has noted";
  EXPECT_EQ(Ledger().Approved().cents(), 400);
  EXPECT_THAT(core_->Awaited(), ElementsAre(c_.id()));
  EXPECT_THAT(StreamOf(a_).Recalls(), IsEmpty());
  EXPECT_EQ(Allotted(b_).cents(), 100);
  ExpectVerified();
  Join(c_);
  EXPECT_FALSE(core_->state().recovering);
  EXPECT_THAT(warnings(), Contains(HasSubstr("allots again")));
  EXPECT_EQ(Allotted(b_).cents(), 200) << "what it asked for meanwhile, by a chunk";
  EXPECT_EQ(AllottedInAll(), Amounts(700, 0, 0));
  EXPECT_EQ(Ledger().Approved().cents(), 400);
  ExpectVerified();
}

TEST_F(Restored, ANodeIsDoneOnlyWhenItsWholeJournalIsThere) {
  LiveOnAndPutBackTheCopy();
  Connect(a_);
  for (ScriptedNode* node : {&b_, &c_}) Join(*node);
  Connect(a_);
  Send(a_, Status(a_).record.applied.seq.Next().value(), a_.head().seq.value() - 1);
  EXPECT_TRUE(core_->state().recovering);
  Send(a_);
  EXPECT_FALSE(core_->state().recovering);
}

TEST_F(Restored, ItGoesOnWaitingAfterARestart) {
  LiveOnAndPutBackTheCopy();
  Connect(a_);
  Join(a_);
  Join(b_);
  ASSERT_TRUE(Restart().ok());
  EXPECT_TRUE(core_->state().recovering);
  EXPECT_THAT(core_->Awaited(), ElementsAre(c_.id())) << "who has reported need not do so again";
  Join(c_);
  EXPECT_FALSE(core_->state().recovering);
  ASSERT_TRUE(Restart().ok());
  EXPECT_FALSE(core_->state().recovering);
  EXPECT_EQ(core_->state().incarnation, 2u);
}

TEST_F(Restored, ARestoreByCommandBeginsANewIncarnationRightAway) {
  JoinAll();
  ASSERT_TRUE(Restart({RankedCall()}, /*restored=*/true).ok());
  EXPECT_EQ(core_->state().incarnation, 2u);
  EXPECT_THAT(core_->Awaited(), SizeIs(3));
  Join(a_);
  EXPECT_THAT(StreamOf(a_).DownEntries(), SizeIs(1)) << "the call, told again from number 1";
  EXPECT_EQ(StreamOf(a_).DownEntries()[0].incarnation(), 2u);
  EXPECT_EQ(StreamOf(a_).DownEntries()[0].number(), 1u);
  ExpectVerified();
}

TEST_F(Restored, AnEmptyStoreInPlaceOfALostOneLearnsEverythingFromTheNodes) {
  JoinAll();
  LiveOn();
  store_ = std::make_unique<storage::MemoryStore>(FamilyNames().size());
  ASSERT_TRUE(Restart({RankedCall()}, /*restored=*/true).ok());
  EXPECT_TRUE(core_->state().recovering);
  Connect(a_);
  EXPECT_EQ(core_->state().incarnation, 2u) << "the nodes have met another first one";
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  EXPECT_FALSE(core_->state().recovering);
  EXPECT_EQ(Allotted(a_).cents(), 400);
  EXPECT_EQ(Ledger().Approved().cents(), 400);
  ExpectVerified();
}

TEST_F(Restored, AnotherRecordWhereANodeHasSeenOneIsNoticed) {
  JoinAll();
  auto copy = Copy();
  LiveOn();
  PutBack(std::move(copy));
  // It runs on unnoticed until its journal is longer than what the nodes have seen.
  ScriptedNode unaware("b", call_);
  unaware.Open("nonce of b");
  unaware.NoteAllotted(Amounts(100, 0, 0));
  for (int epoch = 0; epoch < 40; ++epoch) {
    unaware.Open(absl::StrCat("epoch ", epoch));
    Join(unaware);
    Lose(unaware);
  }
  EXPECT_FALSE(core_->state().recovering);
  EXPECT_EQ(Connect(a_).end.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(warnings(), Contains(HasSubstr("another record")));
  EXPECT_EQ(core_->state().incarnation, 2u);
}

TEST_F(Restored, AHigherOrAnotherIncarnationIsNoticed) {
  JoinAll();
  SeeOther(a_, 7, "of the seventh", {});
  Connect(a_);
  EXPECT_EQ(core_->state().incarnation, 8u);
  SeeOther(b_, 8, "another eighth", {});
  Connect(b_);
  EXPECT_EQ(core_->state().incarnation, 9u);
  ExpectVerified();
}

TEST_F(Restored, EverySessionOfTheOldIncarnationEnds) {
  JoinAll();
  Stream& before = StreamOf(b_);
  const Session old_session = Status(b_).session;
  SeeOther(a_, 7, "of the seventh", {});
  Connect(a_);
  EXPECT_EQ(before.end.code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(Status(b_).connected);
  b_.Submit(1, Amounts(100, 1, 0));
  Do(RecordsCommand{old_session, b_.id(), b_.Records(3, 3)});
  EXPECT_EQ(Status(b_).record.applied.seq, Seq(2)) << "what still comes on the old stream";
}

TEST_F(Restored, ARetiredNodeIsNotWaitedFor) {
  JoinAll();
  national::v1::Change change;
  change.mutable_retire_node()->set_node("c");
  Lose(c_);
  for (const char* actor : {"Dace", "Juris"}) {
    const auto proposed = Ask(ProposeCommand{change, By(actor)});
    ASSERT_TRUE(proposed.has_value() && proposed->status.ok()) << proposed->status;
  }
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  EXPECT_THAT(core_->Awaited(), ElementsAre(a_.id(), b_.id()));
  for (ScriptedNode* node : {&a_, &b_}) Join(*node);
  EXPECT_FALSE(core_->state().recovering);
}

TEST_F(Restored, AFencedNodeIsWaitedForUntilItHasRejoined) {
  JoinAll();
  ScriptedNode copy = c_;
  copy.RollBackTo(1);
  Lose(c_);
  Greet(copy);
  ASSERT_TRUE(Status(c_).record.fenced());
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  for (ScriptedNode* node : {&a_, &b_}) Join(*node);
  EXPECT_THAT(core_->Awaited(), ElementsAre(c_.id()));
  Greet(copy);
  ASSERT_TRUE(Status(c_).record.fenced());
  EXPECT_THAT(core_->Awaited(), ElementsAre(c_.id()))
      << "what it was allotted after the copy may be spent all the same";
  c_.Rejoin("rejoined", Amounts(100, 0, 0));
  Join(c_);
  EXPECT_FALSE(core_->state().recovering);
  EXPECT_EQ(Ledger().of(c_.id()).frozen.cents(), 100);
  ExpectVerified();
}

TEST_F(Restored, RankingsAndLowerBudgetsMustWait) {
  JoinAll();
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  const auto applied = Ask(ApplyRankingCommand{call_, "", By("Dace")});
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(FaultsOf(applied->status).at(0).code, "CENTRE_RECOVERING");
  EXPECT_FALSE(FaultsOf(applied->status).at(0).message_lv.empty());
  programme::v1::Call lower = RankedCall();
  lower.mutable_limits()->set_budget_cents(1199);
  const auto loaded = Ask(LoadCallCommand{lower, By("Dace")});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Restart({lower}).ok()) << "a file does not keep it from starting";
  EXPECT_EQ(Ledger().limits().amounts().cents(), 1200);
}

TEST_F(Restored, ADecisionThatWasNotAnsweredIsDroppedAndSaidSo) {
  JoinAll();
  a_.Submit(1, Amounts(100, 1, 0));
  a_.Evaluate(1, 4000);
  Send(a_);
  Lose(a_);
  Ask(ApplyRankingCommand{call_, "", By("Dace")});
  now_ += kSweepMost;
  Do(CentralCore::Tick());
  ASSERT_NE(core_->decisions(call_).Find(a_.IdOf(1)), nullptr);
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  EXPECT_EQ(core_->decisions(call_).Find(a_.IdOf(1)), nullptr);
  EXPECT_THAT(warnings(), Contains(HasSubstr("apply the ranking again")));
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(core_->decisions(call_).Find(a_.IdOf(1)), nullptr) << "for good";
  ExpectVerified();
}

TEST_F(Restored, MoreThanTheBudgetIsReportedAndNothingIsAllottedUntilItFits) {
  LiveOnAndPutBackTheCopy();
  Connect(a_);
  c_.NoteAllotted(Amounts(1000, 0, 0));  // from a budget that the copy does not know
  c_.Submit(1, Amounts(950, 1, 0));
  c_.Award(1, Amounts(950, 1, 0));
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  EXPECT_FALSE(core_->state().recovering);
  EXPECT_TRUE(Ledger().IsOverdrawn());
  EXPECT_TRUE(Ledger().Available().IsZero());
  EXPECT_EQ(Ledger().Approved().cents(), 1350);
  EXPECT_THAT(warnings(), Contains(HasSubstr("more allotments than the budget has")));
  Demand(b_, Amounts(500, 0, 0));
  EXPECT_EQ(Allotted(b_).cents(), 100);
  ASSERT_TRUE(Restart().ok()) << "that is no broken invariant";
  EXPECT_TRUE(Ledger().Available().IsZero());
  Join(c_);
  programme::v1::Call more = RankedCall();
  more.mutable_limits()->set_budget_cents(3000);
  const auto loaded = Ask(LoadCallCommand{more, By("Dace")});
  ASSERT_TRUE(loaded.has_value() && loaded->status.ok()) << loaded->status;
  EXPECT_FALSE(Ledger().IsOverdrawn());
}

TEST_F(Restored, MoreThanTheCallHasIsNotTakenOverByItself) {
  JoinAll();
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  c_.NoteAllotted(Amounts(1300, 0, 0));
  c_.Submit(1, Amounts(1300, 1, 0));
  c_.Award(1, Amounts(1300, 1, 0));
  for (ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  EXPECT_EQ(StreamOf(c_).end.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(warnings(), Contains(HasSubstr("retire the node")));
  EXPECT_FALSE(Status(c_).record.fenced()) << "the call may have had more than the copy knows";
  EXPECT_EQ(Allotted(c_).cents(), 100);
  EXPECT_EQ(Ledger().Approved().cents(), 0);
  EXPECT_THAT(core_->Awaited(), ElementsAre(c_.id()));
  ASSERT_TRUE(Restart().ok());
  programme::v1::Call more = RankedCall();
  more.mutable_limits()->set_budget_cents(1600);
  ASSERT_TRUE(Ask(LoadCallCommand{more, By("Dace")})->status.ok());
  Join(c_);
  EXPECT_FALSE(core_->state().recovering);
  EXPECT_EQ(Allotted(c_).cents(), 1300);
  ExpectVerified();
}

TEST_F(Restored, WhatWasHandedBackOrFrozenMayHaveBeenAllottedAgain) {
  JoinAll();
  auto copy = Copy();
  a_.HandBack(Amounts(100, 0, 0));
  a_.NoteAllotted(Amounts(1200, 0, 0));
  a_.Rejoin("rejoined", Amounts(1100, 0, 0));
  a_.NoteAllotted(Amounts(2300, 0, 0));  // the frozen part was released
  PutBack(std::move(copy));
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  Join(a_);
  EXPECT_TRUE(StreamOf(a_).end.ok()) << StreamOf(a_).end;
  EXPECT_EQ(Allotted(a_).cents(), 2300);
}

TEST_F(Restored, WhatCanBeNoCallIsRefusedAndOnlySoMuchIsSaid) {
  JoinAll();
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  const size_t before = warnings().size();
  for (int number = 0; number < 40; ++number) {
    ScriptedNode liar = a_;
    liar.Write(Of(a_, absl::StrCat("made-up-", number)));
    Join(liar);
    EXPECT_EQ(StreamOf(a_).end.code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_EQ(warnings().size(), before + 16);
  a_.Write(Of(a_, "no\ncall"));
  Join(a_);
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_BAD_RECORD);
  EXPECT_EQ(warnings().size(), before + 16);
}

TEST_F(Restored, RecordsOfACallThatTheCopyDoesNotKnowWaitForIt) {
  JoinAll();
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  const ScriptedNode before = a_;
  a_.Write(Of(a_, "later-2024"));
  Join(a_);
  EXPECT_EQ(StreamOf(a_).end.code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(Status(a_).record.fenced()) << "it is not the node's fault";
  EXPECT_THAT(warnings(), Contains(HasSubstr("load the call again")));
  for (ScriptedNode* node : {&b_, &c_}) Join(*node);
  EXPECT_TRUE(core_->state().recovering);
  programme::v1::Call later = TestCall(500);
  later.set_id("later-2024");
  ASSERT_TRUE(Ask(LoadCallCommand{later, By("Dace")})->status.ok());
  Join(a_);
  EXPECT_FALSE(core_->state().recovering);
}

TEST_F(Restored, WithoutARestoreMoreThanWasAllottedIsStillRefused) {
  JoinAll();
  a_.NoteAllotted(Amounts(500, 0, 0));
  Send(a_);
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_OVERDRAWN);
  EXPECT_EQ(Allotted(a_).cents(), 100);
}

}  // namespace
}  // namespace kopa::central
