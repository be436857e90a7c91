// What the centre says: calls, incarnations, fences, and when a node may spend.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::testing::IsEmpty;

class Link : public NodeFixture {
 protected:
  static national::v1::DownEntry Entry(uint64_t incarnation, uint64_t number,
                                       const programme::v1::Call& call) {
    national::v1::DownEntry entry;
    entry.set_incarnation(incarnation);
    entry.set_number(number);
    *entry.mutable_call()->mutable_call() = call;
    return entry;
  }
  static programme::v1::Call Version(const std::string& id, uint32_t version,
                                     int64_t cents = 1000) {
    programme::v1::Call call = TestCall(id, cents);
    call.set_version(version);
    return call;
  }
  uint32_t KnownVersion(const std::string& id) const {
    for (const programme::v1::Call* call : core_->Definitions()) {
      if (call->id() == id) return call->version();
    }
    return 0;
  }
  void Fence(national::v1::FenceReason reason) {
    national::v1::Fence fence;
    fence.set_reason(reason);
    fence.set_detail("two copies live");
    Do(fence);
  }
};

TEST_F(Link, EntriesOfTheDownLogAreTakenOnceAndInOrder) {
  Connect(1, "n");
  Do(Entry(1, 2, Version("a", 1)));
  EXPECT_EQ(KnownVersion("a"), 0u) << "number 1 has not come yet";
  Do(Entry(1, 1, Version("a", 1)));
  Do(Entry(1, 1, Version("b", 1)));
  EXPECT_EQ(KnownVersion("b"), 0u) << "number 1 was there before";
  Do(Entry(1, 2, Version("b", 1)));
  EXPECT_EQ(KnownVersion("b"), 1u);
  EXPECT_EQ(core_->state().down_cursor, 2u);
  Restart();
  EXPECT_EQ(core_->state().down_cursor, 2u) << "the cursor is durable";
  EXPECT_EQ(KnownVersion("a"), 1u);
  EXPECT_EQ(KnownVersion("b"), 1u);
}

TEST_F(Link, AnEntryOfAnotherIncarnationIsNotTaken) {
  Connect(2, "n");
  Do(Entry(1, 1, Version("a", 1)));
  EXPECT_EQ(KnownVersion("a"), 0u);
  EXPECT_EQ(core_->state().down_cursor, 0u);
}

TEST_F(Link, ANewIncarnationBeginsTheDownLogAnew) {
  Connect(1, "n");
  Do(Entry(1, 1, Version("a", 1)));
  Connect(1, "n");
  EXPECT_EQ(core_->state().down_cursor, 1u) << "the same one again";
  Connect(2, "m");
  EXPECT_EQ(core_->state().incarnation, 2u);
  EXPECT_EQ(core_->state().down_cursor, 0u);
  Do(Entry(2, 1, Version("a", 2)));
  EXPECT_EQ(KnownVersion("a"), 2u);
  Connect(2, "another nonce");
  EXPECT_EQ(core_->state().down_cursor, 1u) << "the same number, but another centre";
  EXPECT_FALSE(core_->connected());
}

TEST_F(Link, AnOlderVersionOfACallDoesNotReplaceANewer) {
  Connect(1, "n");
  Do(Entry(1, 1, Version("a", 3)));
  Do(Entry(1, 2, Version("a", 2)));
  EXPECT_EQ(KnownVersion("a"), 3u);
  EXPECT_EQ(core_->state().down_cursor, 2u);
}

TEST_F(Link, ANewVersionOfACallAppliesAtOnce) {
  Connect(1, "n");
  Do(Entry(1, 1, Version(call_.value(), 1, 1000)));
  Allot(Amounts(500, 0, 0));
  Disconnect();
  const ApplicationId id = Evaluated("A-1", Amounts(600, 1, 0));
  EXPECT_THAT(Decide(Verb::kApprove, id), Became(APPLICATION_STATUS_PENDING_FUNDS));
  Do(Entry(1, 2, Version(call_.value(), 2, -1)));
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_APPROVED) << "there is no budget any more";
}

TEST_F(Link, MoneyForAnUnknownCallIsLeftAlone) {
  const size_t records = JournalRecords().size();
  Allot(Amounts(500, 0, 0));
  Recall(Amounts(500, 0, 0));
  EXPECT_EQ(JournalRecords().size(), records);
}

