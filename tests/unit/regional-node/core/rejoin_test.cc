// A store that was restored from an old copy and what the centre has become the node's store again.

#include "regional-node/core/rejoin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/journal/epochs.h"
#include "regional-node/core/verify.h"
#include "tests/unit/regional-node/core/rejoin_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::kopa::national::v1::APPLICATION_STATUS_WITHDRAWN;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(RejoinTest, AnOldCopyGetsBackWhatTheCentreHas) {
  const ApplicationId known = Evaluated("A-1", Amounts(1000, 1, 0));
  const auto copy = store_.Clone();
  Decide(Verb::kApprove, known);
  const ApplicationId lost = Submit({"A-2", Amounts(500, 1, 0)}).id;
  Drain();
  PutBack(copy.get());
  const RejoinReport report = Rejoin();
  EXPECT_TRUE(report.changed);
  EXPECT_EQ(report.refilled, 2u);
  EXPECT_EQ(report.rejournalled, 0u);
  EXPECT_EQ(report.common.value() + 2, centre_.size());
  Restart();
  EXPECT_EQ(StatusOf(known), APPLICATION_STATUS_APPROVED);
  EXPECT_EQ(Stored(known).content().title(), "as first written") << "it had arrived before";
  EXPECT_THAT(FindingsOf(report, known), ElementsAre(RejoinFinding::kDetailsMissing));
  EXPECT_EQ(StatusOf(lost), APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(Stored(lost).personal_seq(), 0u) << "its personal part is gone";
  EXPECT_THAT(FindingsOf(report, lost), ElementsAre(RejoinFinding::kContentMissing));
  EXPECT_EQ(Stored(known).history_size(), 3) << "one entry a version";
  EXPECT_EQ(Stored(lost).history_size(), 1);
  ExpectVerified();
}

