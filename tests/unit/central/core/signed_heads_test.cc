// Nodes sign how far their journals go: a history that was rewritten is told from that.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Amounts kOne(100, 1, 0);

class SignedHeads : public CentralFixture {
 protected:
  SignedHeads() {
    Begin({TestCall(10'000)});
    a_.SignWith(std::string(32, 'a'));
    a_.Submit(1, kOne);
    Join(a_);
  }
  const std::string& Alarm() const { return Status(a_).record.alarm; }
};

TEST_F(SignedHeads, TheNewestIsKeptAndIsNoAlarm) {
  SendHead(a_, a_.SignedHead(a_.head()));
  EXPECT_EQ(Status(a_).record.signed_head.seq, a_.head().seq);
  a_.Submit(2, kOne);
  SendHead(a_, a_.SignedHead(a_.head()));
  EXPECT_EQ(Status(a_).record.signed_head.seq, a_.head().seq) << "ahead of what is applied";
  Send(a_);
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(Status(a_).record.signed_head.hash, a_.head().hash);
  EXPECT_EQ(Status(a_).record.public_key.size(), 32u);
  EXPECT_THAT(Alarm(), IsEmpty());
  EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(SignedHeads, AWrongSignatureIsAnAlarmAndNotKept) {
  national::v1::NodeHeartbeat head = a_.SignedHead(a_.head());
  (*head.mutable_signature())[0] = static_cast<char>(head.signature()[0] ^ 1);
  SendHead(a_, head);
  SendHead(a_, head);
  EXPECT_THAT(Alarm(), HasSubstr("signature"));
  EXPECT_THAT(alarms(), SizeIs(1)) << "said once";
  EXPECT_EQ(Status(a_).record.signed_head.seq, Seq(0));
  EXPECT_TRUE(Status(a_).connected);
}

TEST_F(SignedHeads, AnotherKeyIsAnAlarmAndNoRefusal) {
  Lose(a_);
  a_.SignWith(std::string(32, 'b'));
  EXPECT_TRUE(Connect(a_).Admitted());
  EXPECT_THAT(Alarm(), HasSubstr("another key"));
  SendHead(a_, a_.SignedHead(a_.head()));
  EXPECT_EQ(Status(a_).record.signed_head.seq, a_.head().seq);
  ASSERT_TRUE(Restart().ok());
  EXPECT_THAT(Alarm(), HasSubstr("another key")) << "until somebody has looked into it";
}

TEST_F(SignedHeads, ARewrittenJournalIsFencedWithAnAlarm) {
  ScriptedNode rewritten = a_;
  a_.Submit(2, kOne);
  SendHead(a_, a_.SignedHead(a_.head()));
  Lose(a_);  // before the record went
  rewritten.Submit(3, kOne);
  Join(rewritten);
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_OTHER_HISTORY);
  EXPECT_THAT(Alarm(), HasSubstr("not the one that it signed"));
  EXPECT_EQ(Status(a_).record.applied.seq, Seq(2));
}

TEST_F(SignedHeads, ASignedHeadThatIsNotWhatWasDeliveredIsFencedWithAnAlarm) {
  journal::Head other = a_.head();
  other.hash[0] = static_cast<char>(other.hash[0] ^ 1);
  SendHead(a_, a_.SignedHead(other));
  EXPECT_EQ(StreamOf(a_).Fence().reason(), national::v1::FENCE_REASON_OTHER_HISTORY);
  EXPECT_THAT(Alarm(), HasSubstr("delivered"));
}

TEST_F(SignedHeads, AStoreThatEndsBeforeWhatItSignedIsFenced) {
  const ScriptedNode old = a_;
  a_.Submit(2, kOne);
  SendHead(a_, a_.SignedHead(a_.head()));
  Lose(a_);
  EXPECT_EQ(Greet(old).Fence().reason(), national::v1::FENCE_REASON_BEHIND)
      << "though it has all that was delivered";
  EXPECT_TRUE(Connect(a_).Admitted());
}

TEST_F(SignedHeads, ARejoinClearsTheAlarmAndWhatTheLostStoreSigned) {
  ScriptedNode old = a_;
  a_.Submit(2, kOne);
  SendHead(a_, a_.SignedHead(a_.head()));
  Lose(a_);
  old.Submit(3, kOne);
  Join(old);
  ASSERT_FALSE(Alarm().empty());
  old.RollBackTo(2);
  old.Rejoin("rejoined", Amounts());
  Join(old);
  EXPECT_TRUE(Status(a_).connected);
  EXPECT_THAT(Alarm(), IsEmpty());
  ExpectVerified();
}

TEST_F(SignedHeads, AnotherHistoryAtTheProofIsAnAlarmToo) {
  Lose(a_);
  ScriptedNode other("a", call_);
  other.Open("nonce of a");
  other.Submit(7, kOne);
  EXPECT_EQ(Connect(other).Fence().reason(), national::v1::FENCE_REASON_OTHER_HISTORY);
  EXPECT_THAT(Alarm(), HasSubstr("not the one that the centre has applied"));
}

}  // namespace
}  // namespace kopa::central
