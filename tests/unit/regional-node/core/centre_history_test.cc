// The node follows the centre's own journal and notices one that was rewritten.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/signing.h"
#include "regional-node/core/verify.h"
#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::JournalRecord;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Writes a centre's journal. A copy of it is a copied centre.
class ScriptedCentre {
 public:
  void Begin(uint64_t incarnation, const std::string& nonce) {
    incarnation_ = incarnation;
    nonce_ = nonce;
    national::v1::PublicRecord what;
    what.mutable_incarnation_begun()->set_counter(incarnation);
    what.mutable_incarnation_begun()->set_nonce(nonce);
    Write(what);
  }
  void Allot(int64_t cents) {
    national::v1::PublicRecord what;
    what.mutable_allotment_made()->set_node("zemgale");
    what.mutable_allotment_made()->set_call("test-2024");
    what.mutable_allotment_made()->mutable_allotted()->set_cents(cents);
    Write(what);
  }
  uint64_t incarnation() const { return incarnation_; }
  const std::string& nonce() const { return nonce_; }
  const journal::Head& head() const { return head_; }
  JournalRecord& record(uint64_t seq) { return records_.at(seq - 1); }
  void SignWith(const std::string& seed) { key_ = *SigningKey::FromSeed(seed); }
  const std::string& key() const { return key_.public_key(); }

  national::v1::CentreRecords From(uint64_t first) const {
    national::v1::CentreRecords message;
    for (size_t i = first - 1; i < records_.size(); ++i) *message.add_records() = records_[i];
    const JournalRecord& last = records_.back();
    message.set_signature(Sign({Seq(last.seq()), last.hash()}));
    return message;
  }
  national::v1::CentreHeartbeat Heartbeat(const journal::Head& head) const {
    national::v1::CentreHeartbeat heartbeat;
    heartbeat.set_head_seq(head.seq.value());
    heartbeat.set_head_hash(head.hash);
    heartbeat.set_signature(Sign(head));
    return heartbeat;
  }
  std::string Sign(const journal::Head& head) const {
    return key_.Sign(CentreHeadStatement(incarnation_, nonce_, head.seq, head.hash));
  }
  ScriptedCentre Copy() const {
    ScriptedCentre copy;
    copy.incarnation_ = incarnation_;
    copy.nonce_ = nonce_;
    copy.head_ = head_;
    copy.records_ = records_;
    return copy;
  }

