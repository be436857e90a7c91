#include "regional-node/fence/fence.h"

#include <optional>
#include <string>

#include "absl/strings/str_replace.h"
#include "common/base/digest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::fence {
namespace {

constexpr char kBoot[] = "11111111-2222-3333-4444-555555555555";
constexpr char kOtherBoot[] = "aaaaaaaa-2222-3333-4444-555555555555";

// The hash of record `seq` in the history named `history`.
std::string HashAt(Seq seq, absl::string_view history = "ours") {
  return HmacSha256(history, std::string(1, static_cast<char>(seq.value())));
}

FenceRecord RecordAt(uint64_t seq) {
  return {.epoch = EpochNumber(3),
          .seq = Seq(seq),
          .hash = seq == 0 ? std::string(kSha256Bytes, '\0') : HashAt(Seq(seq)),
          .boot_id = kBoot,
          .proven = true,
          .clean = false};
}

StoreState StoreAt(uint64_t head, absl::string_view history = "ours") {
  return {.epoch = EpochNumber(3),
          .head_seq = Seq(head),
          .hash_at = [head, history](Seq seq) -> std::optional<std::string> {
            EXPECT_GE(seq.value(), 1u);
            EXPECT_LE(seq.value(), head);
            return HashAt(seq, history);
          }};
}

TEST(FenceRecord, IsALineThatReadsBack) {
  FenceRecord record = RecordAt(42);
  const std::string line = EncodeFence(record);
  EXPECT_EQ(line.back(), '\n');
  EXPECT_EQ(DecodeFence(line).value(), record);
  record.proven = false;
  record.clean = true;
  record.epoch = EpochNumber(UINT64_MAX);
  record.seq = Seq(UINT64_MAX);
  EXPECT_EQ(DecodeFence(EncodeFence(record)).value(), record);
  EXPECT_EQ(EncodeFence(record).size(), line.size()) << "it is overwritten in place";
}

TEST(FenceRecord, HasTheDocumentedForm) {
  FenceRecord record = RecordAt(0);
  record.hash = std::string(kSha256Bytes, '\xAB');
  EXPECT_THAT(
      EncodeFence(record),
      testing::StartsWith("kopa-fence-1 epoch=00000000000000000003 seq=00000000000000000000 "
                          "hash=abababababababababababababababababababababababababababababababab "
                          "boot=11111111-2222-3333-4444-555555555555 proven=1 clean=0 sum="));
}

TEST(FenceRecord, AnyChangedCharacterIsDamage) {
  const std::string line = EncodeFence(RecordAt(42));
  for (size_t at = 0; at < line.size(); ++at) {
    for (char other : {'0', '1', 'f', ' ', '\n', '\0'}) {
      if (line[at] == other) continue;
      std::string damaged = line;
      damaged[at] = other;
      ASSERT_EQ(DecodeFence(damaged).status().code(), absl::StatusCode::kDataLoss) << damaged;
    }
  }
}

TEST(FenceRecord, APartOrMoreThanALineIsDamage) {
  const std::string line = EncodeFence(RecordAt(42));
  for (size_t size = 0; size < line.size(); ++size) {
    ASSERT_FALSE(DecodeFence(line.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeFence(line + "\n").ok());
  EXPECT_FALSE(DecodeFence(line + line).ok());
}

TEST(Judge, TheSameHeadInTheSameBootIsCurrent) {
  EXPECT_EQ(Judge(RecordAt(7), StoreAt(7), kBoot), FenceVerdict::kCurrent);
}

TEST(Judge, TheSameHeadAfterACleanStopIsCurrentInAnyBoot) {
  FenceRecord record = RecordAt(7);
  record.clean = true;
  EXPECT_EQ(Judge(record, StoreAt(7), kOtherBoot), FenceVerdict::kCurrent);
}

TEST(Judge, AnotherBootWithoutACleanStopNeedsProof) {
  EXPECT_EQ(Judge(RecordAt(7), StoreAt(7), kOtherBoot), FenceVerdict::kNeedsProof);
}

TEST(Judge, WhatWaitedForAProofStillWaitsAfterARestart) {
  FenceRecord record = RecordAt(7);
  record.proven = false;
  EXPECT_EQ(Judge(record, StoreAt(7), kBoot), FenceVerdict::kNeedsProof);
  record.clean = true;
  EXPECT_EQ(Judge(record, StoreAt(7), kBoot), FenceVerdict::kNeedsProof);
}

TEST(Judge, DataAheadOfTheFileAreNotRolledBackButNeedProof) {
  FenceRecord record = RecordAt(7);
  EXPECT_EQ(Judge(record, StoreAt(9), kBoot), FenceVerdict::kNeedsProof);
  record.clean = true;
  EXPECT_EQ(Judge(record, StoreAt(9), kBoot), FenceVerdict::kNeedsProof);
}

TEST(Judge, DataBehindTheFileAreRolledBack) {
  FenceRecord record = RecordAt(7);
  EXPECT_EQ(Judge(record, StoreAt(6), kBoot), FenceVerdict::kRolledBack);
  EXPECT_EQ(Judge(record, StoreAt(0), kBoot), FenceVerdict::kRolledBack);
  record.clean = true;
  EXPECT_EQ(Judge(record, StoreAt(6), kOtherBoot), FenceVerdict::kRolledBack);
  record.proven = false;
  EXPECT_EQ(Judge(record, StoreAt(6), kOtherBoot), FenceVerdict::kRolledBack);
}

TEST(Judge, AnotherHistoryIsRolledBack) {
  EXPECT_EQ(Judge(RecordAt(7), StoreAt(7, "theirs"), kBoot), FenceVerdict::kRolledBack);
  EXPECT_EQ(Judge(RecordAt(7), StoreAt(9, "theirs"), kBoot), FenceVerdict::kRolledBack);
}

TEST(Judge, AHashThatCannotBeFoundIsRolledBack) {
  StoreState store = StoreAt(9);
  store.hash_at = [](Seq) { return std::nullopt; };
  EXPECT_EQ(Judge(RecordAt(7), store, kBoot), FenceVerdict::kRolledBack);
}

TEST(Judge, AnOlderEpochIsRolledBackEvenWithTheSameHead) {
  StoreState store = StoreAt(7);
  store.epoch = EpochNumber(2);
  EXPECT_EQ(Judge(RecordAt(7), store, kBoot), FenceVerdict::kRolledBack);
}

TEST(Judge, ANewerEpochThanTheFilesNeedsProof) {
  StoreState store = StoreAt(7);
  store.epoch = EpochNumber(4);
  EXPECT_EQ(Judge(RecordAt(7), store, kBoot), FenceVerdict::kNeedsProof);
}

TEST(Judge, AMissingFileProvesNothing) {
  EXPECT_EQ(Judge(std::nullopt, StoreAt(7), kBoot), FenceVerdict::kNeedsProof);
  EXPECT_EQ(Judge(std::nullopt, StoreAt(0), kBoot), FenceVerdict::kCurrent);
}

TEST(Judge, AnEmptyJournalHasNoHashToCompare) {
  EXPECT_EQ(Judge(RecordAt(0), StoreAt(0), kBoot), FenceVerdict::kCurrent);
  EXPECT_EQ(Judge(RecordAt(0), StoreAt(5), kBoot), FenceVerdict::kNeedsProof);
}

}  // namespace
}  // namespace kopa::fence
