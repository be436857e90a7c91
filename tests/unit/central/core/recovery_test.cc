// A core that comes back from its store, and how calls are published.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Recovery : public CentralFixture {
 protected:
  void LiveALittle() {
    Begin({TestCall(1000, 20)});
    for (ScriptedNode* node : {&a_, &b_, &c_}) {
      Join(*node);
      node->NoteAllotted(Allotted(*node));
    }
    a_.Submit(1, Amounts(100, 1, 0));
    a_.Award(1, Amounts(100, 1, 0));
    b_.Submit(1, Amounts(850, 2, 0));
    b_.Wait(1, Amounts(850, 2, 0), now_);
    c_.Submit(1, Amounts(20, 1, 0));
    c_.HandBack(Amounts(10, 0, 0));
    c_.Withdraw(1);
    for (const ScriptedNode* node : {&a_, &b_, &c_}) Send(*node);
  }
};

TEST_F(Recovery, WhatCanBeSeenIsTheSameAsBefore) {
  LiveALittle();
  const std::string before = Summary();
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(Summary(), before);
  for (const auto& [id, node] : core_->nodes()) EXPECT_FALSE(node.connected) << id;
  ExpectVerified();
}

TEST_F(Recovery, ASecondRestartWritesNothingNew) {
  LiveALittle();
  ASSERT_TRUE(Restart({TestCall(1000, 20)}).ok());
  const auto before = Contents();
  ASSERT_TRUE(Restart({TestCall(1000, 20)}).ok());
  EXPECT_EQ(Contents(), before);
}

TEST_F(Recovery, AfterARestartNodesGoOnWhereTheyWereAndWhatWaitsIsServed) {
  LiveALittle();
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(Greet(a_).messages.at(0).welcome().applied_seq(), a_.head().seq.value());
  for (const ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  ASSERT_THAT(StreamOf(c_).Recalls(), SizeIs(1)) << "for b's award of 850";
  EXPECT_EQ(StreamOf(c_).Recalls()[0].handed_back_target().cents(), 10 + 40);
  EXPECT_EQ(core_->state().incarnation, 1u);
}

TEST_F(Recovery, TheSameCallIsNotPublishedAgain) {
  Begin({TestCall(1000)});
  const auto version = core_->calls().at(call_).call().version();
  EXPECT_EQ(version, 1u);
  const Seq head = core_->state().head.seq;
  ASSERT_TRUE(Restart({TestCall(1000)}).ok());
  EXPECT_EQ(core_->calls().at(call_).call().version(), 1u);
  EXPECT_EQ(core_->state().head.seq, head);
}

TEST_F(Recovery, AChangedCallGetsANewVersionAndGoesIntoEveryDownLog) {
  Begin({TestCall(1000)});
  Join(a_);
  ASSERT_TRUE(Restart({TestCall(1500)}).ok());
  EXPECT_EQ(core_->calls().at(call_).call().version(), 2u);
  EXPECT_EQ(Ledger().limits().amounts().cents(), 1500);
  Join(a_);
  const auto entries = StreamOf(a_).DownEntries();
  ASSERT_THAT(entries, SizeIs(2)) << "its greeting said it had none";
  EXPECT_EQ(entries[0].number(), 1u);
  EXPECT_EQ(entries[0].call().call().version(), 1u);
  EXPECT_EQ(entries[1].number(), 2u);
  EXPECT_EQ(entries[1].call().call().version(), 2u);
  EXPECT_EQ(entries[1].incarnation(), 1u);
  ExpectVerified();
}

TEST_F(Recovery, ABudgetCannotFallBelowWhatIsOut) {
  LiveALittle();
  const int64_t out = 1000 - Ledger().Available().cents();
  const auto before = Contents();
  ASSERT_TRUE(Restart({TestCall(out - 1, 20)}).ok()) << "a file keeps nobody from starting";
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("can't fall below what is out")));
  EXPECT_EQ(Contents(), before);
  EXPECT_TRUE(Restart({TestCall(out, 20)}).ok());
  EXPECT_EQ(Ledger().Available().cents(), 0);
}

// Nodes may have awarded any number of what had no limit, also where the centre does not know it
// yet.
TEST_F(Recovery, WhatHadNoLimitCannotGetOne) {
  Begin({TestCall(1000)});
  ASSERT_TRUE(Restart({TestCall(1000, 100)}).ok());
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("there was no limit")));
  EXPECT_FALSE(Ledger().limits().limited(ledger::Unit::kInitiatives));
}

TEST_F(Recovery, ALimitCanBeLifted) {
  LiveALittle();
  ASSERT_TRUE(Restart({TestCall(1000)}).ok());
  for (const ScriptedNode* node : {&a_, &b_, &c_}) Join(*node);
  ExpectVerified();
  ASSERT_TRUE(Restart({TestCall(1000, 20)}).ok());
  EXPECT_FALSE(Ledger().limits().limited(ledger::Unit::kInitiatives)) << "and then not set again";
}

TEST_F(Recovery, ANodeThatIsAddedLaterHearsOfTheCallsThatWereThere) {
  programme::v1::Call other = TestCall(500);
  other.set_id("other-2024");
  Begin({TestCall(1000), other});
  node_ids_.push_back(NodeId("d"));
  ASSERT_TRUE(Restart({TestCall(1000), other}).ok());
  ScriptedNode d("d", call_);
  d.Open("n");
  Join(d);
  const auto entries = StreamOf(d).DownEntries();
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].number(), 1u);
  EXPECT_EQ(entries[1].number(), 2u);
  EXPECT_FALSE(Allotted(d).IsZero());
  ASSERT_TRUE(Restart({TestCall(1000), other}).ok());
  Join(d);
  EXPECT_THAT(StreamOf(d).DownEntries(), SizeIs(2)) << "once";
}

TEST_F(Recovery, ANodeThatIsNoLongerNamedIsStillKnown) {
  LiveALittle();
  node_ids_.pop_back();
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(core_->nodes().count(c_.id()), 1u) << "its money is";
  EXPECT_TRUE(Connect(c_).Admitted());
}

TEST_F(Recovery, WhatDoesNotParseIsDataLoss) {
  LiveALittle();
  const auto view = store_->Snapshot();
  for (const storage::Family family : {kMeta, kNode, kDown, kCall, kLedger, kSummary, kCell}) {
    const auto copy = store_->Clone();
    storage::WriteBatch batch;
    batch.Put(family, std::string(view->Scan(family, "", "")->key()), "\xff\xff");
    ASSERT_TRUE(copy->Write(batch).ok());
    const auto core = CentralCore::Recover(node_ids_, *copy->Snapshot());
    EXPECT_EQ(core.status().code(), absl::StatusCode::kDataLoss) << family;
  }
}

}  // namespace
}  // namespace kopa::central