 private:
  void Write(const national::v1::PublicRecord& what) {
    records_.push_back(journal::Append(head_, EpochNumber(incarnation_),
                                       absl::FromUnixSeconds(1'700'000'000), what, {}));
  }

  uint64_t incarnation_ = 0;
  std::string nonce_;
  journal::Head head_;
  std::vector<JournalRecord> records_;
  SigningKey key_ = *SigningKey::FromSeed(std::string(32, 'k'));
};

class FollowedCentre : public NodeFixture {
 protected:
  FollowedCentre() {
    Publish(TestCall(call_.value(), 1000));
    centre_.Begin(2, "nonce");
    for (int64_t cents : {100, 200, 300}) centre_.Allot(cents);
    EXPECT_EQ(Meet(centre_), absl::OkStatus());
    Do(centre_.From(1));
  }
  absl::Status Meet(const ScriptedCentre& centre) {
    return Do(LinkAdmitted{centre.incarnation(), centre.nonce(), centre.key(), centre.head(),
                           centre.Sign(centre.head())})
        .status;
  }
  const CentreHistory& Known() const { return core_->state().centre; }
  const std::string& Alarm() const { return core_->state().centre.alarm; }
  const journal::Head& Seen() const { return core_->state().centre.head; }
  bool VerifyFindsNoFault() const {
    const auto response = VerifyNode(node_, *store_.Snapshot(), 0, nullptr);
    for (const auto& check : response.checks()) {
      if (check.name() == "centre-history zemgale") return check.ok() && response.ok();
    }
    ADD_FAILURE() << response.DebugString();
    return false;
  }

  ScriptedCentre centre_;
};

TEST_F(FollowedCentre, IsFollowedAndTheHeadIsDurable) {
  EXPECT_EQ(Seen(), centre_.head());
  centre_.Allot(400);
  Do(centre_.From(3));  // some of it again
  EXPECT_EQ(Seen(), centre_.head());
  Restart();
  EXPECT_EQ(Seen(), centre_.head());
  EXPECT_THAT(Alarm(), IsEmpty());
  EXPECT_TRUE(VerifyFindsNoFault());
}

TEST_F(FollowedCentre, AGapIsNotFollowedAndIsNoAlarm) {
  const journal::Head before = Seen();
  for (int64_t cents : {400, 500}) centre_.Allot(cents);
  Do(centre_.From(6));
  EXPECT_EQ(Seen(), before);
  EXPECT_THAT(Alarm(), IsEmpty());
  Do(centre_.From(5));
  EXPECT_EQ(Seen(), centre_.head());
}

TEST_F(FollowedCentre, ARecordThatDoesNotFollowIsAnAlarmThatStays) {
  centre_.Allot(400);
  centre_.record(5).set_time_us(1);
  Do(centre_.From(5));
  EXPECT_THAT(Alarm(), HasSubstr("record 5"));
  Restart();
  EXPECT_EQ(Meet(centre_), absl::OkStatus());
  EXPECT_THAT(Alarm(), HasSubstr("record 5"));
  EXPECT_FALSE(VerifyFindsNoFault());
}

TEST_F(FollowedCentre, ARewrittenAndRechainedOneIsAnAlarmAtTheNextRecord) {
  ScriptedCentre rewritten;
  rewritten.Begin(2, "nonce");
  for (int64_t cents : {100, 999, 300, 400}) rewritten.Allot(cents);
  Do(rewritten.From(5));
  EXPECT_THAT(Alarm(), HasSubstr("does not follow"));
}

TEST_F(FollowedCentre, ARestoredCopyThatDeclaresItIsFollowedAnew) {
  ScriptedCentre copy;
  copy.Begin(2, "nonce");
  copy.Allot(100);
  copy.Begin(3, "later");
  for (int64_t cents : {200, 300, 400}) copy.Allot(cents);
  EXPECT_TRUE(Meet(copy).ok());
  EXPECT_EQ(Seen().seq, Seq(0));
  EXPECT_EQ(core_->state().down_cursor, 0u);
  Do(copy.From(1));
  EXPECT_EQ(Seen(), copy.head());
  EXPECT_THAT(Alarm(), IsEmpty()) << "what was after record 2 is declared lost by record 3";
}

TEST_F(FollowedCentre, ARewrittenOneThatBeginsANewIncarnationAfterwardsIsAnAlarm) {
  ScriptedCentre rewritten;
  rewritten.Begin(2, "nonce");
  for (int64_t cents : {100, 999, 300}) rewritten.Allot(cents);
  rewritten.Begin(3, "later");
  EXPECT_TRUE(Meet(rewritten).ok());
  Do(rewritten.From(1));
  EXPECT_THAT(Alarm(), HasSubstr("record 3 of the centre's journal is not the one"));
  EXPECT_EQ(Seen(), rewritten.head()) << "followed all the same";
  Restart();
  const CentreHistory::Seen& evidence = Known().evidence;
  EXPECT_EQ(evidence.incarnation, 2u);
  EXPECT_EQ(evidence.signed_head, centre_.head());
  EXPECT_TRUE(
      IsSignatureOf(evidence.public_key,
                    CentreHeadStatement(evidence.incarnation, evidence.incarnation_nonce,
                                        evidence.signed_head.seq, evidence.signed_head.hash),
                    evidence.signature))
      << "the centre can't deny what it had signed";
}

TEST_F(FollowedCentre, ANewIncarnationInPlaceOfTheLastRecordHidesNoRewritingBeforeIt) {
  for (int64_t cents : {400, 500, 600}) centre_.Allot(cents);
  Do(centre_.From(5));
  ScriptedCentre rewritten;
  rewritten.Begin(2, "nonce");
  for (int64_t cents : {100, 999, 300, 400, 500}) rewritten.Allot(cents);
  rewritten.Begin(3, "later");  // where the node has seen record 7
  EXPECT_TRUE(Meet(rewritten).ok());
  Restart();
  Do(rewritten.From(1));
  EXPECT_THAT(Alarm(), HasSubstr("record 3 of the centre's journal is not the one"));
}

TEST_F(FollowedCentre, WhatWasSignedIsLookedForThoughItWasNotShown) {
  ScriptedCentre other = centre_.Copy();
  centre_.Allot(400);
  Do(centre_.Heartbeat(centre_.head()));
  ASSERT_EQ(Known().signed_head.seq, Seq(5));
  other.Allot(999);
  other.Begin(3, "later");
  EXPECT_TRUE(Meet(other).ok());
  Do(other.From(1));
  EXPECT_THAT(Alarm(), HasSubstr("record 5 of the centre's journal is not the one"));
}

TEST_F(FollowedCentre, RestoresOneAfterAnotherAreEachFollowed) {
  ScriptedCentre copy = centre_.Copy();
  copy.Begin(3, "third");
  for (int64_t cents : {400, 500}) copy.Allot(cents);
  ScriptedCentre older;
  older.Begin(2, "nonce");
  older.Allot(100);
  older.Begin(3, "another third");
  older.Begin(4, "fourth");
  older.Allot(700);
  EXPECT_TRUE(Meet(copy).ok());
  Do(copy.From(1));
  EXPECT_TRUE(Meet(older).ok());
  Restart();
  Do(older.From(1));
  EXPECT_THAT(Alarm(), IsEmpty());
  EXPECT_EQ(Seen(), older.head());
  Restart();
  older.Begin(5, "fifth");
  EXPECT_TRUE(Meet(older).ok());
  Do(older.From(1));
  EXPECT_THAT(Alarm(), IsEmpty()) << "what the lost incarnations left is compared no more";
  EXPECT_TRUE(Known().before.empty());
}

TEST_F(FollowedCentre, ACentreThatWasMadeAnewIsNoRewrittenOne) {
  ScriptedCentre anew;
  anew.Begin(2, "another nonce");
  anew.Allot(999);
  anew.Begin(3, "later");
  EXPECT_TRUE(Meet(anew).ok());
  Do(anew.From(1));
  EXPECT_THAT(Alarm(), IsEmpty()) << "its first record declares all of the old one lost";
}

TEST_F(FollowedCentre, AShorterJournalOfTheSameIncarnationIsNotListenedTo) {
  ScriptedCentre forgetful;
  forgetful.Begin(2, "nonce");
  forgetful.Allot(100);
  EXPECT_FALSE(Meet(forgetful).ok());
  EXPECT_FALSE(core_->connected());
  EXPECT_THAT(Alarm(), HasSubstr("ends at 2; this node has seen it to 4"));
}

TEST_F(FollowedCentre, AnEarlierRecordThatIsShownOtherwiseIsAnAlarm) {
  ScriptedCentre other;
  other.Begin(2, "nonce");
  for (int64_t cents : {999, 200, 300}) other.Allot(cents);
  Do(other.From(2));
  EXPECT_THAT(Alarm(), HasSubstr("another record 2"));
}

TEST_F(FollowedCentre, WhatIsKeptOfItIsMissedWhereItIsGone) {
  storage::WriteBatch batch;
  batch.Delete(kCentreHash, SeqKey(Seq(3)));
  ASSERT_TRUE(store_.Write(batch).ok());
  EXPECT_EQ(NodeCore::Recover(node_, *store_.Snapshot()).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(FollowedCentre, ANewIncarnationLeavesTheAlarmStanding) {
  centre_.Allot(400);
  centre_.record(5).set_time_us(1);
  Do(centre_.From(5));
  ASSERT_FALSE(Alarm().empty());
  ScriptedCentre next;
  next.Begin(2, "nonce");
  for (int64_t cents : {100, 200, 300}) next.Allot(cents);
  next.Begin(3, "later");
  EXPECT_EQ(Meet(next), absl::OkStatus());
  Do(next.From(1));
  EXPECT_THAT(Alarm(), HasSubstr("record 5")) << "it must not be a way to be rid of it";
  EXPECT_EQ(Known().evidence.incarnation, 2u);
}

TEST_F(FollowedCentre, TheSameNumberWithAnotherNonceIsAnotherCentreAndIsNotListenedTo) {
  Allot(Amounts(100, 0, 0));
  ScriptedCentre other = centre_.Copy();
  other.Begin(2, "another nonce");
  EXPECT_EQ(Meet(other).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(core_->connected());
  EXPECT_THAT(Alarm(), HasSubstr("two centres"));
  Allot(Amounts(900, 0, 0));
  EXPECT_EQ(Totals().allotted, Amounts(100, 0, 0));
  Recall(Amounts(100, 0, 0));
  EXPECT_TRUE(Totals().handed_back.IsZero());
  const journal::Head before = Seen();
  Do(other.From(5));
  EXPECT_EQ(Seen(), before);
  EXPECT_TRUE(Meet(centre_).ok());
  Allot(Amounts(200, 0, 0));
  EXPECT_EQ(Totals().allotted, Amounts(200, 0, 0));
}

TEST_F(FollowedCentre, ALowerIncarnationIsNotListenedTo) {
  ScriptedCentre old;
  old.Begin(1, "first");
  EXPECT_FALSE(Meet(old).ok());
  EXPECT_THAT(Alarm(), HasSubstr("this node has met 2"));
  EXPECT_EQ(core_->state().incarnation, 2u);
}

TEST_F(FollowedCentre, AnIncarnationThatIsBegunOtherwiseThanItSaysIsAnAlarm) {
  centre_.Begin(2, "another nonce");
  Do(centre_.From(5));
  EXPECT_THAT(Alarm(), HasSubstr("begins another incarnation"));
}

TEST_F(FollowedCentre, WhatItsRecordsAllotIsSignedWithThem) {
  EXPECT_EQ(Known().signed_head, centre_.head());
  centre_.Allot(400);
  national::v1::CentreRecords records = centre_.From(5);
  Do(records);
  EXPECT_EQ(Known().signed_head, centre_.head());
  EXPECT_EQ(Known().signature, records.signature());
  centre_.Allot(500);
  records = centre_.From(6);
  records.clear_signature();
  Do(records);
  EXPECT_THAT(Alarm(), HasSubstr("signature of the centre's head 6"));
  EXPECT_EQ(Known().signed_head.seq, Seq(5));
}

TEST_F(FollowedCentre, WhoeverHasMetAnIncarnationCanShowThat) {
  ScriptedCentre next = centre_.Copy();
  next.Begin(3, "later");
  EXPECT_TRUE(Meet(next).ok());
  EXPECT_EQ(Known().signed_head, next.head());
  EXPECT_TRUE(IsSignatureOf(next.key(),
                            CentreHeadStatement(3, "later", next.head().seq, next.head().hash),
                            Known().signature));
}

TEST_F(FollowedCentre, SignedHeadsAreKept) {
  centre_.Allot(400);
  Do(centre_.Heartbeat(centre_.head()));
  EXPECT_EQ(core_->state().centre.signed_head, centre_.head());
  Restart();
  EXPECT_EQ(core_->state().centre.signed_head, centre_.head());
  EXPECT_EQ(core_->state().centre.signature.size(), kSignatureBytes);
  EXPECT_THAT(Alarm(), IsEmpty());
}

TEST_F(FollowedCentre, AWrongSignatureIsAnAlarm) {
  national::v1::CentreHeartbeat heartbeat = centre_.Heartbeat(centre_.head());
  heartbeat.set_head_seq(heartbeat.head_seq() + 1);
  Do(heartbeat);
  EXPECT_THAT(Alarm(), HasSubstr("signature"));
  EXPECT_EQ(core_->state().centre.signed_head, centre_.head());
}

TEST_F(FollowedCentre, ASignedHeadThatContradictsWhatIsShownIsAnAlarm) {
  ScriptedCentre other = centre_.Copy();
  other.Allot(999);
  Do(other.Heartbeat(other.head()));  // ahead of what was shown
  EXPECT_THAT(Alarm(), IsEmpty());
  centre_.Allot(400);
  Do(centre_.From(5));
  EXPECT_THAT(Alarm(), HasSubstr("not the one that the centre has signed"));
}

TEST_F(FollowedCentre, AnotherKeyIsAnAlarmAndNoRefusal) {
  ScriptedCentre same = centre_.Copy();
  same.SignWith(std::string(32, 'z'));
  EXPECT_TRUE(Meet(same).ok());
  EXPECT_TRUE(core_->connected());
  EXPECT_THAT(Alarm(), HasSubstr("another key"));
  same.Allot(400);
  Do(same.Heartbeat(same.head()));
  EXPECT_EQ(core_->state().centre.signed_head, same.head()) << "the new one is taken from now on";
}

}  // namespace
}  // namespace kopa::node
