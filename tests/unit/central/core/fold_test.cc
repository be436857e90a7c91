// What the nodes' journals add up to.

#include "central/core/fold.h"

#include <gtest/gtest.h>

#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::PublicRecord;

class Folding : public ::testing::Test {
 protected:
  Folding() {
    definition_.set_id(call_.value());
    definition_.mutable_limits()->set_budget_cents(1000);
    definition_.add_applicant_types()->set_id("association");
    for (const char* id : {"council-work", "inclusion"}) definition_.add_activities()->set_id(id);
    fold_.AddCall(definition_);
    fold_.RestoreEpoch(node_.id(), kEpoch);
    fold_.FindCall(call_)->ledger.Allot(node_.id(), Amounts(1000, 0, 0));
  }

  absl::Status Apply(const PublicRecord& what) {
    changes_.Clear();
    return fold_.Apply(node_.id(), kEpoch, what, changes_);
  }
  void ApplyNewest() {
    PublicRecord what;
    ASSERT_TRUE(what.ParseFromString(node_.records().back().public_record()));
    const absl::Status status = Apply(what);
    ASSERT_TRUE(status.ok()) << status;
  }
  // The sums of all cells of a status.
  CellSums Of(national::v1::ApplicationStatus status) const {
    CellSums total;
    for (const auto& [key, sums] : fold_.cells()) {
      if (key.status == status) total += sums;
    }
    return total;
  }

  static constexpr EpochNumber kEpoch{1};
  const CallId call_{"test-2024"};
  programme::v1::Call definition_;
  ScriptedNode node_{"a", call_};
  NationalFold fold_;
  FoldChanges changes_;
};

TEST_F(Folding, AChangeMovesAnApplicationFromOneCellToAnother) {
  node_.Submit(1, Amounts(300, 2, 0));
  ApplyNewest();
  EXPECT_EQ(changes_.cells.size(), 1u);
  EXPECT_EQ(Of(national::v1::APPLICATION_STATUS_SUBMITTED).requested_cents, 300);
  EXPECT_EQ(Of(national::v1::APPLICATION_STATUS_SUBMITTED).initiatives, 2);
  EXPECT_TRUE(changes_.ledgers.empty());
  node_.Award(1, Amounts(250, 2, 0));
  ApplyNewest();
  EXPECT_EQ(changes_.cells.size(), 2u);
  EXPECT_EQ(changes_.ledgers.count(call_), 1u);
  EXPECT_TRUE(Of(national::v1::APPLICATION_STATUS_SUBMITTED).IsZero());
  const CellSums approved = Of(national::v1::APPLICATION_STATUS_APPROVED);
  EXPECT_EQ(approved.applications, 1);
  EXPECT_EQ(approved.requested_cents, 300);
  EXPECT_EQ(approved.approved_cents, 250);
  EXPECT_EQ(approved.approved_initiatives, 2);
}

TEST_F(Folding, AnApplicationOfSeveralActivitiesIsInOneCell) {
  PublicRecord what = node_.Changed(1, national::v1::APPLICATION_STATUS_SUBMITTED);
  what.mutable_application_changed()->mutable_summary()->add_activities("council-work");
  what.mutable_application_changed()->mutable_summary()->add_activities("inclusion");
  ASSERT_TRUE(Apply(what).ok());
  ASSERT_EQ(fold_.cells().size(), 1u);
  EXPECT_EQ(fold_.names().activity_sets.Name(fold_.cells().begin()->first.activities),
            "council-work,inclusion");
}

TEST_F(Folding, WhatWaitsIsKnownUntilItWaitsNoMore) {
  const absl::Time since = absl::FromUnixSeconds(1'700'000'000);
  node_.Submit(1, Amounts(2000, 1, 0));
  ApplyNewest();
  node_.Wait(1, Amounts(2000, 1, 0), since);
  ApplyNewest();
  const auto& pending = fold_.FindCall(call_)->pending;
  ASSERT_EQ(pending.size(), 1u);
  EXPECT_EQ(pending.begin()->first.since, since);
  EXPECT_EQ(pending.begin()->first.node, node_.id());
  EXPECT_EQ(pending.begin()->second, Amounts(2000, 1, 0));
  node_.Wait(1, Amounts(1500, 1, 0), since + absl::Seconds(1));
  ApplyNewest();
  ASSERT_EQ(pending.size(), 1u) << "moved, not doubled";
  EXPECT_EQ(pending.begin()->second, Amounts(1500, 1, 0));
  node_.Withdraw(1);
  ApplyNewest();
  EXPECT_TRUE(pending.empty());
}

TEST_F(Folding, WhatIsRefusedChangesNothing) {
  node_.Submit(1, Amounts(300, 1, 0));
  ApplyNewest();
  const auto cells = fold_.cells();
  PublicRecord what = node_.Changed(1, national::v1::APPLICATION_STATUS_APPROVED);
  what.mutable_application_changed()->mutable_summary()->mutable_awarded()->set_cents(1001);
  EXPECT_EQ(Apply(what).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(fold_.cells(), cells);
  EXPECT_TRUE(changes_.cells.empty());
  EXPECT_TRUE(changes_.summaries.empty());
  EXPECT_TRUE(fold_.FindCall(call_)->ledger.Approved().IsZero());
  EXPECT_EQ(fold_.Stored(node_.IdOf(1)).summary.version, 1u);
}

TEST_F(Folding, ARestoredFoldGoesOnWhereTheOldOneStood) {
  node_.Submit(1, Amounts(300, 1, 0));
  ApplyNewest();
  node_.Submit(2, Amounts(2000, 1, 0));
  ApplyNewest();
  node_.Wait(2, Amounts(2000, 1, 0), absl::FromUnixSeconds(1'700'000'000));
  ApplyNewest();
  node_.Award(1, Amounts(300, 1, 0));
  ApplyNewest();

  NationalFold again;
  again.names().municipalities.Number("other numbers than before");
  again.AddCall(definition_);
  again.RestoreEpoch(node_.id(), kEpoch);
  for (const auto& [id, totals] : fold_.FindCall(call_)->ledger.nodes()) {
    again.FindCall(call_)->ledger.Restore(id, totals);
  }
  for (const auto& [key, sums] : fold_.cells()) {
    const auto name = ParseStoredCellKey(again.names(), StoredCellKey(fold_.names(), key));
    ASSERT_TRUE(name.ok());
    again.RestoreCell(*name, sums);
  }
  for (const auto& [id, summary] : fold_.summaries()) {
    const auto stored =
        StoredSummary::Parse(again.names(), fold_.Stored(id).Serialize(fold_.names()));
    ASSERT_TRUE(stored.ok());
    again.RestoreSummary(id, *stored);
  }
  EXPECT_EQ(again.FindCall(call_)->pending, fold_.FindCall(call_)->pending);
  node_.Withdraw(1);
  PublicRecord what;
  ASSERT_TRUE(what.ParseFromString(node_.records().back().public_record()));
  FoldChanges changes;
  ASSERT_TRUE(again.Apply(node_.id(), kEpoch, what, changes).ok());
  ApplyNewest();
  for (const auto& [id, summary] : fold_.summaries()) {
    EXPECT_EQ(again.Stored(id).Serialize(again.names()), fold_.Stored(id).Serialize(fold_.names()));
  }
  EXPECT_EQ(again.FindCall(call_)->ledger.nodes(), fold_.FindCall(call_)->ledger.nodes());
}

}  // namespace
}  // namespace kopa::central
