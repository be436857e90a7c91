// Copies of a store on disk: made while it is written, checked, opened in place, put back.

#include "common/storage/rocksdb/backup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/storage/memory_store.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/storage/temporary_folder.h"

namespace kopa::storage {
namespace {

using ::testing::HasSubstr;

constexpr char kOwner[] = "program one";
constexpr uid_t kNobody = 65534;
bool Never() { return false; }

std::string NumberKey(uint64_t number) { return ByteWriter().U64(number).Take(); }

class BackupTest : public ::testing::Test {
 protected:
  BackupTest()
      : store_(*OpenRocksDb(Options("store"))), backups_(*BackupFolder::Create(Folder())) {}

  RocksDbOptions Options(const std::string& name) const {
    return {.path = folder_.Below(name), .families = {"main", "other"}, .create_if_missing = true};
  }
  std::string Folder() const { return folder_.Below("copies"); }

  static void Put(Store& store, const std::string& key, const std::string& value) {
    WriteBatch batch;
    batch.Put(0, key, value);
    batch.Put(1, key, value);
    ASSERT_TRUE(store.Write(batch).ok());
  }
  uint64_t BytesUsed() const {
    uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(Folder())) {
      if (entry.is_regular_file()) bytes += entry.file_size();
    }
    return bytes;
  }
  uint32_t Copy() {
    const auto made = backups_.CreateBackup(*store_, kOwner, Never);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->id : 0;
  }
  std::string Restored(uint32_t id, const std::string& key) {
    const std::string name = absl::StrCat("restored", id);
    EXPECT_TRUE(backups_.Restore(id, folder_.Below(name)).ok());
    const auto restored = OpenRocksDb(Options(name));
    EXPECT_TRUE(restored.ok()) << restored.status();
    return (*restored)->Get(1, key).value_or("absent");
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
  BackupFolder backups_;
};

TEST_F(BackupTest, ACopyHasWhatWasAcknowledgedThenAndNothingLater) {
  Put(*store_, "a", "1");
  const uint32_t first = Copy();
  Put(*store_, "a", "2");
  const uint32_t second = Copy();
  EXPECT_EQ(first, 1u);
  EXPECT_EQ(second, 2u);
  EXPECT_EQ(Restored(first, "a"), "1");
  EXPECT_EQ(Restored(second, "a"), "2");
  EXPECT_EQ(store_->Get(0, "a").value(), "2");
}

TEST_F(BackupTest, ACopyIsListedAndOpensWhereItLies) {
  Put(*store_, "a", "1");
  const uint32_t id = Copy();
  Put(*store_, "a", "2");
  const auto records = backups_.List();
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ(records->front().id, id);
  EXPECT_EQ(records->front().owner, kOwner);
  EXPECT_GT(records->front().size_bytes, 0);
  const auto copy = backups_.Open(id, Options(""));
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ((*copy)->Get(1, "a").value(), "1");
  EXPECT_TRUE(absl::IsNotFound(backups_.Open(99, Options("")).status()));
}

TEST_F(BackupTest, WhileWritesGoOnACopyIsAStateThatThereWas) {
  std::atomic<bool> done{false};
  std::atomic<uint64_t> written{0};
  std::thread writer([&] {
    for (uint64_t number = 1; !done; ++number) {
      Put(*store_, NumberKey(number), std::string(2000, 'x'));
      written = number;
    }
  });
  for (int copy = 0; copy < 3; ++copy) {
    const uint64_t before = written;
    const uint32_t id = Copy();
    const uint64_t after = written + 1;
    const auto opened = backups_.Open(id, Options(""));
    ASSERT_TRUE(opened.ok()) << opened.status();
    const auto view = (*opened)->Snapshot();
    for (const Family family : {0u, 1u}) {
      uint64_t last = 0;
      for (const auto each = view->Scan(family, "", ""); each->Valid(); each->Next()) {
        const uint64_t number = ByteReader(each->key()).U64();
        ASSERT_EQ(number, last + 1) << "a hole";
        last = number;
      }
      EXPECT_GE(last, before);
      EXPECT_LE(last, after);
    }
    EXPECT_TRUE(backups_.Verify(id).ok());
  }
  done = true;
  writer.join();
}

TEST_F(BackupTest, ALaterCopySharesWhatHasNotChanged) {
  for (uint64_t number = 0; number < 200; ++number) {
    // Not compressible: the copy's size tells what was copied.
    std::string value;
    for (uint64_t part = 0; part < 500; ++part) {
      value += ByteWriter().U64((number * 500 + part) * 0x9E3779B97F4A7C15u).Take();
    }
    Put(*store_, NumberKey(number), value);
  }
  Copy();
  const uint64_t first = BytesUsed();
  EXPECT_GT(first, 1'000'000u);
  Put(*store_, "one more", "value");
  Copy();
  EXPECT_LT(BytesUsed() - first, first / 4);
}

TEST_F(BackupTest, OnlyTheNewestAreKept) {
  for (const char* value : {"1", "2", "3"}) {
    Put(*store_, "a", value);
    Copy();
  }
  EXPECT_FALSE(backups_.KeepNewest(0).ok());
  ASSERT_TRUE(backups_.KeepNewest(2).ok());
  const auto records = backups_.List();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ(records->front().id, 2u);
  EXPECT_TRUE(absl::IsNotFound(backups_.Verify(1)));
  EXPECT_EQ(Restored(2, "a"), "2");
  EXPECT_EQ(Copy(), 4u);
}

TEST_F(BackupTest, ADamagedCopyIsFound) {
  Put(*store_, "a", std::string(10'000, 'x'));
  const uint32_t id = Copy();
  ASSERT_TRUE(backups_.Verify(id).ok());
  int damaged = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(Folder() + "/shared_checksum")) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20);
    file.put('?');
    ++damaged;
  }
  ASSERT_GT(damaged, 0);
  EXPECT_TRUE(absl::IsDataLoss(backups_.Verify(id))) << backups_.Verify(id);
}

TEST_F(BackupTest, ACopyOfAnotherSizeIsListedAsDamaged) {
  Put(*store_, "a", "1");
  Copy();
  EXPECT_TRUE(backups_.Damaged()->empty());
  const uint32_t id = Copy();
  std::filesystem::remove_all(absl::StrCat(Folder(), "/private/", id));
  EXPECT_EQ(*backups_.Damaged(), std::vector<uint32_t>{id});
  EXPECT_EQ(backups_.List()->size(), 1u);
}

TEST_F(BackupTest, OneCopyIsDeleted) {
  Put(*store_, "a", "1");
  const uint32_t first = Copy();
  Put(*store_, "a", "2");
  const uint32_t second = Copy();
  ASSERT_TRUE(backups_.Delete(second).ok());
  EXPECT_EQ(backups_.List()->size(), 1u);
  EXPECT_EQ(Restored(first, "a"), "1");
  EXPECT_TRUE(absl::IsNotFound(backups_.Delete(second)));
}

TEST_F(BackupTest, CopiesThatCanOnlyBeReadAreRestoredAllTheSame) {
  Put(*store_, "a", "1");
  const uint32_t id = Copy();
  ASSERT_EQ(chmod(folder_.Below("").c_str(), 0755), 0);
  ASSERT_EQ(mkdir(folder_.Below("target").c_str(), 0777), 0);
  ASSERT_EQ(chmod(folder_.Below("target").c_str(), 0777), 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(Folder())) {
    ASSERT_EQ(chmod(entry.path().c_str(), entry.is_directory() ? 0555 : 0444), 0);
  }
  ASSERT_EQ(chmod(Folder().c_str(), 0555), 0);
  const uid_t user = geteuid();  // root may write everywhere
  ASSERT_TRUE(user != 0 || seteuid(kNobody) == 0);
  const auto opened = BackupFolder::OpenExisting(Folder());
  const absl::Status verified = opened.ok() ? opened->Verify(id) : opened.status();
  const absl::Status restored =
      opened.ok() ? opened->Restore(id, folder_.Below("target/store")) : opened.status();
  ASSERT_EQ(seteuid(user), 0);
  ASSERT_EQ(chmod(Folder().c_str(), 0755), 0);
  EXPECT_TRUE(verified.ok()) << verified;
  EXPECT_TRUE(restored.ok()) << restored;
  EXPECT_EQ((*OpenRocksDb(Options("target/store")))->Get(0, "a").value(), "1");
}

TEST_F(BackupTest, CopiesOfAnotherStoreAreNotMixedIn) {
  Put(*store_, "a", "1");
  Copy();
  const auto other = backups_.CreateBackup(*store_, "program two", Never);
  EXPECT_TRUE(absl::IsFailedPrecondition(other.status()));
  EXPECT_THAT(std::string(other.status().message()), HasSubstr(kOwner));
  EXPECT_EQ(backups_.List()->size(), 1u);
}

TEST_F(BackupTest, ItCanBeCalledOff) {
  for (uint64_t number = 0; number < 20; ++number) {
    std::string value;
    for (uint64_t part = 0; part < 64 * 1024; ++part) {
      value += ByteWriter().U64((number * 99991 + part) * 0x9E3779B97F4A7C15u).Take();
    }
    Put(*store_, NumberKey(number), value);
  }
  const auto made = backups_.CreateBackup(*store_, kOwner, [] { return true; });
  EXPECT_TRUE(absl::IsCancelled(made.status())) << made.status();
  EXPECT_TRUE(backups_.List()->empty());
  EXPECT_LT(BytesUsed(), 1u << 20) << "half a copy is not left behind";
  EXPECT_NE(Copy(), 0u);
}

TEST_F(BackupTest, OneProcessAtATimeWorksWithAFolder) {
  EXPECT_TRUE(absl::IsFailedPrecondition(BackupFolder::Create(Folder()).status()));
  EXPECT_TRUE(absl::IsNotFound(BackupFolder::OpenExisting(folder_.Below("none")).status()));
  EXPECT_FALSE(std::filesystem::exists(folder_.Below("none")));
}

TEST_F(BackupTest, AStoreInMemoryCantBeCopied) {
  const MemoryStore memory(2);
  EXPECT_TRUE(absl::IsFailedPrecondition(backups_.CreateBackup(memory, kOwner, Never).status()));
}

}  // namespace
}  // namespace kopa::storage
