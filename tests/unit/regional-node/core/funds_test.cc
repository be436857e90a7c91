// Approvals beyond what the node holds: they wait in order, and are awarded as money comes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::kopa::national::v1::APPLICATION_STATUS_REJECTED;
using ::kopa::national::v1::APPLICATION_STATUS_RESERVE;
using ::kopa::national::v1::APPLICATION_STATUS_WITHDRAWN;
using ::testing::ElementsAre;

Amounts Cents(int64_t cents) { return Amounts(cents, 1, 0); }

class Funds : public NodeFixture {
 protected:
  Funds() { Begin(programme::v1::PENDING_POLICY_SKIP); }

  void Begin(programme::v1::PendingPolicy pending) {
    programme::v1::Call call = TestCall(call_.value(), 100'000);
    call.set_version(++version_);
    call.mutable_allotment()->set_pending(pending);
    Publish(call);
  }

  // Evaluated and approved, one command each.
  ApplicationId Approved(const std::string& reference, int64_t cents) {
    const ApplicationId id = Evaluated(reference, Cents(cents));
    last_ = Decide(Verb::kApprove, id);
    return id;
  }

  std::vector<ApplicationStatus> Statuses(const std::vector<ApplicationId>& ids) const {
    std::vector<ApplicationStatus> statuses;
    for (const ApplicationId& id : ids) statuses.push_back(StatusOf(id));
    return statuses;
  }

  DecisionReply last_;

 private:
  uint32_t version_ = 0;
};

TEST_F(Funds, BeyondHeadroomAnApprovalWaitsAndSpendsNothing) {
  Allot(Amounts(1000, 0, 0));
  const ApplicationId id = Approved("A-1", 1001);
  EXPECT_THAT(last_, Became(APPLICATION_STATUS_PENDING_FUNDS));
  const auto summary = Stored(id).summary();
  EXPECT_EQ(summary.pending().cents(), 1001);
  EXPECT_FALSE(summary.has_awarded());
  EXPECT_EQ(absl::FromUnixSeconds(summary.pending_since_time().seconds()), now_);
  EXPECT_EQ(PendingSum(), Cents(1001));
  EXPECT_EQ(Headroom(), Amounts(1000, 0, 0));
  ExpectVerified();
}

TEST_F(Funds, ApprovingWhatWaitsChangesNothing) {
  const ApplicationId id = Approved("A-1", 10);
  const size_t records = JournalRecords().size();
  EXPECT_THAT(Decide(Verb::kApprove, id), Became(APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_EQ(JournalRecords().size(), records);
  EXPECT_EQ(PendingSum(), Cents(10));
}

TEST_F(Funds, WhatWaitsIsAwardedInOrderWhenMoneyComes) {
  const std::vector<ApplicationId> ids = {Approved("A-1", 100), Approved("A-2", 100),
                                          Approved("A-3", 100)};
  Allot(Amounts(200, 0, 0));
  EXPECT_THAT(Statuses(ids), ElementsAre(APPLICATION_STATUS_APPROVED, APPLICATION_STATUS_APPROVED,
                                         APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_EQ(PendingSum(), Cents(100));
  const auto summary = Stored(ids[0]).summary();
  EXPECT_EQ(summary.awarded().cents(), 100);
  EXPECT_FALSE(summary.has_pending());
  EXPECT_FALSE(summary.has_pending_since_time());
  EXPECT_EQ(Stored(ids[0]).history().rbegin()->verb(), "fund");
  Allot(Amounts(300, 0, 0));
  EXPECT_EQ(StatusOf(ids[2]), APPLICATION_STATUS_APPROVED);
  EXPECT_TRUE(PendingSum().IsZero());
  ExpectVerified();
}

// The journal is the ledger, so the total that an award rests on stands before the award.
TEST_F(Funds, TheAllotmentIsJournalledBeforeItsFirstUse) {
  Approved("A-1", 100);
  Allot(Amounts(100, 0, 0));
  const auto records = PublicRecords();
  ASSERT_GE(records.size(), 2u);
  EXPECT_EQ(records[records.size() - 2].allotment_noted().allotted().cents(), 100);
  EXPECT_EQ(records.back().application_changed().summary().awarded().cents(), 100);
}

TEST_F(Funds, SkipLetsASmallerOneBehindALargerGoAhead) {
  const std::vector<ApplicationId> ids = {Approved("A-1", 500), Approved("A-2", 200),
                                          Approved("A-3", 400)};
  Allot(Amounts(300, 0, 0));
  EXPECT_THAT(Statuses(ids),
              ElementsAre(APPLICATION_STATUS_PENDING_FUNDS, APPLICATION_STATUS_APPROVED,
                          APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_THAT((Approved("A-4", 100), last_), Became(APPLICATION_STATUS_APPROVED));
}

TEST_F(Funds, StrictBlocksAllBehindTheFirst) {
  Begin(programme::v1::PENDING_POLICY_STRICT);
  const std::vector<ApplicationId> ids = {Approved("A-1", 500), Approved("A-2", 200)};
  Allot(Amounts(300, 0, 0));
  EXPECT_THAT(Statuses(ids),
              ElementsAre(APPLICATION_STATUS_PENDING_FUNDS, APPLICATION_STATUS_PENDING_FUNDS));
  const ApplicationId late = Approved("A-3", 100);
  EXPECT_THAT(last_, Became(APPLICATION_STATUS_PENDING_FUNDS)) << "a new one jumps no queue";
  Allot(Amounts(700, 0, 0));
  EXPECT_THAT(Statuses({ids[0], ids[1], late}),
              ElementsAre(APPLICATION_STATUS_APPROVED, APPLICATION_STATUS_APPROVED,
                          APPLICATION_STATUS_PENDING_FUNDS));
  Decide(Verb::kWithdraw, ids[0]);
  EXPECT_EQ(StatusOf(late), APPLICATION_STATUS_APPROVED);
  ExpectVerified();
}

TEST_F(Funds, WithdrawingTheFirstUnblocksAStrictQueue) {
  Begin(programme::v1::PENDING_POLICY_STRICT);
  const ApplicationId head = Approved("A-1", 500);
  const ApplicationId next = Approved("A-2", 200);
  Allot(Amounts(300, 0, 0));
  EXPECT_THAT(Decide(Verb::kWithdraw, head), Became(APPLICATION_STATUS_WITHDRAWN));
  EXPECT_EQ(StatusOf(next), APPLICATION_STATUS_APPROVED)
      << "it fits into what the node holds; nothing else would ever fund it";
}

TEST_F(Funds, WhatWaitsCanBeWithdrawnRejectedOrPutOnReserve) {
  const ApplicationId a = Approved("A-1", 100);
  const ApplicationId b = Approved("A-2", 200);
  const ApplicationId c = Approved("A-3", 300);
  EXPECT_THAT(Decide(Verb::kWithdraw, b), Became(APPLICATION_STATUS_WITHDRAWN));
  EXPECT_THAT(Decide(Verb::kReject, a), Became(APPLICATION_STATUS_REJECTED));
  EXPECT_THAT(Decide(Verb::kReserve, c), Became(APPLICATION_STATUS_RESERVE));
  EXPECT_TRUE(PendingSum().IsZero());
  EXPECT_FALSE(Stored(c).summary().has_pending());
  Allot(Amounts(1000, 0, 0));
  EXPECT_TRUE(Totals().Approved().IsZero());
  ExpectVerified();
}

TEST_F(Funds, WithdrawingAnApprovedOneFundsWhatWaits) {
  Allot(Amounts(1000, 0, 0));
  const ApplicationId holder = Approved("A-1", 1000);
  const ApplicationId waiting = Approved("A-2", 700);
  const ApplicationId small = Approved("A-3", 300);
  Decide(Verb::kWithdraw, holder);
  EXPECT_EQ(StatusOf(waiting), APPLICATION_STATUS_APPROVED);
  EXPECT_EQ(StatusOf(small), APPLICATION_STATUS_APPROVED);
  EXPECT_TRUE(Headroom().IsZero());
  ExpectVerified();
}

// The centre orders what waits by time and node alone, so a node's own order must be in the times.
TEST_F(Funds, ThoseOfOneMomentWaitInTheOrderOfTheirDecision) {
  std::vector<ApplicationId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Evaluated("A-" + std::to_string(i), Cents(100)));
  std::swap(ids[0], ids[4]);
  Do(Decision(Verb::kApprove, ids));
  const auto since = [&](size_t i) {
    const auto& time = Stored(ids[i]).summary().pending_since_time();
    return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  };
  for (size_t i = 1; i < ids.size(); ++i) EXPECT_LT(since(i - 1), since(i)) << i;
  now_ -= absl::Hours(1);  // a clock that jumped back
  const ApplicationId later = Approved("A-9", 100);
  ids.push_back(later);
  EXPECT_LT(since(4), since(5));
  Allot(Amounts(200, 0, 0));
  EXPECT_EQ(StatusOf(ids[0]), APPLICATION_STATUS_APPROVED);
  EXPECT_EQ(StatusOf(ids[1]), APPLICATION_STATUS_APPROVED);
  EXPECT_EQ(StatusOf(ids[2]), APPLICATION_STATUS_PENDING_FUNDS);
  Restart();
  Allot(Amounts(300, 0, 0));
  EXPECT_EQ(StatusOf(ids[2]), APPLICATION_STATUS_APPROVED) << "the order outlives a restart";
}

TEST_F(Funds, ARecallTakesHeadroomOnlyAndTowardsATotal) {
  Allot(Amounts(1000, 0, 0));
  Approved("A-1", 600);
  Recall(Amounts(300, 0, 0));
  EXPECT_EQ(Totals().handed_back, Amounts(300, 0, 0));
  EXPECT_EQ(Newest().handed_back().handed_back().cents(), 300);
  const size_t records = JournalRecords().size();
  Recall(Amounts(300, 0, 0));
  Recall(Amounts(100, 0, 0));
  EXPECT_EQ(JournalRecords().size(), records) << "old news is not journalled";
  Recall(Amounts(5000, 0, 0));
  EXPECT_EQ(Totals().handed_back, Amounts(400, 0, 0)) << "no more than it has";
  EXPECT_TRUE(Headroom().IsZero());
  ExpectVerified();
}

TEST_F(Funds, AnOldAllotmentChangesNothing) {
  Allot(Amounts(1000, 0, 0));
  const size_t records = JournalRecords().size();
  Allot(Amounts(1000, 0, 0));
  Allot(Amounts(10, 0, 0));
  EXPECT_EQ(JournalRecords().size(), records);
  EXPECT_EQ(Headroom(), Amounts(1000, 0, 0));
}

TEST_F(Funds, MoreIsAskedForWhenFourFifthsAreUsedAndTheCentreIsThere) {
  Allot(Amounts(1000, 0, 0));
  const ApplicationId used = Approved("A-1", 799);
  Connect();
  EXPECT_TRUE(core_->demands().empty()) << "79.9 %";
  Approved("A-2", 1);
  ASSERT_EQ(core_->demands().count(call_), 1u);
  EXPECT_EQ(core_->demands().at(call_), Amounts(1800, 0, 0)) << "what was used, on top";
  Disconnect();
  EXPECT_TRUE(core_->demands().empty());
  Connect();
  EXPECT_EQ(core_->demands().size(), 1u);
  Allot(Amounts(1800, 0, 0));
  EXPECT_TRUE(core_->demands().empty()) << "it came";
  Decide(Verb::kWithdraw, used);
  EXPECT_TRUE(core_->demands().empty());
}

TEST_F(Funds, WhileSomethingWaitsNothingIsAskedForAheadOfNeed) {
  Allot(Amounts(1000, 0, 0));
  Connect();
  Approved("A-1", 900);
  EXPECT_EQ(core_->demands().size(), 1u);
  Post(Decision(Verb::kApprove, {Evaluated("A-2", Cents(500))}));
  EXPECT_TRUE(core_->demands().empty()) << "the centre knows of it from the journal";
}

TEST_F(Funds, ARecallDoesNotStartAskingAgain) {
  Allot(Amounts(1000, 0, 0));
  Connect();
  Recall(Amounts(900, 0, 0));
  EXPECT_TRUE(core_->demands().empty());
  Recall(Amounts(1000, 0, 0));
  EXPECT_TRUE(core_->demands().empty());
}

TEST_F(Funds, FixedSharesAreNotAskedFor) {
  programme::v1::Call call = TestCall(call_.value(), 100'000);
  call.set_version(9);
  call.mutable_allotment()->set_policy(programme::v1::ALLOTMENT_POLICY_FIXED_SHARES);
  Publish(call);
  Allot(Amounts(1000, 0, 0));
  Connect();
  Approved("A-1", 1000);
  EXPECT_TRUE(core_->demands().empty());
}

TEST_F(Funds, AllUnitsOfAnAwardComeTogether) {
  programme::v1::Call call = TestCall(call_.value(), 100'000, 10);
  call.set_version(9);
  Publish(call);
  const ApplicationId id = Approved("A-1", 1000);
  Allot(Amounts(1000, 0, 0));
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_PENDING_FUNDS) << "there is no slot";
  Allot(Amounts(1000, 1, 0));
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_APPROVED);
}

}  // namespace
}  // namespace kopa::node
