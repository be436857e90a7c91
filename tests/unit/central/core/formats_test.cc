// Stored records: what is written is read back, and damage is found.

#include <gtest/gtest.h>

#include <string>

#include "central/core/records.h"
#include "central/core/staff_entry.h"
#include "central/core/totals.h"

namespace kopa::central {
namespace {

template <typename Parse>
void ExpectDamageIsFound(const std::string& bytes, Parse parse) {
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(parse(bytes.substr(0, size)).code(), absl::StatusCode::kDataLoss) << size;
  }
  EXPECT_EQ(parse(bytes + '\0').code(), absl::StatusCode::kDataLoss);
  std::string other_format = bytes;
  other_format[0] = 9;
  EXPECT_EQ(parse(other_format).code(), absl::StatusCode::kDataLoss);
}

TEST(Formats, CentralState) {
  CentralState state;
  state.incarnation = 3;
  state.incarnation_nonce = "0123456789abcdef";
  state.head = {Seq(12), std::string(32, 'h')};
  state.recovering = true;
  const std::string bytes = state.Serialize();
  const auto read = CentralState::Parse(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Serialize(), bytes);
  EXPECT_EQ(read->head, state.head);
  EXPECT_EQ(read->incarnation, 3u);
  EXPECT_TRUE(read->recovering);
  ExpectDamageIsFound(bytes, [](const std::string& b) { return CentralState::Parse(b).status(); });
}

TEST(Formats, NodeRecord) {
  NodeRecord node;
  node.epoch = EpochNumber(4);
  node.epoch_nonce = "nonce";
  node.applied = {Seq(99), std::string(32, 'a')};
  node.epoch_opened = EpochNumber(3);
  node.address = "127.0.0.1:7411";
  node.admitted_ever = true;
  node.fence_reason = national::v1::FENCE_REASON_OVERDRAWN;
  node.fence_detail = "it awards too much";
  node.fence_sticky = true;
  node.reported_incarnation = 3;
  node.public_key = std::string(32, 'k');
  node.signed_head = {Seq(101), std::string(32, 's'), std::string(64, 'g')};
  node.alarm = "it signs two histories";
  const std::string bytes = node.Serialize();
  const auto read = NodeRecord::Parse(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Serialize(), bytes);
  EXPECT_EQ(read->applied, node.applied);
  EXPECT_EQ(read->epoch_opened, node.epoch_opened);
  EXPECT_TRUE(read->fenced());
  EXPECT_TRUE(read->fence_sticky);
  EXPECT_EQ(read->reported_incarnation, 3u);
  EXPECT_EQ(read->public_key, node.public_key);
  EXPECT_EQ(read->signed_head, node.signed_head);
  EXPECT_EQ(read->alarm, node.alarm);
  ExpectDamageIsFound(bytes, [](const std::string& b) { return NodeRecord::Parse(b).status(); });
}

TEST(Formats, SummaryWithItsNames) {
  CellNames names;
  StoredSummary stored;
  stored.summary.cell = {names.calls.Number("kontakts-2024"),
                         names.nodes.Number("zemgale"),
                         names.municipalities.Number("0038001"),
                         names.applicant_types.Number("association"),
                         names.activity_sets.Number("council-work,inclusion"),
                         national::v1::APPLICATION_STATUS_PENDING_FUNDS};
  stored.summary.version = 5;
  stored.summary.initiatives = 2;
  stored.summary.requested_cents = 270'000;
  stored.pending = ledger::Amounts(270'000, 2, 0);
  stored.pending_since = absl::FromUnixMicros(1'715'979'540'000'001);
  stored.summary.score_hundredths = 4450;
  stored.summary.thresholds_met = true;
  stored.summary.received_us = 1'715'979'530'000'002;
  stored.paid_cents = 90;
  stored.details = {"40003032949", "Biedrība \"Jaunatne\"", {"3000000001", "3000000002"}};
  stored.summary.details_hash = stored.details.Hash() & ApplicationDetails::kHashMost;
  const std::string bytes = stored.Serialize(names);
  CellNames other;  // another process numbers differently
  other.nodes.Number("vidzeme-kurzeme");
  const auto read = StoredSummary::Parse(other, bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Serialize(other), bytes);
  EXPECT_EQ(read->pending, stored.pending);
  EXPECT_EQ(read->pending_since, stored.pending_since);
  EXPECT_EQ(other.nodes.Name(read->summary.cell.node), "zemgale");
  EXPECT_EQ(read->summary.score_hundredths, 4450);
  EXPECT_EQ(read->summary.thresholds_met, 1u);
  EXPECT_EQ(read->summary.received_us, stored.summary.received_us);
  EXPECT_EQ(read->paid_cents, 90);
  EXPECT_EQ(read->details, stored.details);
  EXPECT_EQ(uint64_t{read->summary.details_hash}, stored.details.Hash());
  ExpectDamageIsFound(
      bytes, [&](const std::string& b) { return StoredSummary::Parse(other, b).status(); });
}

TEST(Formats, ASummaryHasNoScoreUnlessItSaysSo) {
  CellNames names;
  StoredSummary stored;
  stored.summary.cell = {names.calls.Number("c"),          names.nodes.Number("n"),
                         names.municipalities.Number("m"), names.applicant_types.Number("t"),
                         names.activity_sets.Number(""),   1};
  const auto read = StoredSummary::Parse(names, stored.Serialize(names));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->summary.score_hundredths, Summary::kNoScore);
}

TEST(Formats, CallSource) {
  const CallSource source{std::string(32, 'd'), true};
  const auto read = CallSource::Parse(source.Serialize());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, source);
  ExpectDamageIsFound(source.Serialize(),
                      [](const std::string& b) { return CallSource::Parse(b).status(); });
}

TEST(Formats, StaffEntry) {
  StaffEntry entry{"0123456789abcdef", "Dace", "call close", "the money is spent"};
  const auto read = StaffEntry::Parse(entry.Serialize());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Serialize(), entry.Serialize());
  EXPECT_EQ(read->Commitment(), entry.Commitment());
  ExpectDamageIsFound(entry.Serialize(),
                      [](const std::string& b) { return StaffEntry::Parse(b).status(); });
  const std::string commitment = entry.Commitment();
  for (std::string* part : {&entry.salt, &entry.actor, &entry.verb, &entry.reason}) {
    part->push_back('x');
    EXPECT_NE(entry.Commitment(), commitment);
    part->pop_back();
  }
}

TEST(Formats, CellSums) {
  const CellSums sums{1, 2, 3, 4, 5, 6};
  const auto read = CellSums::Parse(sums.Serialize());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, sums);
  ExpectDamageIsFound(sums.Serialize(),
                      [](const std::string& b) { return CellSums::Parse(b).status(); });
}

TEST(CellSums, AddAndSubtractEveryField) {
  CellSums sums{1, 2, 3, 4, 5, 6};
  sums += {10, 20, 30, 40, 50, 60};
  EXPECT_EQ(sums, (CellSums{11, 22, 33, 44, 55, 66}));
  sums -= {11, 22, 33, 44, 55, 66};
  EXPECT_TRUE(sums.IsZero());
}

TEST(Names, ThereIsRoomForWhatIsKnownEvenWhenFull) {
  Names names;
  for (int i = 0; i < 65535; ++i) names.Number(std::to_string(i));
  EXPECT_TRUE(names.HasRoomFor("7"));
  EXPECT_EQ(names.Number("7"), 7);
  EXPECT_FALSE(names.HasRoomFor("one more"));
}

}  // namespace
}  // namespace kopa::central
