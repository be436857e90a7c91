// A core that comes back from its store is the core that went.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::testing::HasSubstr;

class Recovery : public NodeFixture {
 protected:
  void LiveALittle() {
    Publish(TestCall(call_.value(), 100'000, 50));
    Publish(TestCall("empty-2024", 5));
    Allot(Amounts(3000, 2, 0));
    Submit({"A-1", Amounts(1000, 1, 0)});
    Decide(Verb::kApprove, Evaluated("A-2", Amounts(1000, 1, 0)));
    Decide(Verb::kReject, Evaluated("A-3", Amounts(1000, 1, 0)));
    Decide(Verb::kWithdraw, Evaluated("A-4", Amounts(1000, 1, 0)));
    waiting_ = Evaluated("A-5", Amounts(2500, 1, 0));
    Decide(Verb::kApprove, waiting_);
    Recall(Amounts(500, 0, 0));
  }

  ApplicationId waiting_;
};

TEST_F(Recovery, ANewNodeBeginsWithEpochOne) {
  EXPECT_EQ(core_->state().epoch, EpochNumber(1));
  ASSERT_EQ(JournalRecords().size(), 1u);
  const national::v1::EpochOpened opened = Newest().epoch_opened();
  EXPECT_EQ(opened.node(), "zemgale");
  EXPECT_EQ(opened.number(), 1u);
  EXPECT_EQ(opened.nonce(), core_->state().epoch_nonce);
  ExpectVerified();
}

TEST_F(Recovery, EachOpeningIsANewEpochOfTheSameChain) {
  const std::string first = core_->state().epoch_nonce;
  Restart();
  EXPECT_EQ(core_->state().epoch, EpochNumber(2));
  EXPECT_NE(core_->state().epoch_nonce, first);
  EXPECT_EQ(JournalRecords().back().epoch(), 2u);
  EXPECT_EQ(JournalRecords().back().seq(), 2u);
  ExpectVerified();
}

TEST_F(Recovery, WhatCanBeSeenIsTheSameAsBefore) {
  LiveALittle();
  const auto figures = core_->Figures();
  const size_t applications = core_->applications();
  const NodeState state = core_->state();
  Restart();
  EXPECT_EQ(core_->applications(), applications);
  EXPECT_EQ(core_->state().head.seq, state.head.seq.Next()) << "the opening";
  EXPECT_EQ(core_->state().down_cursor, state.down_cursor);
  EXPECT_EQ(core_->state().incarnation, state.incarnation);
  const auto again = core_->Figures();
  ASSERT_EQ(again.size(), figures.size());
  for (const auto& before : figures) {
    const auto after = std::find_if(again.begin(), again.end(),
                                    [&](const auto& one) { return one.call == before.call; });
    ASSERT_NE(after, again.end());
    EXPECT_EQ(after->totals, before.totals);
    EXPECT_EQ(after->headroom, before.headroom);
    EXPECT_EQ(after->pending, before.pending);
  }
  ExpectVerified();
}

// One node's life, with a restart between any two commands or without.
class Life : public NodeFixture {
 public:
  explicit Life(bool restarts) : restarts_(restarts) {}

  std::pair<std::vector<ApplicationStatus>, ledger::Totals> Live() {
    std::vector<ApplicationId> ids;
    Publish(TestCall(call_.value(), 100'000, 50));
    Allot(Amounts(1500, 10, 0));
    for (const int64_t cents : {800, 900, 600, 300}) {
      Maybe();
      ids.push_back(Evaluated(absl::StrCat("A-", cents), Amounts(cents, 1, 0)));
      Maybe();
      Decide(Verb::kApprove, ids.back());
    }
    Maybe();
    Decide(Verb::kWithdraw, ids[0]);
    Maybe();
    Recall(Amounts(100, 0, 0));
    Maybe();
    Allot(Amounts(1800, 10, 0));
    std::vector<ApplicationStatus> statuses;
    for (const ApplicationId& id : ids) statuses.push_back(StatusOf(id));
    ExpectVerified();
    return {statuses, Totals()};
  }

 private:
  void TestBody() override {}
  void Maybe() {
    if (restarts_) Restart();
  }

  const bool restarts_;
};

TEST(RecoveredLife, ARestartBetweenAnyTwoCommandsChangesNoDecision) {
  const auto straight = Life(false).Live();
  const auto restarted = Life(true).Live();
  EXPECT_EQ(straight.first, restarted.first);
  EXPECT_EQ(straight.second, restarted.second);
}

TEST_F(Recovery, WhatWaitedIsFundedAfterTheRestart) {
  LiveALittle();
  Restart();
  EXPECT_EQ(StatusOf(waiting_), APPLICATION_STATUS_PENDING_FUNDS);
  Allot(Amounts(10'000, 5, 0));
  EXPECT_EQ(StatusOf(waiting_), APPLICATION_STATUS_APPROVED);
  ExpectVerified();
}

TEST_F(Recovery, TheStoreOfAnotherNodeIsRefused) {
  const auto core = NodeCore::Recover(NodeId("vidzeme-kurzeme"), *store_.Snapshot());
  EXPECT_EQ(core.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(core.status().message()), HasSubstr("zemgale"));
}

TEST_F(Recovery, WhatDoesNotParseIsDataLoss) {
  LiveALittle();
  const struct {
    storage::Family family;
    std::string key;
  } damages[] = {{kMeta, kNodeStateKey},
                 {kLedger, call_.value()},
                 {kHeader, std::string(waiting_.bytes())},
                 {kApplication, ApplicationKey(call_, waiting_)},
                 {kCall, call_.value()}};
  for (const auto& damage : damages) {
    const auto copy = store_.Clone();
    storage::WriteBatch batch;
    batch.Put(damage.family, damage.key, "\xff\xff");
    ASSERT_TRUE(copy->Write(batch).ok());
    const auto core = NodeCore::Recover(node_, *copy->Snapshot());
    EXPECT_EQ(core.status().code(), absl::StatusCode::kDataLoss) << damage.family;
  }
}

}  // namespace
}  // namespace kopa::node
