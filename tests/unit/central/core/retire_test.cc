// Nodes that rejoin, nodes that are lost, and what becomes of the money that was frozen for it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "central/core/verify.h"
#include "common/base/status.h"
#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::Change;
using ::kopa::national::v1::Proposal;
using ::testing::HasSubstr;

class Frozen : public CentralFixture {
 protected:
  static Change Retirement(const ScriptedNode& node) {
    Change change;
    change.mutable_retire_node()->set_node(node.id().value());
    return change;
  }
  Change Release(const ScriptedNode& node, const Amounts& units = Amounts()) const {
    Change change;
    change.mutable_release_frozen()->set_node(node.id().value());
    if (units.IsZero()) return change;
    change.set_call(call_.value());
    *change.mutable_release_frozen()->mutable_units() = units.ToProto();
    return change;
  }
  CentralReply Propose(const Change& change, const std::string& actor) {
    return *Ask(ProposeCommand{change, By(actor)});
  }
  // By two people.
  Proposal Agreed(const Change& change) {
    EXPECT_TRUE(Propose(change, "Dace").status.ok());
    const CentralReply reply = Propose(change, "Juris");
    EXPECT_TRUE(reply.status.ok()) << reply.status;
    return reply.status.ok() ? std::get<Proposal>(reply.result) : Proposal();
  }
  static std::string FaultCode(const CentralReply& reply) {
    const auto faults = FaultsOf(reply.status);
    if (faults.empty()) return "";
    EXPECT_FALSE(faults[0].message.empty());
    EXPECT_FALSE(faults[0].message_lv.empty());
    return faults[0].code;
  }
  // `a_` connects and gets a first chunk of 1200 cents: 100 a twelfth part.
  Amounts JoinWithChunk() {
    Begin({TestCall(1200)});
    Join(a_);
    a_.NoteAllotted(Allotted(a_));
    Send(a_);
    return Allotted(a_);
  }
  // Both stores of `a_` opened under one epoch: fenced until one has rejoined.
  ScriptedNode FenceTwoCopies() {
    ScriptedNode twin = a_;
    Lose(a_);
    a_.Open("one");
    twin.Open("other");
    Join(a_);
    EXPECT_EQ(Greet(twin).Fence().reason(), national::v1::FENCE_REASON_TWO_COPIES);
    EXPECT_EQ(Connect(a_).Fence().reason(), national::v1::FENCE_REASON_TWO_COPIES);
    return twin;
  }
};

TEST_F(Frozen, WhatANodeFreezesAtARejoinIsOutAndNotSpendable) {
  const Amounts chunk = JoinWithChunk();
  ASSERT_FALSE(chunk.IsZero());
  Lose(a_);
  a_.Rejoin("rejoined", chunk);
  Join(a_);
  EXPECT_TRUE(StreamOf(a_).Admitted());
  EXPECT_EQ(Ledger().of(a_.id()).frozen, chunk);
  EXPECT_TRUE(Ledger().of(a_.id()).Headroom().IsZero());
  EXPECT_EQ(Ledger().Available().cents(), 1200 - chunk.cents());
  ExpectVerified();
}

TEST_F(Frozen, ANodeThatFreezesMoreThanItHasIsFenced) {
  const Amounts chunk = JoinWithChunk();
  a_.Freeze(chunk + Amounts(1, 0, 0));
  Send(a_);
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_OVERDRAWN);
  EXPECT_TRUE(Ledger().of(a_.id()).frozen.IsZero());
}

TEST_F(Frozen, AnAwardOutOfFrozenMoneyIsFenced) {
  const Amounts chunk = JoinWithChunk();
  a_.Submit(1, Amounts(100, 0, 0));
  Send(a_);
  Lose(a_);
  a_.Rejoin("rejoined", chunk);
  Join(a_);
  a_.Award(1, Amounts(100, 0, 0));
  Send(a_);
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_OVERDRAWN);
}

TEST_F(Frozen, OnlyARejoinLiftsTheFenceOfTwoCopies) {
  const Amounts chunk = JoinWithChunk();
  ScriptedNode twin = FenceTwoCopies();
  for (int opening = 0; opening < 5; ++opening) twin.Open("opened again");
  EXPECT_EQ(Connect(twin).Fence().reason(), national::v1::FENCE_REASON_TWO_COPIES)
      << "an older copy never gets in by being opened often enough";
  EXPECT_FALSE(StreamOf(twin).Admitted());
  a_.Rejoin("rejoined", chunk);
  a_.Open("started");
  Join(a_);
  EXPECT_TRUE(StreamOf(a_).Admitted());
  EXPECT_FALSE(Status(a_).record.fenced());
  EXPECT_FALSE(Status(a_).record.fence_sticky);
  EXPECT_EQ(Ledger().of(a_.id()).frozen, chunk);
  // The other copy is an old one from now on.
  Lose(a_);
  EXPECT_EQ(Connect(twin).Fence().reason(), national::v1::FENCE_REASON_OLD_EPOCH);
  ExpectVerified();
}

