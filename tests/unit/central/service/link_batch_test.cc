#include "central/service/link_batch.h"

#include <string>

#include "common/journal/chain.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/central/testing/journal_writer.h"

namespace kopa::central {
namespace {

using ::kopa::national::v1::RecordBatch;
using ::testing::HasSubstr;
using testing::JournalWriter;

class TakeBatchTest : public ::testing::Test {
 protected:
  TakeBatchTest() {
    journal_.OpenEpoch();
    journal_.Write({.number = 1});
    journal_.Write({.number = 2});
  }
  static std::string FaultOf(RecordBatch batch) {
    const auto records = TakeBatch(std::move(batch));
    EXPECT_TRUE(absl::IsDataLoss(records.status())) << records.status();
    return std::string(records.status().message());
  }
  JournalWriter journal_{"zemgale"};
};

TEST_F(TakeBatchTest, RecordsComeOutParsedAndInOrder) {
  const auto records = TakeBatch(journal_.BatchFrom(2));
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ((*records)[0].journal.seq(), 2u);
  EXPECT_EQ((*records)[0].journal.hash(), journal_.records()[1].hash());
  EXPECT_EQ((*records)[1].what.application_changed().summary().application_id(),
            testing::TestId(2).bytes());
}

TEST_F(TakeBatchTest, EmptyBatchesAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(TakeBatch(journal_.BatchFrom(4)).status()));
  RecordBatch batch = journal_.BatchFrom(1);
  batch.set_first_seq(0);
  EXPECT_TRUE(absl::IsInvalidArgument(TakeBatch(std::move(batch)).status()));
}

TEST_F(TakeBatchTest, BrokenChainsAreNamed) {
  RecordBatch changed = journal_.BatchFrom(1);
  changed.mutable_records(1)->set_time_us(1);
  EXPECT_THAT(FaultOf(changed), HasSubstr("record 2 was changed"));

  RecordBatch gap = journal_.BatchFrom(1);
  gap.mutable_records()->DeleteSubrange(1, 1);
  EXPECT_THAT(FaultOf(gap), HasSubstr("record 2 expected, found number 3"));

  RecordBatch other_first = journal_.BatchFrom(2);
  other_first.set_first_seq(1);
  EXPECT_THAT(FaultOf(other_first), HasSubstr("record 1 expected"));

  RecordBatch other_hash = journal_.BatchFrom(2);
  other_hash.set_prev_hash(std::string(32, 'x'));
  EXPECT_THAT(FaultOf(other_hash), HasSubstr("record 2 does not follow"));
}

TEST_F(TakeBatchTest, PublicPartsWithUnknownFieldsAreRefused) {
  journal::Head head;
  national::v1::JournalRecord record = journal_.records()[0];
  record.set_public_record(record.public_record() + std::string("\xF8\x06\x01", 3));
  record.set_hash(journal::HashOf(record));
  RecordBatch batch;
  batch.set_first_seq(1);
  batch.set_prev_hash(head.hash);
  *batch.add_records() = record;
  EXPECT_THAT(FaultOf(batch), HasSubstr("fields that this version does not know"));
}

}  // namespace
}  // namespace kopa::central
