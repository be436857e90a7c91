// Who is let in: greetings, proofs, fences, take-overs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Link : public CentralFixture {
 protected:
  Link() { Begin({TestCall(10'000)}); }

  std::vector<national::v1::PublicRecord> OwnRecords() const {
    std::vector<national::v1::PublicRecord> records;
    const auto view = store_->Snapshot();
    for (const auto at = view->Scan(kJournal, "", ""); at->Valid(); at->Next()) {
      national::v1::JournalRecord record;
      EXPECT_TRUE(record.ParseFromArray(at->value().data(), static_cast<int>(at->value().size())));
      EXPECT_TRUE(journal::ParsePublic(record, &records.emplace_back()).ok());
    }
    return records;
  }
};

TEST_F(Link, AGreetingIsAnsweredAndNothingElseHappensBeforeTheProof) {
  Stream& stream = Greet(a_);
  ASSERT_THAT(stream.messages, SizeIs(1));
  EXPECT_EQ(stream.messages[0].welcome().incarnation(), 1u);
  EXPECT_EQ(stream.messages[0].welcome().incarnation_nonce(), "nonce of the centre");
  EXPECT_EQ(stream.messages[0].welcome().applied_seq(), 0u);
  EXPECT_FALSE(Status(a_).connected);
  Send(a_, 1, 1);
  Demand(a_, Amounts(1000, 0, 0));
  EXPECT_THAT(stream.messages, SizeIs(1));
  EXPECT_EQ(Status(a_).record.applied.seq, Seq(0));
  EXPECT_TRUE(Allotted(a_).IsZero());
}

TEST_F(Link, TheProofAdmitsThenComeCallsThenMoney) {
  Stream& stream = Connect(a_);
  ASSERT_THAT(stream.messages, SizeIs(4));
  EXPECT_EQ(stream.messages[1].admitted().nodes(), 3);
  EXPECT_EQ(stream.messages[2].down_entry().number(), 1u);
  EXPECT_EQ(stream.messages[2].down_entry().call().call().id(), call_.value());
  EXPECT_TRUE(stream.messages[3].has_allotment());
  EXPECT_TRUE(Status(a_).connected);
  EXPECT_EQ(Status(a_).record.epoch, EpochNumber(1));
  EXPECT_EQ(OwnRecords()[2].node_admitted().node(), "a");
}

TEST_F(Link, AnUnknownNodeIsTurnedAwayWhateverItSends) {
  ScriptedNode stranger("stranger", call_);
  stranger.Open("n");
  Do(HelloCommand{Session(77), stranger.Hello()});
  Do(ProofCommand{Session(77), stranger.id(), stranger.ProofAt(0)});
  Do(RecordsCommand{Session(77), stranger.id(), stranger.Records(1, 1)});
  national::v1::Demand demand;
  demand.set_call(call_.value());
  Do(DemandCommand{Session(77), stranger.id(), demand});
  Do(SessionLost{Session(77), stranger.id()});
  EXPECT_EQ(core_->nodes().count(stranger.id()), 0u);
  Greet(stranger);
  EXPECT_EQ(StreamOf(stranger).end.code(), absl::StatusCode::kNotFound);
}

TEST_F(Link, AReconnectOfTheSameEpochIsNotJournalledAgain) {
  Join(a_);
  const size_t records = OwnRecords().size();
  Lose(a_);
  EXPECT_FALSE(Status(a_).connected);
  EXPECT_TRUE(Connect(a_).Admitted());
  EXPECT_EQ(OwnRecords().size(), records);
}

TEST_F(Link, EntriesThatTheNodeHasAreNotSentAgain) {
  Join(a_);
  Lose(a_);
  const auto reconnect = [&](uint64_t incarnation, uint64_t cursor) {
    national::v1::Hello hello = a_.Hello();
    hello.set_incarnation_seen(incarnation);
    hello.set_down_cursor(cursor);
    const Session session(1000 + incarnation * 10 + cursor);
    CentralEffects effects;
    core_->Step(now_, 1, HelloCommand{session, hello}, effects);
    core_->Step(now_, 2,
                ProofCommand{session, a_.id(), a_.ProofAt(Status(a_).record.applied.seq.value())},
                effects);
    size_t entries = 0;
    for (const Outgoing& outgoing : effects.outgoing) {
      const auto* message = std::get_if<national::v1::ConnectResponse>(&outgoing.what);
      if (message != nullptr && message->has_down_entry()) ++entries;
    }
    return entries;
  };
  EXPECT_EQ(reconnect(1, 1), 0u);
  EXPECT_EQ(reconnect(1, 0), 1u);
  EXPECT_EQ(reconnect(0, 1), 1u) << "a cursor of no incarnation";
}

TEST_F(Link, AJournalThatEndsBeforeTheCursorIsFenced) {
  a_.Submit(1, Amounts(100, 1, 0));
  Join(a_);
  Lose(a_);
  ScriptedNode restored = a_;
  restored.RollBackTo(1);
  restored.Open("second life");  // as many records, so give it one less
  restored.RollBackTo(1);
  EXPECT_EQ(Greet(restored).Fence().reason(), national::v1::FENCE_REASON_BEHIND);
  EXPECT_EQ(Status(a_).record.fence_reason, national::v1::FENCE_REASON_BEHIND);
  EXPECT_FALSE(Status(a_).connected);
  EXPECT_EQ(OwnRecords().back().node_fenced().reason(), national::v1::FENCE_REASON_BEHIND);
}

TEST_F(Link, AnotherRecordAtTheCursorIsFenced) {
  a_.Submit(1, Amounts(100, 1, 0));
  Join(a_);
  Lose(a_);
  ScriptedNode restored = a_;
  restored.RollBackTo(1);
  restored.Open("second life");
  restored.Submit(2, Amounts(100, 1, 0));
  EXPECT_EQ(Connect(restored).Fence().reason(), national::v1::FENCE_REASON_OTHER_HISTORY);
  EXPECT_FALSE(Status(a_).connected);
  EXPECT_EQ(Status(a_).record.epoch, EpochNumber(1)) << "its epoch was only claimed";
}

TEST_F(Link, AProofForAnotherPlaceIsFenced) {
  a_.Submit(1, Amounts(100, 1, 0));
  Join(a_);
  Lose(a_);
  Greet(a_);
  Do(ProofCommand{Status(a_).session, a_.id(), a_.ProofAt(1)});
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_OTHER_HISTORY);
}

TEST_F(Link, AnOldEpochIsFenced) {
  ScriptedNode old = a_;
  a_.Open("second");
  Join(a_);
  Lose(a_);
  EXPECT_EQ(Greet(old).Fence().reason(), national::v1::FENCE_REASON_OLD_EPOCH);
}

TEST_F(Link, ANodeThatFencedItselfIsNotLetIn) {
  national::v1::Hello hello = a_.Hello();
  hello.set_self_fenced(national::v1::FENCE_REASON_BEHIND_FENCE_FILE);
  Do(HelloCommand{Session(5), hello});
  EXPECT_EQ(Status(a_).record.fence_reason, national::v1::FENCE_REASON_BEHIND_FENCE_FILE);
  EXPECT_TRUE(Connect(a_).Admitted()) << "a sound store of the node may come back";
  EXPECT_FALSE(Status(a_).record.fenced());
}

TEST_F(Link, AFenceForAnOldCopyIsLiftedWhenTheRealNodeProvesItself) {
  ScriptedNode old = a_;
  a_.Submit(1, Amounts(100, 1, 0));
  Join(a_);
  Lose(a_);
  EXPECT_EQ(Greet(old).Fence().reason(), national::v1::FENCE_REASON_BEHIND);
  EXPECT_TRUE(Status(a_).record.fenced());
  Join(a_);
  EXPECT_TRUE(Status(a_).connected);
  EXPECT_FALSE(Status(a_).record.fenced());
}

TEST_F(Link, TwoLiveCopiesAreBothFencedForGood) {
  ScriptedNode copy = a_;
  a_.Open("this one");
  copy.Open("that one");
  Join(a_);
  Stream& real = StreamOf(a_);
  Stream& other = Greet(copy);
  EXPECT_EQ(other.Fence().reason(), national::v1::FENCE_REASON_TWO_COPIES);
  EXPECT_EQ(real.Fence().reason(), national::v1::FENCE_REASON_TWO_COPIES) << "both";
  EXPECT_FALSE(Status(a_).connected);

  for (const bool restarted : {false, true}) {
    if (restarted) {
      ASSERT_TRUE(Restart().ok());
    }
    ScriptedNode next = a_;
    next.Open("a later epoch does not help");
    EXPECT_EQ(Connect(next).Fence().reason(), national::v1::FENCE_REASON_TWO_COPIES) << restarted;
    EXPECT_EQ(Connect(a_).Fence().reason(), national::v1::FENCE_REASON_TWO_COPIES) << restarted;
    EXPECT_FALSE(Status(a_).connected);
  }
}

TEST_F(Link, ACopyThatKnocksWhileTheRealNodeIsConnectedDoesNotDisturbIt) {
  ScriptedNode old = a_;
  a_.Open("second");
  Join(a_);
  Do(HelloCommand{Session(900), old.Hello()});
  EXPECT_TRUE(Status(a_).connected);
  EXPECT_FALSE(Status(a_).record.fenced());
  a_.Submit(1, Amounts(100, 1, 0));
  Send(a_);
  EXPECT_EQ(Status(a_).record.applied.seq, a_.head().seq);
}

TEST_F(Link, ACopyThatKnocksBetweenGreetingAndProofDoesNotDisturbEither) {
  ScriptedNode old = a_;
  a_.Open("second");
  Join(a_);
  Lose(a_);
  Stream& real = Greet(a_);
  Do(HelloCommand{Session(900), old.Hello()});
  Do(ProofCommand{Status(a_).session, a_.id(), a_.ProofAt(Status(a_).record.applied.seq.value())});
  EXPECT_TRUE(real.Admitted());
  EXPECT_TRUE(Status(a_).connected);
}

TEST_F(Link, ANewerStreamOfTheSameNodeTakesOver) {
  Join(a_);
  Stream& old = StreamOf(a_);
  const Session old_session = Status(a_).session;
  Connect(a_);
  EXPECT_EQ(old.end.code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(StreamOf(a_).Admitted());

  // What still comes on the old stream is nobody's.
  a_.Submit(1, Amounts(100, 1, 0));
  Do(RecordsCommand{old_session, a_.id(), a_.Records(2, 2)});
  EXPECT_EQ(Status(a_).record.applied.seq, Seq(1));
  Do(SessionLost{old_session, a_.id()});
  EXPECT_TRUE(Status(a_).connected);
  Send(a_);
  EXPECT_EQ(Status(a_).record.applied.seq, Seq(2));
}

TEST_F(Link, AHigherEpochIsAcceptedWhereItsChainExtendsWhatWasApplied) {
  Join(a_);
  Lose(a_);
  a_.Submit(1, Amounts(100, 1, 0));
  a_.Open("second");
  Join(a_);
  EXPECT_EQ(Status(a_).record.epoch, EpochNumber(2));
  EXPECT_EQ(Status(a_).record.applied.seq, a_.head().seq);
  ExpectVerified();
}

// Another opening of a store that is alive is a copy of it; a node that was killed is missed soon.
TEST_F(Link, AHigherEpochWaitsUntilTheLiveStoreIsGone) {
  Join(a_);
  const Session live = Status(a_).session;
  ScriptedNode next = a_;
  next.Open("second");
  EXPECT_EQ(Greet(next).end.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Status(a_).connected);
  EXPECT_EQ(Status(a_).session, live);
  EXPECT_FALSE(Status(a_).record.fenced());
  Do(SessionLost{live, a_.id()});
  EXPECT_TRUE(Connect(next).Admitted());
}

TEST_F(Link, AClaimedEpochAloneShutsNobodyOut) {
  Join(a_);
  Lose(a_);
  ScriptedNode liar = a_;
  for (int i = 0; i < 5; ++i) liar.Open("liar");
  Greet(liar);  // claims epoch 6 and never proves it
  EXPECT_TRUE(Connect(a_).Admitted());
}

}  // namespace
}  // namespace kopa::central
