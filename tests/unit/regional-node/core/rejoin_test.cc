// A store that was restored from an old copy and what the centre has become the node's store again.

#include "regional-node/core/rejoin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/journal/epochs.h"
#include "regional-node/core/verify.h"
#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::kopa::national::v1::APPLICATION_STATUS_REJECTED;
using ::kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::kopa::national::v1::APPLICATION_STATUS_WITHDRAWN;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RejoinTest : public NodeFixture {
 protected:
  RejoinTest() {
    Publish(TestCall(call_.value(), 100'000, 50));
    Allot(Amounts(10'000, 20, 0));
    centre_allotted_ = Amounts(10'000, 20, 0);
  }

  // All that is journalled by now has reached the centre.
  void Drain() {
    centre_ = JournalRecords();
    centre_epoch_ = core_->state().epoch;
  }
  // An old copy takes the place of the store, or nothing does.
  void PutBack(const storage::MemoryStore* copy) {
    storage::WriteBatch batch;
    for (storage::Family family = 0; family < FamilyNames().size(); ++family) {
      const auto view = store_.Snapshot();
      for (const auto at = view->Scan(family, "", ""); at->Valid(); at->Next()) {
        batch.Delete(family, std::string(at->key()));
      }
      if (copy == nullptr) continue;
      const auto old = copy->Snapshot();
      for (const auto at = old->Scan(family, "", ""); at->Valid(); at->Next()) {
        batch.Put(family, std::string(at->key()), std::string(at->value()));
      }
    }
    ASSERT_TRUE(store_.Write(batch).ok());
    core_.reset();
  }
  RejoinRequest Request(size_t first = 0) const {
    RejoinRequest request;
    request.node = node_;
    request.now = now_;
    request.epoch_nonce = "nonce of rejoin!";
    request.centre.records.assign(centre_.begin() + static_cast<ptrdiff_t>(first), centre_.end());
    request.centre.allotted[call_] = centre_allotted_;
    request.centre.newest_epoch = centre_epoch_;
    request.centre.calls.push_back(TestCall(call_.value(), 100'000, 50));
    request.reseal = [](const ApplicationId&, uint32_t, const national::v1::JournalRecord& record,
                        const std::string& sealed, uint32_t next) -> absl::StatusOr<SealedParts> {
      SealedParts parts;
      parts.staff = absl::StrCat(sealed, " for version ", next);
      parts.commitments.staff = record.staff_commitment();
      return parts;
    };
    return request;
  }
  RejoinReport Rejoin(const RejoinRequest& request) {
    const auto plan = PlanRejoin(*store_.Snapshot(), request);
    EXPECT_TRUE(plan.ok()) << plan.status();
    if (!plan.ok()) return {};
    EXPECT_TRUE(store_.Write(plan->batch).ok());
    ExpectVerified();
    return plan->report;
  }
  RejoinReport Rejoin() { return Rejoin(Request()); }
  // The newest state of every application that the journal tells of.
  std::vector<RejoinFinding> FindingsOf(const RejoinReport& report, const ApplicationId& id) const {
    std::vector<RejoinFinding> findings;
    for (const RejoinedApplication& one : report.applications) {
      if (one.id == id) findings.push_back(one.finding);
    }
    return findings;
  }
  std::string StoredStaff(uint64_t seq) const {
    const auto staff = store_.Get(kJournalStaff, SeqKey(Seq(seq)));
    return staff.ok() ? *staff : "";
  }

  std::vector<national::v1::JournalRecord> centre_;
  EpochNumber centre_epoch_;
  Amounts centre_allotted_;
};

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
  EXPECT_THAT(FindingsOf(report, known), ::testing::ElementsAre(RejoinFinding::kDetailsMissing));
  EXPECT_EQ(StatusOf(lost), APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(Stored(lost).personal_seq(), 0u) << "its personal part is gone";
  EXPECT_THAT(FindingsOf(report, lost), ::testing::ElementsAre(RejoinFinding::kContentMissing));
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

TEST_F(RejoinTest, OwnRecordsThatTheCentreNeverSawAreJournalledAgain) {
  Drain();
  const ApplicationId own = Evaluated("A-1", Amounts(1000, 1, 0));
  const std::string staff = StoredStaff(Stored(own).history(1).seq());
  const auto copy = store_.Clone();
  Submit({"A-2", Amounts(500, 1, 0)});
  PutBack(copy.get());
  const RejoinReport report = Rejoin();
  EXPECT_EQ(report.refilled, 0u);
  EXPECT_EQ(report.rejournalled, 2u);
  EXPECT_THAT(FindingsOf(report, own), IsEmpty());
  Restart();
  EXPECT_EQ(StatusOf(own), APPLICATION_STATUS_EVALUATED);
  const region::v1::Application application = Stored(own);
  EXPECT_EQ(application.summary().version(), 2u) << "sealed parts open for their version";
  EXPECT_EQ(application.personal_version(), 1u);
  ASSERT_EQ(application.history_size(), 2);
  EXPECT_EQ(application.personal_seq(), application.history(0).seq());
  EXPECT_GT(application.history(0).seq(), centre_.size());
  EXPECT_EQ(application.history(1).verb(), "evaluate");
  EXPECT_EQ(*store_.Get(kJournalPrivate, SeqKey(Seq(application.personal_seq()))),
            "sealed person of A-1");
  EXPECT_EQ(StoredStaff(application.history(1).seq()), staff);
  EXPECT_EQ(application.evaluations_size(), 1);
  EXPECT_THAT(Decide(Verb::kReject, own), Became(APPLICATION_STATUS_REJECTED));
  ExpectVerified();
}

TEST_F(RejoinTest, OwnAwardsWaitForFundsInTheirOldOrder) {
  const ApplicationId first = Evaluated("A-1", Amounts(1000, 1, 0));
  const ApplicationId second = Evaluated("A-2", Amounts(2000, 1, 0));
  Drain();
  Decide(Verb::kApprove, second);
  Decide(Verb::kApprove, first);
  const auto copy = store_.Clone();
  Decide(Verb::kApprove, Evaluated("A-3", Amounts(7000, 1, 0)));  // what only the lost store knew
  PutBack(copy.get());
  const RejoinReport report = Rejoin();
  EXPECT_EQ(report.frozen.at(call_), centre_allotted_) << "all of it may be spent";
  EXPECT_THAT(FindingsOf(report, first), ::testing::ElementsAre(RejoinFinding::kAwardWaits));
  Restart();
  EXPECT_EQ(StatusOf(first), APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_EQ(StatusOf(second), APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_EQ(PendingSum(), Amounts(3000, 2, 0));
  EXPECT_TRUE(Totals().Approved().IsZero());
  Allot(centre_allotted_ + Amounts(2000, 1, 0));
  EXPECT_EQ(StatusOf(second), APPLICATION_STATUS_APPROVED) << "it was approved first";
  EXPECT_EQ(StatusOf(first), APPLICATION_STATUS_PENDING_FUNDS);
  Allot(centre_allotted_ + Amounts(3000, 2, 0));
  EXPECT_EQ(StatusOf(first), APPLICATION_STATUS_APPROVED);
  ExpectVerified();
}

TEST_F(RejoinTest, WhatWasDoneUnderAnOwnAwardWaitsWithIt) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  Drain();
  Decide(Verb::kApprove, id);
  Decide(Verb::kContract, id);
  const auto copy = store_.Clone();
  PutBack(copy.get());
  Rejoin();
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_EQ(Stored(id).summary().version(), 4u);
  EXPECT_EQ(Stored(id).summary().pending().cents(), 1000);
  Allot(centre_allotted_ + Amounts(1000, 1, 0));
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_APPROVED);
  EXPECT_THAT(Decide(Verb::kContract, id), Became(national::v1::APPLICATION_STATUS_CONTRACTED));
  ExpectVerified();
}

TEST_F(RejoinTest, AnAwardThatTheCentreKnowsStaysAnAward) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  Decide(Verb::kApprove, id);
  Drain();
  Decide(Verb::kContract, id);
  PutBack(store_.Clone().get());
  const RejoinReport report = Rejoin();
  EXPECT_THAT(FindingsOf(report, id), IsEmpty());
  EXPECT_EQ(report.frozen.at(call_), Amounts(9000, 19, 0));
  Restart();
  EXPECT_EQ(StatusOf(id), national::v1::APPLICATION_STATUS_CONTRACTED);
  EXPECT_EQ(Totals().Approved(), Amounts(1000, 1, 0));
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

TEST_F(RejoinTest, OfTwoHistoriesTheCentresIsKeptAndTheOthersChangeFollows) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  const auto copy = store_.Clone();
  Evaluate(id, "Eva", 4000);
  Drain();
  PutBack(copy.get());
  Restart();
  const ApplicationId own = Submit({"A-9", Amounts(700, 1, 0)}).id;
  Evaluate(id, "Ieva", 4500);
  Decide(Verb::kReject, id, "Juris");
  const RejoinReport report = Rejoin();
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_REJECTED) << "it can follow what the centre has";
  EXPECT_EQ(Stored(id).summary().version(), 3u);
  EXPECT_EQ(Stored(id).history_size(), 3);
  EXPECT_EQ(StoredStaff(Stored(id).history(2).seq()), "sealed decider and reason for version 3");
  EXPECT_EQ(StatusOf(own), APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(Stored(own).content().title(), "as first written");
  ExpectVerified();
}

TEST_F(RejoinTest, AChangeThatCantFollowIsNamed) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  const auto copy = store_.Clone();
  Decide(Verb::kWithdraw, id);
  Drain();
  PutBack(copy.get());
  Restart();
  Evaluate(id, "Eva", 4000);
  const RejoinReport report = Rejoin();
  Restart();
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_WITHDRAWN);
  EXPECT_THAT(FindingsOf(report, id), ::testing::Contains(RejoinFinding::kChangeDropped));
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