TEST_F(Frozen, OfTwoCopiesThatBothRejoinedNoneIsBelieved) {
  const Amounts chunk = JoinWithChunk();
  ScriptedNode twin = FenceTwoCopies();
  twin.RollBackTo(Status(a_).record.applied.seq.value() - 1);
  a_.Rejoin("one", chunk);
  Join(a_);
  Lose(a_);
  twin.Rejoin("other", chunk);
  EXPECT_EQ(Greet(twin).Fence().reason(), national::v1::FENCE_REASON_TWO_COPIES);
}

TEST_F(Frozen, AnEpochOfARejoinThatIsNoneIsABadRecord) {
  JoinWithChunk();
  national::v1::PublicRecord what;
  what.mutable_epoch_opened()->set_node("a");
  what.mutable_epoch_opened()->set_number(2);
  what.mutable_epoch_opened()->set_nonce("0123456789abcdef");
  what.mutable_epoch_opened()->set_rejoined(true);
  FoldChanges changes;
  NationalFold fold;
  national::v1::PublicRecord first = what;
  first.mutable_epoch_opened()->set_number(1);
  EXPECT_EQ(fold.Apply(NodeId("a"), EpochNumber(1), first, changes).code(),
            absl::StatusCode::kInvalidArgument);
  first.mutable_epoch_opened()->set_rejoined(false);
  EXPECT_TRUE(fold.Apply(NodeId("a"), EpochNumber(1), first, changes).ok());
  EXPECT_FALSE(fold.Apply(NodeId("a"), EpochNumber(2), what, changes).ok());
}

TEST_F(Frozen, ALostNodeIsRetiredByTwoPeople) {
  const Amounts chunk = JoinWithChunk();
  a_.Submit(1, Amounts(40, 0, 0));
  a_.Award(1, Amounts(40, 0, 0));
  Send(a_);
  EXPECT_EQ(FaultCode(Propose(Retirement(a_), "Dace")), "CONNECTED");
  Lose(a_);
  const CentralReply open = Propose(Retirement(a_), "Dace");
  ASSERT_TRUE(open.status.ok()) << open.status;
  EXPECT_THAT(std::get<Proposal>(open.result).what(), HasSubstr("retirement of a"));
  EXPECT_FALSE(Status(a_).record.fenced()) << "one person is not enough";
  EXPECT_TRUE(Propose(Retirement(a_), "Dace").status.ok());
  EXPECT_FALSE(Status(a_).record.fenced());
  const Proposal done = Agreed(Retirement(a_));
  EXPECT_EQ(done.state(), national::v1::PROPOSAL_STATE_CONFIRMED);
  EXPECT_EQ(Status(a_).record.fence_reason, national::v1::FENCE_REASON_RETIRED);
  EXPECT_EQ(Ledger().of(a_.id()).frozen, chunk - Amounts(40, 0, 0));
  EXPECT_EQ(Ledger().Approved().cents(), 40) << "its awards are awards";
  EXPECT_EQ(FaultCode(Propose(Retirement(a_), "Dace")), "RETIRED");
  ExpectVerified();
}

TEST_F(Frozen, NoStoreOfARetiredNodeIsLetInAgain) {
  JoinWithChunk();
  Lose(a_);
  Agreed(Retirement(a_));
  a_.Open("back");
  EXPECT_EQ(Greet(a_).Fence().reason(), national::v1::FENCE_REASON_RETIRED);
  EXPECT_THAT(StreamOf(a_).Fence().detail(), HasSubstr("retired"));
  a_.Rejoin("rejoined", Amounts());
  EXPECT_EQ(Greet(a_).Fence().reason(), national::v1::FENCE_REASON_RETIRED);
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(Greet(a_).Fence().reason(), national::v1::FENCE_REASON_RETIRED);
  ExpectVerified();
}

