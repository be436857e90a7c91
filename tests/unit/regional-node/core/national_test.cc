// What the centre decides for all regions, taken over by a node.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::kopa::national::v1::APPLICATION_STATUS_REJECTED;
using ::kopa::national::v1::APPLICATION_STATUS_RESERVE;

constexpr Amounts kAward(1000, 1, 0);

class National : public NodeFixture {
 protected:
  National() {
    Publish(TestCall(call_.value(), 100'000, 10));
    id_ = Evaluated("A-1", kAward);
  }

  // `allotted` is the total after it; zero award: none.
  void Rank(const ApplicationId& id, ApplicationStatus status, const Amounts& award,
            const Amounts& allotted, uint32_t version = 0) {
    national::v1::DownEntry entry;
    entry.set_incarnation(core_->state().incarnation);
    entry.set_number(core_->state().down_cursor + 1);
    auto* made = entry.mutable_decision();
    made->set_node(node_.value());
    made->set_call(call_.value());
    *made->mutable_allotted() = allotted.ToProto();
    auto* decision = made->mutable_decision();
    decision->set_application_id(std::string(id.bytes()));
    decision->set_version(version != 0 ? version : Stored(id).summary().version());
    decision->set_status(status);
    if (!award.IsZero()) *decision->mutable_award() = award.ToProto();
    Do(CommandOf(*store_.Snapshot(), entry));
  }

  ApplicationId id_;
};

TEST_F(National, AllotmentAndAwardAreTakenOverTogether) {
  Rank(id_, APPLICATION_STATUS_APPROVED, kAward, kAward);
  EXPECT_EQ(StatusOf(id_), APPLICATION_STATUS_APPROVED);
  EXPECT_EQ(Totals().Approved(), kAward);
  EXPECT_TRUE(Headroom().IsZero());
  EXPECT_EQ(Stored(id_).history(Stored(id_).history_size() - 1).verb(), "rank-award");
  ExpectVerified();
}

// The money was meant for the ranked one, however long another has waited.
TEST_F(National, WhatWaitsCanNotTakeIt) {
  const ApplicationId waiting = Evaluated("B-1", kAward);
  EXPECT_THAT(Decide(Verb::kApprove, waiting), Became(APPLICATION_STATUS_PENDING_FUNDS));
  Rank(id_, APPLICATION_STATUS_APPROVED, kAward, kAward);
  EXPECT_EQ(StatusOf(id_), APPLICATION_STATUS_APPROVED);
  EXPECT_EQ(StatusOf(waiting), APPLICATION_STATUS_PENDING_FUNDS);
}

TEST_F(National, OneThatWaitsIsAwardedByItsRank) {
  EXPECT_THAT(Decide(Verb::kApprove, id_), Became(APPLICATION_STATUS_PENDING_FUNDS));
  Rank(id_, APPLICATION_STATUS_APPROVED, kAward, kAward);
  EXPECT_EQ(StatusOf(id_), APPLICATION_STATUS_APPROVED);
  EXPECT_TRUE(PendingSum().IsZero());
  Restart();
  ExpectVerified();
}

TEST_F(National, OneThatChangedSinceItWasRankedHandsTheMoneyBack) {
  const uint32_t ranked = Stored(id_).summary().version();
  Evaluate(id_, "Ilze", 3500);
  Rank(id_, APPLICATION_STATUS_APPROVED, kAward, kAward, ranked);
  EXPECT_EQ(StatusOf(id_), APPLICATION_STATUS_EVALUATED);
  EXPECT_TRUE(Headroom().IsZero());
  EXPECT_EQ(Totals().handed_back, kAward);
  EXPECT_EQ(Amounts::FromProto(Newest().handed_back().handed_back()), kAward);
  ExpectVerified();
}

TEST_F(National, AnUnknownApplicationHandsTheMoneyBackToo) {
  Rank(NewId(), APPLICATION_STATUS_APPROVED, kAward, kAward, 1);
  EXPECT_EQ(Totals().handed_back, kAward);
  ExpectVerified();
}

TEST_F(National, ReserveAndRejectionTakeNoMoney) {
  Rank(id_, APPLICATION_STATUS_RESERVE, {}, {});
  EXPECT_EQ(StatusOf(id_), APPLICATION_STATUS_RESERVE);
  Rank(id_, APPLICATION_STATUS_REJECTED, {}, {});
  EXPECT_EQ(StatusOf(id_), APPLICATION_STATUS_REJECTED);
  EXPECT_TRUE(Totals().allotted.IsZero());
  ExpectVerified();
}

// A rejoin has frozen what the centre had allotted with the decision before the node heard of it.
TEST_F(National, WhatIsFrozenLeavesTheApplicationAndTheCentreHearsOfIt) {
  const uint32_t ranked = Stored(id_).summary().version();
  Rank(id_, APPLICATION_STATUS_APPROVED, kAward, {});
  EXPECT_EQ(StatusOf(id_), APPLICATION_STATUS_EVALUATED);
  EXPECT_EQ(Newest().application_changed().summary().version(), ranked + 1);
  EXPECT_TRUE(Totals().Approved().IsZero());
  ExpectVerified();
}

TEST_F(National, OneThatWaitsGoesOnWaitingWhereItsMoneyIsFrozen) {
  EXPECT_THAT(Decide(Verb::kApprove, id_), Became(APPLICATION_STATUS_PENDING_FUNDS));
  Rank(id_, APPLICATION_STATUS_APPROVED, kAward, {});
  EXPECT_EQ(StatusOf(id_), APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_EQ(PendingSum(), kAward);
  Restart();
  Allot(kAward);
  EXPECT_EQ(StatusOf(id_), APPLICATION_STATUS_APPROVED);
  ExpectVerified();
}

TEST_F(National, ADecisionComesOnce) {
  Rank(id_, APPLICATION_STATUS_APPROVED, kAward, kAward);
  const auto before = Contents();
  national::v1::DownEntry again;
  again.set_incarnation(core_->state().incarnation);
  again.set_number(core_->state().down_cursor);
  again.mutable_decision()->set_call(call_.value());
  again.mutable_decision()->mutable_decision()->set_application_id(std::string(id_.bytes()));
  Do(CommandOf(*store_.Snapshot(), again));
  EXPECT_EQ(Contents(), before);
}

TEST_F(National, SchoolsOfAllRegionsAreKept) {
  national::v1::DownEntry entry;
  entry.set_incarnation(core_->state().incarnation);
  entry.set_number(core_->state().down_cursor + 1);
  entry.mutable_school()->set_call("teams-2024");
  entry.mutable_school()->mutable_school()->set_reg_no("9900000001");
  entry.mutable_school()->mutable_school()->set_name("Parauga skola");
  Do(CommandOf(*store_.Snapshot(), entry));
  const auto stored = store_.Get(kSchool, SchoolKey(entry.school()));
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(*stored, entry.school().SerializeAsString());
}

}  // namespace
}  // namespace kopa::node
