#include "common/journal/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/digest.h"

namespace kopa::journal {
namespace {

using ::kopa::national::v1::JournalRecord;
using ::kopa::national::v1::PublicRecord;
using ::testing::HasSubstr;

PublicRecord Opened(uint64_t number) {
  PublicRecord what;
  what.mutable_epoch_opened()->set_node("zemgale");
  what.mutable_epoch_opened()->set_number(number);
  what.mutable_epoch_opened()->set_nonce("0123456789abcdef");
  return what;
}

std::vector<JournalRecord> ThreeRecords() {
  Head head;
  std::vector<JournalRecord> records;
  for (uint64_t i = 1; i <= 3; ++i) {
    records.push_back(Append(head, EpochNumber(7), absl::FromUnixMicros(1'000'000 + int64_t(i)),
                             Opened(i), {Sha256("personal"), Sha256("staff")}));
  }
  return records;
}

TEST(Journal, WhatIsAppendedCanBeFollowed) {
  Head head;
  for (const JournalRecord& record : ThreeRecords()) {
    EXPECT_TRUE(Follow(head, record).ok());
    EXPECT_EQ(head.seq.value(), record.seq());
    EXPECT_EQ(head.hash, record.hash());
  }
  EXPECT_EQ(head.seq, Seq(3));
}

TEST(Journal, TheFirstRecordFollowsThirtyTwoZeroBytes) {
  const JournalRecord first = ThreeRecords().front();
  EXPECT_EQ(first.seq(), 1u);
  EXPECT_EQ(first.prev_hash(), std::string(32, '\0'));
  EXPECT_EQ(Head().hash, first.prev_hash());
}

// Hashes of years ago must verify, so neither the formula nor the encoding of a record may change.
// The expected hashes were worked out apart from this code, with Python's hashlib and struct.
TEST(Journal, TheFormulaNeverChanges) {
  Head head;
  const JournalRecord first =
      Append(head, EpochNumber(1), absl::FromUnixMicros(1'715'979'540'000'001), Opened(1), {});
  EXPECT_EQ(ToHex(first.public_record()),
            "0a1d0a077a656d67616c6510011a1030313233343536373839616263646566");
  EXPECT_EQ(ToHex(first.hash()),
            "a45b8ba3a8b3bcf764b4a89350c5b312a6c8217abb33dad7477bdfdd569739eb");
  const JournalRecord second =
      Append(head, EpochNumber(2), absl::FromUnixMicros(-1), Opened(2),
             {Commitment("0123456789abcdef", "personal"), Commitment("0123456789abcdef", "staff")});
  EXPECT_EQ(ToHex(second.hash()),
            "9b6fed227599b8d87bbe014d913d43f0baa165b42458345d1643a67e1d55cde6");
}

TEST(Journal, ACommitmentIsTheHashOfSaltAndContent) {
  EXPECT_EQ(Commitment("salt", "content"), Sha256("saltcontent"));
  EXPECT_NE(Commitment("salt", "content"), Commitment("tlas", "content"));
}

struct Tampering {
  const char* what;
  std::function<void(JournalRecord*)> change;
};

TEST(Journal, AnyChangedFieldIsFound) {
  const auto flip = [](std::string* bytes) { bytes->back() = static_cast<char>(~bytes->back()); };
  const std::vector<Tampering> tamperings = {
      {"epoch", [](JournalRecord* r) { r->set_epoch(r->epoch() + 1); }},
      {"seq", [](JournalRecord* r) { r->set_seq(r->seq() + 1); }},
      {"time", [](JournalRecord* r) { r->set_time_us(r->time_us() - 1); }},
      {"public part", [&](JournalRecord* r) { flip(r->mutable_public_record()); }},
      {"public part lost", [](JournalRecord* r) { r->clear_public_record(); }},
      {"private commitment", [&](JournalRecord* r) { flip(r->mutable_private_commitment()); }},
      {"private commitment lost", [](JournalRecord* r) { r->clear_private_commitment(); }},
      {"staff commitment", [&](JournalRecord* r) { flip(r->mutable_staff_commitment()); }},
      {"commitments swapped",
       [](JournalRecord* r) {
         r->mutable_private_commitment()->swap(*r->mutable_staff_commitment());
       }},
      {"previous hash", [&](JournalRecord* r) { flip(r->mutable_prev_hash()); }},
      {"hash", [&](JournalRecord* r) { flip(r->mutable_hash()); }},
      {"hash lost", [](JournalRecord* r) { r->clear_hash(); }},
  };
  const std::vector<JournalRecord> records = ThreeRecords();
  for (const Tampering& tampering : tamperings) {
    Head head;
    ASSERT_TRUE(Follow(head, records[0]).ok());
    const Head before = head;
    JournalRecord changed = records[1];
    tampering.change(&changed);
    const absl::Status status = Follow(head, changed);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << tampering.what;
    EXPECT_THAT(std::string(status.message()), HasSubstr("record 2")) << tampering.what;
    EXPECT_EQ(head, before) << tampering.what;
  }
}

// One who changes a record and works its hash out anew is found at the next record.
TEST(Journal, ARecordThatWasRewrittenWithItsHashBreaksTheChainBehindIt) {
  std::vector<JournalRecord> records = ThreeRecords();
  records[1].set_time_us(5);
  records[1].set_hash(HashOf(records[1]));
  Head head;
  EXPECT_TRUE(Follow(head, records[0]).ok());
  EXPECT_TRUE(Follow(head, records[1]).ok());
  EXPECT_THAT(std::string(Follow(head, records[2]).message()), HasSubstr("does not follow"));
}

TEST(Journal, ALeftOutRepeatedOrReorderedRecordIsFound) {
  const std::vector<JournalRecord> records = ThreeRecords();
  Head head;
  EXPECT_FALSE(Follow(head, records[1]).ok());
  EXPECT_TRUE(Follow(head, records[0]).ok());
  EXPECT_FALSE(Follow(head, records[0]).ok());
  EXPECT_FALSE(Follow(head, records[2]).ok());
  EXPECT_TRUE(Follow(head, records[1]).ok());
}

// Lengths are part of what is hashed, so bytes can't be moved from one field to its neighbour.
TEST(Journal, BytesCannotMoveBetweenFields) {
  JournalRecord a;
  a.set_public_record("ab");
  a.set_private_commitment("c");
  JournalRecord b;
  b.set_public_record("a");
  b.set_private_commitment("bc");
  EXPECT_NE(HashOf(a), HashOf(b));
}

TEST(Journal, ThePublicPartIsParsed) {
  PublicRecord what;
  ASSERT_TRUE(ParsePublic(ThreeRecords()[1], &what).ok());
  EXPECT_EQ(what.epoch_opened().number(), 2u);
}

absl::Status ParseBytes(const std::string& public_record) {
  JournalRecord record;
  record.set_seq(9);
  record.set_public_record(public_record);
  PublicRecord what;
  const absl::Status status = ParsePublic(record, &what);
  if (!status.ok()) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr("record 9"));
  }
  return status;
}

TEST(Journal, AnUnknownFieldIsRefusedWhereverItStands) {
  const std::string unknown =
      "\xf2\x3e\x03"
      "Ann";  // field 1006, a string
  EXPECT_TRUE(ParseBytes(Opened(1).SerializeAsString()).ok());
  EXPECT_FALSE(ParseBytes(Opened(1).SerializeAsString() + unknown).ok()) << "at the top";

  PublicRecord inside = Opened(1);
  inside.mutable_epoch_opened()
      ->GetReflection()
      ->MutableUnknownFields(inside.mutable_epoch_opened())
      ->AddLengthDelimited(1006, "Ann");
  EXPECT_FALSE(ParseBytes(inside.SerializeAsString()).ok()) << "in a message";

  PublicRecord deep;
  auto* band = deep.mutable_application_changed()->mutable_summary()->add_age_bands();
  band->set_people(5);
  EXPECT_TRUE(ParseBytes(deep.SerializeAsString()).ok());
  band->GetReflection()->MutableUnknownFields(band)->AddLengthDelimited(1006, "Ann");
  EXPECT_FALSE(ParseBytes(deep.SerializeAsString()).ok()) << "in a repeated message";
}

TEST(Journal, AnUnknownFieldOfTheRecordItselfIsRefused) {
  JournalRecord record = ThreeRecords().front();
  record.GetReflection()->MutableUnknownFields(&record)->AddLengthDelimited(1006, "Ann");
  PublicRecord what;
  EXPECT_FALSE(ParsePublic(record, &what).ok());
}

TEST(Journal, NothingGarbageOrAnUnknownKindIsRefused) {
  EXPECT_FALSE(ParseBytes("").ok()) << "no kind is set";
  EXPECT_FALSE(ParseBytes("\x0a\xff\xff").ok()) << "it does not parse";
  EXPECT_FALSE(ParseBytes("\xf2\x3e\x03"
                          "Ann")
                   .ok())
      << "a kind of a later version";
}

}  // namespace
}  // namespace kopa::journal