TEST_F(Frozen, WhatWaitsAtARetiredNodeHoldsNobodyUpAndItCountsForNoChunk) {
  const Amounts chunk = JoinWithChunk();
  EXPECT_EQ(chunk.cents(), 100) << "a twelfth, three nodes";
  a_.Submit(1, Amounts(5000, 0, 0));
  a_.Wait(1, Amounts(5000, 0, 0), now_);
  Send(a_);
  Lose(a_);
  Agreed(Retirement(a_));
  Join(b_);
  EXPECT_EQ(Allotted(b_).cents(), 1100 / 8) << "two nodes are left";
  b_.NoteAllotted(Allotted(b_));
  b_.Submit(1, Amounts(900, 0, 0));
  b_.Wait(1, Amounts(900, 0, 0), now_ + absl::Seconds(1));
  Send(b_);
  EXPECT_EQ(Allotted(b_).cents(), 900);
}

TEST_F(Frozen, ReleasedMoneyGoesBackToThePoolAndSettlesWhatWaits) {
  const Amounts chunk = JoinWithChunk();
  Lose(a_);
  Agreed(Retirement(a_));
  Join(b_);
  b_.NoteAllotted(Allotted(b_));
  b_.Submit(1, Amounts(1200, 0, 0));
  b_.Wait(1, Amounts(1200, 0, 0), now_);
  Send(b_);
  EXPECT_LT(Allotted(b_).cents(), 1200) << "what is frozen may have been spent";
  EXPECT_EQ(FaultCode(Propose(Release(a_, chunk + Amounts(1, 0, 0)), "Dace")), "ABOVE_FROZEN");
  EXPECT_EQ(FaultCode(Propose(Release(b_), "Dace")), "NOTHING_FROZEN");
  const Proposal part = Agreed(Release(a_, Amounts(30, 0, 0)));
  EXPECT_THAT(part.what(), HasSubstr("test-2024: 0.30 EUR"));
  EXPECT_EQ(Ledger().of(a_.id()).released.cents(), 30);
  EXPECT_LT(Allotted(b_).cents(), 1200);
  EXPECT_EQ(FaultCode(Propose(Release(a_, chunk), "Dace")), "ABOVE_FROZEN");
  Agreed(Release(a_));
  EXPECT_EQ(Ledger().of(a_.id()).released, chunk);
  EXPECT_EQ(Allotted(b_).cents(), 1200) << "the last cent is awardable again";
  EXPECT_EQ(FaultCode(Propose(Release(a_), "Dace")), "NOTHING_FROZEN");
  ExpectVerified();
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(Ledger().of(a_.id()).released, chunk);
  ExpectVerified();
}

// What the first person saw and attested, and nothing that was frozen since.
TEST_F(Frozen, WhatWasFrozenSinceIsNotReleasedByTwoAttestations) {
  const Amounts chunk = JoinWithChunk();
  Lose(a_);
  a_.Rejoin("rejoined", chunk);
  Join(a_);
  const CentralReply open = Propose(Release(a_), "Dace");
  ASSERT_TRUE(open.status.ok()) << open.status;
  const Proposal proposal = std::get<Proposal>(open.result);
  ASSERT_EQ(proposal.released_size(), 1);
  EXPECT_EQ(Amounts::FromProto(proposal.released(0).released()), chunk);
  Demand(a_, chunk + Amounts(50, 0, 0));
  const Amounts total = Allotted(a_);
  ASSERT_GT(total.cents(), chunk.cents());
  a_.NoteAllotted(total);
  Send(a_);
  Lose(a_);
  a_.Rejoin("once more", total);
  Join(a_);
  ASSERT_EQ(Ledger().of(a_.id()).frozen, total);
  EXPECT_EQ(FaultCode(Propose(Release(a_), "Juris")), "RELEASE_CHANGED");
  const auto settle = [&](national::v1::ProposalState state) {
    return *Ask(SettleProposalCommand{proposal.number(), state, By("Juris")});
  };
  EXPECT_EQ(FaultCode(settle(national::v1::PROPOSAL_STATE_CONFIRMED)), "RELEASE_CHANGED");
  EXPECT_TRUE(Ledger().of(a_.id()).released.IsZero());
  ASSERT_TRUE(settle(national::v1::PROPOSAL_STATE_WITHDRAWN).status.ok());
  Agreed(Release(a_));
  EXPECT_EQ(Ledger().of(a_.id()).released, total);
  ExpectVerified();
}

TEST_F(Frozen, WhatWasReleasedMeanwhileIsNotReleasedOnTop) {
  JoinWithChunk();
  Lose(a_);
  Agreed(Retirement(a_));
  ASSERT_TRUE(Propose(Release(a_, Amounts(40, 0, 0)), "Dace").status.ok());
  ASSERT_TRUE(Restart().ok());
  Agreed(Release(a_, Amounts(30, 0, 0)));
  EXPECT_EQ(FaultCode(Propose(Release(a_, Amounts(40, 0, 0)), "Juris")), "RELEASE_CHANGED");
  EXPECT_EQ(Ledger().of(a_.id()).released.cents(), 30);
  ExpectVerified();
}