TEST_F(RejoinTest, TheWholeHeadroomIsFrozenWhateverArrived) {
  const auto copy = store_.Clone();
  Decide(Verb::kApprove, Evaluated("A-1", Amounts(1000, 1, 0)));
  Drain();
  centre_allotted_ = Amounts(12'000, 25, 0);  // and the message of it was lost, or was not
  PutBack(copy.get());
  const RejoinReport report = Rejoin();
  EXPECT_EQ(report.frozen.at(call_), Amounts(11'000, 24, 0));
  Restart();
  EXPECT_TRUE(Headroom().IsZero());
  EXPECT_EQ(Totals().frozen, Amounts(11'000, 24, 0));
  Connect();
  const ApplicationId next = Evaluated("A-2", Amounts(100, 1, 0));
  Post(Decision(Verb::kApprove, {next}));
  EXPECT_EQ(StatusOf(next), APPLICATION_STATUS_PENDING_FUNDS);
  Allot(Amounts(12'100, 26, 0));
  EXPECT_EQ(StatusOf(next), APPLICATION_STATUS_APPROVED) << "new money is money";
  ExpectVerified();
}

// A centre that was restored from a copy has forgotten what it allotted; the store's own record of
// it is all that is left to say that it can have been spent.
TEST_F(RejoinTest, WhatTheStoreNotedAsAllottedIsFrozenWhereTheCentreHasForgottenIt) {
  Drain();
  Allot(Amounts(15'000, 30, 0));
  Decide(Verb::kApprove, Evaluated("A-1", Amounts(12'000, 1, 0)));
  PutBack(store_.Clone().get());
  const RejoinReport report = Rejoin();
  EXPECT_EQ(report.frozen.at(call_), Amounts(15'000, 30, 0));
  const auto records = PublicRecords();
  ASSERT_TRUE(records.at(centre_.size() + 1).has_allotment_noted()) << "so the centre learns of it";
  EXPECT_EQ(records.at(centre_.size() + 1).allotment_noted().allotted().cents(), 15'000);
  Restart();
  EXPECT_EQ(Totals().allotted, Amounts(15'000, 30, 0));
  EXPECT_TRUE(Headroom().IsZero());
  EXPECT_FALSE(Rejoin().changed);
}

TEST_F(RejoinTest, TheEpochIsOneThatNoCopyReachesByBeingOpened) {
  const auto copy = store_.Clone();
  for (int opening = 0; opening < 3; ++opening) Restart();
  Drain();
  PutBack(copy.get());
  RejoinRequest request = Request();
  request.fence_epoch = EpochNumber(17);
  const RejoinReport report = Rejoin(request);
  EXPECT_TRUE(journal::HasRejoinedSince(report.epoch, EpochNumber(1'000'000)));
  const auto records = PublicRecords();
  const auto opened = std::find_if(records.begin(), records.end(), [](const auto& record) {
    return record.epoch_opened().rejoined();
  });
  ASSERT_NE(opened, records.end());
  EXPECT_EQ(static_cast<size_t>(opened - records.begin()), centre_.size()) << "the very next";
  EXPECT_EQ(opened->epoch_opened().number(), report.epoch.value());
  EXPECT_TRUE((opened + 1)->has_headroom_frozen());
  Restart();
  EXPECT_EQ(core_->state().epoch, report.epoch.Next());
  EXPECT_FALSE(core_->state().fenced());
}

TEST_F(RejoinTest, AFenceIsLifted) {
  Drain();
  national::v1::Fence fence;
  fence.set_reason(national::v1::FENCE_REASON_TWO_COPIES);
  fence.set_detail("two copies live");
  Do(fence);
  ASSERT_TRUE(core_->state().fenced());
  RejoinRequest request = Request();
  request.is_newest = true;  // what the fence file says does not count then
  EXPECT_TRUE(Rejoin(request).changed);
  Restart();
  EXPECT_FALSE(core_->state().fenced());
}

TEST_F(RejoinTest, TwiceChangesNothing) {
  const auto copy = store_.Clone();
  Submit({"A-1", Amounts(500, 1, 0)});
  Drain();
  PutBack(copy.get());
  Rejoin();
  const auto before = Contents();
  const RejoinReport again = Rejoin();
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(Contents(), before);
  Restart();
  Drain();  // it has met the centre since
  RejoinRequest request = Request();
  request.is_newest = true;
  EXPECT_FALSE(Rejoin(request).changed);
}

TEST_F(RejoinTest, WhatTheStoreItselfTookBackIsFrozenToo) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  Decide(Verb::kApprove, id);
  Drain();
  Decide(Verb::kWithdraw, id);
  PutBack(store_.Clone().get());
  const RejoinReport report = Rejoin();
  EXPECT_EQ(report.frozen.at(call_), centre_allotted_);
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_WITHDRAWN);
  EXPECT_TRUE(Headroom().IsZero());
}

TEST_F(RejoinTest, AnEmptyStoreIsMadeOutOfWhatTheCentreHas) {
  const ApplicationId approved = Evaluated("A-1", Amounts(1000, 1, 0));
  Decide(Verb::kApprove, approved);
  Submit({"A-2", Amounts(500, 1, 0)});
  Drain();
  const Amounts headroom = Headroom();
  PutBack(nullptr);
  const RejoinReport report = Rejoin();
  EXPECT_EQ(report.common, Seq(0));
  EXPECT_EQ(report.refilled, centre_.size());
  EXPECT_EQ(report.applications.size(), 2u);
  Restart();
  EXPECT_EQ(core_->applications(), 2u);
  EXPECT_EQ(StatusOf(approved), APPLICATION_STATUS_APPROVED);
  EXPECT_EQ(Totals().Approved(), Amounts(1000, 1, 0));
  EXPECT_EQ(Totals().frozen, headroom);
  ExpectVerified();
}

TEST_F(RejoinTest, TheMoneyIsKnownEvenWhereACallIsNot) {
  Decide(Verb::kApprove, Evaluated("A-1", Amounts(1000, 1, 0)));
  Drain();
  PutBack(nullptr);
  RejoinRequest request = Request();
  request.centre.calls.clear();
  Rejoin(request);
  Restart();
  Publish(TestCall(call_.value(), 100'000, 50));
  Allot(centre_allotted_);
  EXPECT_TRUE(Headroom().IsZero()) << "frozen, not forgotten";
  EXPECT_EQ(Totals().Approved(), Amounts(1000, 1, 0));
  ExpectVerified();
}

TEST_F(RejoinTest, ARetryIsNotToldWhatIsNoLongerSo) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  Drain();
  const DecideCommand command = Decision(Verb::kApprove, {id});
  const DecideCommand retry = command;
  Do(command);
  ASSERT_TRUE(store_.Get(kRequest, std::string(command.request.id.bytes())).ok());
  Rejoin();
  EXPECT_FALSE(store_.Get(kRequest, std::string(command.request.id.bytes())).ok());
}

TEST_F(RejoinTest, RemarksMoveWithTheirRecords) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  Drain();
  Submit({"A-2", Amounts(1000, 1, 0)});
  NoteItem item;
  item.id = id;
  item.kind = national::v1::NOTE_KIND_DOCUMENT;
  item.sealed.personal = "a head";
  item.sealed.commitments.personal = journal::Commitment("salt", "a head");
  item.parts = {"part 0", "part 1"};
  NoteCommand command;
  command.request = NewRequest();
  command.items.push_back(item);
  const auto reply = Do(command);
  const Seq before = std::get<DecideReply>(reply.result).items.at(0).seq;
  Rejoin();
  Seq after;
  const auto records = JournalRecords();
  const auto parsed = PublicRecords();
  for (size_t i = 0; i < parsed.size(); ++i) {
    if (parsed[i].has_application_noted()) after = Seq(records[i].seq());
  }
  EXPECT_NE(after, before);
  EXPECT_FALSE(store_.Get(kDocument, NotedKey(id, before)).ok());
  EXPECT_EQ(*store_.Get(kDocument, NotedKey(id, after)), "a head");
  EXPECT_EQ(*store_.Get(kDocumentPart, DocumentPartKey(id, after, 1)), "part 1");
  EXPECT_FALSE(store_.Get(kDocumentPart, DocumentPartKey(id, before, 1)).ok());
}

TEST_F(RejoinTest, RefilledRecordsMissNoSealedParts) {
  const auto copy = store_.Clone();
  Submit({"A-1", Amounts(1000, 1, 0)});
  Drain();
  PutBack(copy.get());
  Rejoin();
  const SealCheck check = [](const ApplicationId&, uint32_t, const national::v1::JournalRecord&,
                             const std::string&, const std::string& staff) {
    return staff.empty() ? absl::DataLossError("it is gone") : absl::OkStatus();
  };
  const auto response = VerifyNode(node_, *store_.Snapshot(), 0, check);
  EXPECT_TRUE(response.ok()) << response.DebugString();
}

TEST_F(RejoinTest, WhatDoesNotFitIsRefused) {
  Submit({"A-1", Amounts(1000, 1, 0)});
  Drain();
  RejoinRequest request = Request();
  request.node = NodeId("vidzeme-kurzeme");
  EXPECT_EQ(PlanRejoin(*store_.Snapshot(), request).status().code(),
            absl::StatusCode::kFailedPrecondition);
  request = Request();
  request.centre.records.back().set_time_us(1);
  EXPECT_EQ(PlanRejoin(*store_.Snapshot(), request).status().code(), absl::StatusCode::kDataLoss)
      << "the centre's own chain is checked";
  PutBack(nullptr);
  request = Request(2);
  EXPECT_EQ(PlanRejoin(*store_.Snapshot(), request).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(RejoinTest, ADamagedJournalOfItsOwnIsNotBuiltOn) {
  Submit({"A-1", Amounts(1000, 1, 0)});
  Drain();
  storage::WriteBatch batch;
  batch.Delete(kJournal, SeqKey(Seq(1)));
  ASSERT_TRUE(store_.Write(batch).ok());
  const auto plan = PlanRejoin(*store_.Snapshot(), Request(2));
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(plan.status().message()), HasSubstr("empty one"));
}

}  // namespace
}  // namespace kopa::node