TEST_F(Link, WithoutTheFenceFilesWordNothingIsSpentBeforeTheProof) {
  Publish(TestCall(call_.value(), 1000));
  Allot(Amounts(1000, 0, 0));
  Restart(/*may_spend=*/false);
  const ApplicationId id = Evaluated("A-1", Amounts(600, 1, 0));
  EXPECT_THAT(Decide(Verb::kApprove, id), Became(APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_EQ(Headroom(), Amounts(1000, 0, 0));
  Connect();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_APPROVED);
  Disconnect();
  EXPECT_THAT(Decide(Verb::kApprove, Evaluated("A-2", Amounts(400, 1, 0))),
              Became(APPLICATION_STATUS_APPROVED))
      << "proved once, it may spend while away";
  ExpectVerified();
}

TEST_F(Link, AWithdrawalBeforeTheProofFundsNothing) {
  Publish(TestCall(call_.value(), 1000));
  Allot(Amounts(1000, 0, 0));
  const ApplicationId holder = Evaluated("A-1", Amounts(1000, 1, 0));
  Decide(Verb::kApprove, holder);
  const ApplicationId next = Evaluated("A-2", Amounts(1000, 1, 0));
  Decide(Verb::kApprove, next);
  Restart(/*may_spend=*/false);
  Decide(Verb::kWithdraw, holder);
  EXPECT_EQ(StatusOf(next), APPLICATION_STATUS_PENDING_FUNDS);
  Connect();
  EXPECT_EQ(StatusOf(next), APPLICATION_STATUS_APPROVED);
}

TEST_F(Link, AFencedNodeRefusesEveryChange) {
  Publish(TestCall(call_.value(), 1000));
  Allot(Amounts(1000, 0, 0));
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  const DecideCommand decision = Decision(Verb::kApprove, {id});
  EvaluateCommand evaluation;
  evaluation.items.push_back(MakeEvaluateItem(Stored(id), "Ivars", 4000));
  SubmitCommand submission;
  submission.call = call_;
  submission.items.push_back(MakeSubmitItem(call_, NewId(), {"A-2", Amounts(100, 1, 0)}));
  Connect();
  Fence(national::v1::FENCE_REASON_TWO_COPIES);
  EXPECT_FALSE(core_->connected());

  for (const bool restarted : {false, true}) {
    if (restarted) Restart();
    ASSERT_TRUE(core_->state().fenced());
    EXPECT_EQ(core_->state().fence_reason, national::v1::FENCE_REASON_TWO_COPIES);
    const auto before = Contents();
    for (const NodeCommand& command :
         {NodeCommand(decision), NodeCommand(evaluation), NodeCommand(submission)}) {
      const NodeReply reply = Do(command);
      EXPECT_EQ(reply.status.code(), absl::StatusCode::kFailedPrecondition);
      ASSERT_EQ(FaultsOf(reply.status).size(), 1u);
      EXPECT_EQ(FaultsOf(reply.status)[0].code, "NODE_FENCED");
    }
    Allot(Amounts(2000, 0, 0));
    Recall(Amounts(2000, 0, 0));
    Do(Entry(1, 2, Version("b", 1)));
    Connect();
    EXPECT_FALSE(core_->connected());
    EXPECT_EQ(Contents(), before);
  }
  ExpectVerified();
}

TEST_F(Link, TheFirstFenceReasonStays) {
  Fence(national::v1::FENCE_REASON_TWO_COPIES);
  Fence(national::v1::FENCE_REASON_BEHIND);
  EXPECT_EQ(core_->state().fence_reason, national::v1::FENCE_REASON_TWO_COPIES);
}

TEST_F(Link, ThoseWhoWaitWhenTheFenceComesAreAnswered) {
  Publish(TestCall(call_.value(), 1000));
  Connect();
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  const engine::Ticket ticket = Post(Decision(Verb::kApprove, {id}));
  Fence(national::v1::FENCE_REASON_TWO_COPIES);
  Pass(absl::Seconds(5));
  EXPECT_TRUE(TakeReply(ticket).has_value());
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_PENDING_FUNDS);
}

}  // namespace
}  // namespace kopa::node
