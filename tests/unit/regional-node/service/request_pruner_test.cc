#include "regional-node/service/request_pruner.h"

#include <algorithm>
#include <string>

#include "common/base/entropy.h"
#include "common/base/status.h"
#include "common/storage/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "regional-node/core/families.h"
#include "regional-node/core/requests.h"

namespace kopa::node {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class RequestPrunerTest : public ::testing::Test {
 protected:
  Uuid Remember(absl::Time time) {
    const Uuid id = entropy_.NewUuid(time);
    Put(std::string(id.bytes()));
    return id;
  }
  void Put(const std::string& key) {
    storage::WriteBatch batch;
    batch.Put(kRequest, key, "answer");
    ASSERT_TRUE(store_.Write(batch).ok());
  }
  bool Has(absl::string_view key) { return store_.Get(kRequest, key).ok(); }
  // A group that writes something of its own; how many answers it forgot.
  size_t Group(absl::Time now) {
    storage::WriteBatch batch;
    batch.Put(kMeta, "state", "x");
    pruner_.AddTo(now, &batch);
    EXPECT_TRUE(store_.Write(batch).ok());
    return static_cast<size_t>(std::count_if(batch.changes().begin(), batch.changes().end(),
                                             [](const auto& change) { return change.is_delete; }));
  }
  absl::Status Check(const Uuid& id, absl::Time now) {
    return CheckRequestAge(id, now, *store_.Snapshot());
  }

  SeededEntropy entropy_{3};
  storage::MemoryStore store_{FamilyNames().size()};
  RequestPruner pruner_{&store_};
};

TEST_F(RequestPrunerTest, ForgetsWhatIsTooOldAndKeepsTheRest) {
  const Uuid old = Remember(kNow - kRequestsKept - absl::Hours(25));
  const Uuid kept = Remember(kNow - kRequestsKept - absl::Hours(23));
  const Uuid fresh = Remember(kNow);
  EXPECT_EQ(Group(kNow), 1u);
  EXPECT_FALSE(Has(old.bytes()));
  EXPECT_TRUE(Has(kept.bytes()));
  EXPECT_TRUE(Has(fresh.bytes()));
}

TEST_F(RequestPrunerTest, AGroupForgetsAFewAndTheNextGoesOn) {
  for (int i = 0; i < 70; ++i) Remember(kNow - absl::Hours(24 * 60) + absl::Seconds(i));
  EXPECT_EQ(Group(kNow), kRequestsForgottenPerGroup);
  EXPECT_EQ(Group(kNow), kRequestsForgottenPerGroup);
  EXPECT_EQ(Group(kNow), 70 - 2 * kRequestsForgottenPerGroup);
  EXPECT_EQ(Group(kNow), 0u);
}

TEST_F(RequestPrunerTest, LooksAgainLaterForWhatHasGrownOld) {
  Remember(kNow - kRequestsKept);
  EXPECT_EQ(Group(kNow), 0u);
  EXPECT_EQ(Group(kNow + absl::Hours(25)), 1u);
}

TEST_F(RequestPrunerTest, AddsNothingToAGroupThatWritesNothing) {
  Remember(kNow - absl::Hours(24 * 60));
  storage::WriteBatch batch;
  pruner_.AddTo(kNow, &batch);
  EXPECT_TRUE(batch.empty());
}

TEST_F(RequestPrunerTest, AnIdThatTellsNoTimeIsKept) {
  std::string random(16, '\x01');
  random[6] = '\x41';  // version 4
  Put(random);
  const Uuid old = Remember(kNow - absl::Hours(24 * 60));
  EXPECT_EQ(Group(kNow), 1u);
  EXPECT_TRUE(Has(random));
  EXPECT_FALSE(Has(old.bytes()));
  EXPECT_TRUE(Check(*Uuid::FromBytes(random), kNow).ok());
}

// Whatever is let in can find its answer: nothing is forgotten before it is refused.
TEST_F(RequestPrunerTest, ARequestWhoseAnswerMayBeForgottenIsRefused) {
  EXPECT_TRUE(Check(entropy_.NewUuid(kNow - kRequestsKept), kNow).ok());
  EXPECT_TRUE(Check(entropy_.NewUuid(kNow + absl::Hours(1)), kNow).ok());
  const absl::Status refused =
      Check(entropy_.NewUuid(kNow - kRequestsKept - absl::Milliseconds(1)), kNow);
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(FaultsOf(refused).size(), 1u);
  EXPECT_EQ(FaultsOf(refused)[0].code, "REQUEST_TOO_OLD");
  EXPECT_EQ(FaultsOf(refused)[0].field, "request_id");
  EXPECT_FALSE(FaultsOf(refused)[0].message_lv.empty());
}

// A clock that was months ahead, and is right again: what was forgotten then must not come back as
// something new, while what was never answered is taken.
TEST_F(RequestPrunerTest, WhatWasForgottenAheadOfTimeIsRefusedForGood) {
  const Uuid done = Remember(kNow);
  const Uuid later = Remember(kNow + absl::Milliseconds(1));
  EXPECT_EQ(Group(kNow + absl::Hours(24 * 90)), 2u);
  for (const Uuid& forgotten : {done, later}) {
    const absl::Status refused = Check(forgotten, kNow + absl::Minutes(1));
    ASSERT_EQ(FaultsOf(refused).size(), 1u);
    EXPECT_EQ(FaultsOf(refused)[0].code, "REQUEST_TOO_OLD");
    EXPECT_THAT(FaultsOf(refused)[0].message, ::testing::HasSubstr("2027-01-15T08:00:00"));
  }
  EXPECT_TRUE(Check(entropy_.NewUuid(kNow + absl::Milliseconds(2)), kNow).ok());
}

TEST_F(RequestPrunerTest, HowFarItForgotOnlyGrows) {
  Remember(kNow);
  Group(kNow + absl::Hours(24 * 90));
  const auto before = ForgottenRequests::Load(*store_.Snapshot());
  EXPECT_EQ(before->before, kNow + absl::Milliseconds(1));
  Remember(kNow - absl::Hours(24 * 40));
  RequestPruner after_a_restart(&store_);
  storage::WriteBatch batch;
  batch.Put(kMeta, "state", "x");
  after_a_restart.AddTo(kNow, &batch);
  ASSERT_TRUE(store_.Write(batch).ok());
  EXPECT_EQ(ForgottenRequests::Load(*store_.Snapshot())->before, before->before);
}

TEST_F(RequestPrunerTest, NothingIsForgottenWhereHowFarCanNotBeTold) {
  storage::WriteBatch batch;
  batch.Put(kMeta, kForgottenRequestsKey, "damaged");
  ASSERT_TRUE(store_.Write(batch).ok());
  const Uuid old = Remember(kNow - absl::Hours(24 * 60));
  EXPECT_EQ(Group(kNow), 0u);
  EXPECT_TRUE(Has(old.bytes()));
  EXPECT_EQ(Check(entropy_.NewUuid(kNow), kNow).code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace kopa::node
