#include "regional-node/fence/fence_file.h"

#include <filesystem>
#include <optional>
#include <string>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/storage/temporary_folder.h"

namespace kopa::fence {
namespace {

class FenceFileTest : public testing::Test {
 protected:
  FenceRecord Read() const { return ReadFence(path_).value().value(); }

  storage::TemporaryFolder folder_;
  const std::string path_ = folder_.Below("node.fence");
  const FenceRecord start_ = {.epoch = EpochNumber(2),
                              .seq = Seq(5),
                              .hash = Sha256("5"),
                              .boot_id = "11111111-2222-3333-4444-555555555555",
                              .proven = true,
                              .clean = false};
};

TEST_F(FenceFileTest, AMissingFileIsNoRecordAndADamagedOneDataLoss) {
  EXPECT_EQ(ReadFence(path_).value(), std::nullopt);
  ASSERT_TRUE(WriteFileAtomically(path_, "kopa-fence-1", 0600).ok());
  EXPECT_EQ(ReadFence(path_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(FenceFileTest, OpeningWritesTheRecordAndNeverClean) {
  FenceRecord record = start_;
  record.clean = true;
  const auto file = FenceFile::Open(path_, record);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Read(), start_);
}

TEST_F(FenceFileTest, UpdatesAreSeenAtOnceByTheNextStart) {
  const auto file = FenceFile::Open(path_, start_).value();
  const auto size = std::filesystem::file_size(path_);
  for (uint64_t seq : {6u, 7u, 100'000u}) {
    ASSERT_TRUE(file->Update(Seq(seq), Sha256("x")).ok());
    FenceRecord expected = start_;
    expected.seq = Seq(seq);
    expected.hash = Sha256("x");
    EXPECT_EQ(Read(), expected);
    EXPECT_EQ(std::filesystem::file_size(path_), size);
  }
}

TEST_F(FenceFileTest, ProofAndCleanStopAreRecorded) {
  FenceRecord record = start_;
  record.proven = false;
  auto file = FenceFile::Open(path_, record).value();
  EXPECT_FALSE(Read().proven);
  ASSERT_TRUE(file->MarkProven().ok());
  EXPECT_EQ(Read(), start_);
  ASSERT_TRUE(file->Update(Seq(6), Sha256("6")).ok());
  EXPECT_TRUE(Read().proven);
  ASSERT_TRUE(file->MarkClean().ok());
  EXPECT_TRUE(Read().clean);
  EXPECT_EQ(Read().seq, Seq(6));

  file.reset();
  file = FenceFile::Open(path_, Read()).value();
  EXPECT_FALSE(Read().clean) << "a new run begins";
}

TEST_F(FenceFileTest, OpeningWhereNothingCanBeWrittenFails) {
  EXPECT_FALSE(FenceFile::Open(folder_.Below("none/node.fence"), start_).ok());
}

TEST_F(FenceFileTest, ReadsTheBootIdOfThisMachine) {
  const auto id = ReadBootId();
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(id->size(), kBootIdBytes);
  EXPECT_EQ(ReadBootId().value(), *id);
  ASSERT_TRUE(WriteFileAtomically(path_, "not an id\n", 0600).ok());
  EXPECT_EQ(ReadBootId(path_).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace kopa::fence