// The copy does not know what was allotted after it, and the lost node can't tell.
TEST_F(Frozen, ANodeThatARestoredCentreNeverHeardFromMayHoldAllThatLiesNowhereElse) {
  JoinWithChunk();
  for (ScriptedNode* node : {&b_, &c_}) {
    Join(*node);
    node->NoteAllotted(Allotted(*node));
    Send(*node);
  }
  a_.Submit(1, Amounts(40, 0, 0));
  a_.Award(1, Amounts(40, 0, 0));
  Send(a_);
  auto copy = store_->Clone();
  b_.HandBack(Amounts(60, 0, 0));
  Send(b_);
  Demand(a_, Amounts(1200, 0, 0));
  ASSERT_GT(Allotted(a_).cents(), 100) << "and may have been awarded at once";
  store_ = std::move(copy);
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  Join(b_);
  const int64_t at_b = Ledger().of(b_.id()).Headroom().cents();
  const CentralReply open = Propose(Retirement(a_), "Dace");
  ASSERT_TRUE(open.status.ok()) << open.status;
  EXPECT_THAT(std::get<Proposal>(open.result).what(), HasSubstr("has not reported"));
  Agreed(Retirement(a_));
  EXPECT_EQ(Ledger().of(a_.id()).frozen.cents(), 1200 - at_b - 40)
      << "what c held may have come to it, too";
  Join(c_);
  EXPECT_FALSE(core_->state().recovering);
  EXPECT_TRUE(Ledger().Available().IsZero());
  Demand(b_, Amounts(1200, 0, 0));
  EXPECT_EQ(Ledger().of(b_.id()).Headroom().cents(), at_b) << "nothing is left to be given out";
  Agreed(Release(a_));
  EXPECT_EQ(Ledger().Approved().cents(), 40);
  EXPECT_EQ(Ledger().of(a_.id()).Headroom(), Amounts());
  EXPECT_GT(Ledger().of(b_.id()).Headroom().cents(), at_b);
  ExpectVerified();
  ASSERT_TRUE(Restart().ok());
  ExpectVerified();
}

TEST_F(Frozen, OneThatHasReportedToARestoredCentreHoldsWhatItSays) {
  const Amounts chunk = JoinWithChunk();
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  Join(a_);
  Lose(a_);
  Agreed(Retirement(a_));
  EXPECT_EQ(Ledger().of(a_.id()).frozen, chunk);
  EXPECT_EQ(Ledger().Available().cents(), 1200 - chunk.cents());
  ExpectVerified();
}

TEST_F(Frozen, AChangeThatMakesNoSenseIsRefused) {
  JoinWithChunk();
  Change change = Retirement(a_);
  change.mutable_retire_node()->set_node("nowhere");
  EXPECT_EQ(FaultCode(Propose(change, "Dace")), "UNKNOWN_NODE");
  change = Retirement(a_);
  change.set_call(call_.value());
  EXPECT_EQ(FaultCode(Propose(change, "Dace")), "BAD_CHANGE");
  change = Release(a_, Amounts(10, 0, 0));
  change.clear_call();
  EXPECT_EQ(FaultCode(Propose(change, "Dace")), "MISSING_FIELD");
  change = Release(a_, Amounts(-1, 0, 0));
  EXPECT_EQ(FaultCode(Propose(change, "Dace")), "BAD_CHANGE");
  change = Release(a_);
  change.set_call("nothing-2024");
  EXPECT_EQ(FaultCode(Propose(change, "Dace")), "UNKNOWN_CALL");
}

TEST_F(Frozen, WhatIsFrozenOrReleasedOtherwiseThanTheJournalSaysIsFound) {
  const Amounts chunk = JoinWithChunk();
  Lose(a_);
  Agreed(Retirement(a_));
  Agreed(Release(a_, Amounts(30, 0, 0)));
  ledger::Totals totals = Ledger().of(a_.id());
  totals.released = chunk;
  storage::WriteBatch batch;
  batch.Put(kLedger, LedgerKey(call_, a_.id()), totals.Serialize());
  ASSERT_TRUE(store_->Write(batch).ok());
  const auto response = Verify(*store_->Snapshot(), [] { return false; });
  ASSERT_TRUE(response.ok());
  EXPECT_FALSE(response->ok());
}

}  // namespace
}  // namespace kopa::central
