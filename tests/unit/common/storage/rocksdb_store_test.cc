// What only a store on disk can show: durability, damage, locks, families on disk.

#include "common/storage/rocksdb/rocksdb_store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/storage/rocksdb/free_space.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/storage/temporary_folder.h"

namespace kopa::storage {
namespace {

using testing::HasSubstr;

class RocksDbStoreTest : public testing::Test {
 protected:
  RocksDbOptions Options() const {
    return {
        .path = folder_.Below("store"), .families = {"main", "other"}, .create_if_missing = true};
  }
  RocksDbOptions ReadOnly() const {
    RocksDbOptions options = Options();
    options.create_if_missing = false;
    options.read_only = true;
    return options;
  }

  static void Put(Store& store, std::string key, std::string value) {
    WriteBatch batch;
    batch.Put(0, std::move(key), std::move(value));
    ASSERT_TRUE(store.Write(batch).ok());
  }

  static absl::StatusCode OpenCode(const RocksDbOptions& options) {
    return OpenRocksDb(options).status().code();
  }

  std::vector<std::filesystem::path> Files(const std::string& extension) const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.Below("store"))) {
      if (extension.empty() || entry.path().extension() == extension) files.push_back(entry.path());
    }
    return files;
  }

  // Name to size and time of change.
  std::map<std::string, std::pair<uintmax_t, std::filesystem::file_time_type>> Listing() const {
    std::map<std::string, std::pair<uintmax_t, std::filesystem::file_time_type>> listing;
    for (const std::filesystem::path& file : Files("")) {
      if (file.filename() == "LOCK") continue;
      listing[file.filename()] = {std::filesystem::file_size(file),
                                  std::filesystem::last_write_time(file)};
    }
    return listing;
  }

  bool SomeFileHolds(absl::string_view bytes) const {
    for (const std::filesystem::path& file : Files("")) {
      if (absl::StrContains(ReadFile(file.string()).value(), bytes)) return true;
    }
    return false;
  }

  static void FlipByte(const std::filesystem::path& path, int64_t offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(offset);
    const int byte = file.get();
    ASSERT_NE(byte, EOF);
    file.seekp(offset);
    file.put(static_cast<char>(byte ^ 0x40));
  }

  // Ten rows, moved from the log to a table file; the store is closed.
  void MakeTableFile() {
    SeededEntropy random(1);
    auto store = OpenRocksDb(Options()).value();
    for (int i = 0; i < 10; ++i) Put(*store, absl::StrCat("key", i), random.Bytes(1000));
    ASSERT_TRUE(store->Purge(0, "", "").ok());
    store.reset();
    ASSERT_EQ(Files(".sst").size(), 1u);
  }

  TemporaryFolder folder_;
};

TEST_F(RocksDbStoreTest, KeepsWhatWasWrittenWhenReopened) {
  auto store = OpenRocksDb(Options()).value();
  Put(*store, "a", "1");
  store.reset();
  RocksDbOptions options = Options();
  options.create_if_missing = false;
  store = OpenRocksDb(options).value();
  EXPECT_EQ(store->Get(0, "a").value(), "1");
}

TEST_F(RocksDbStoreTest, KeepsWhatWasWrittenWhenTheProcessIsKilled) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = OpenRocksDb(Options());
    if (!store.ok()) _exit(1);
    for (int i = 0; i < 100; ++i) {
      WriteBatch batch;
      batch.Put(0, absl::StrCat(i), "value");
      if (!(*store)->Write(batch).ok()) _exit(1);
    }
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the child could not write";
  const auto store = OpenRocksDb(Options()).value();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(store->Get(0, absl::StrCat(i)).ok()) << i;
}

TEST_F(RocksDbStoreTest, ASecondOpeningIsRefused) {
  const auto store = OpenRocksDb(Options()).value();
  EXPECT_EQ(OpenCode(Options()), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(OpenCode(ReadOnly()), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksDbStoreTest, AnotherProcessIsRefused) {
  const auto store = OpenRocksDb(Options()).value();
  for (const RocksDbOptions& options : {Options(), ReadOnly()}) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      _exit(OpenCode(options) == absl::StatusCode::kFailedPrecondition ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
}

TEST_F(RocksDbStoreTest, NothingIsMadeUnlessAsked) {
  RocksDbOptions options = Options();
  options.create_if_missing = false;
  EXPECT_EQ(OpenCode(options), absl::StatusCode::kNotFound);
  EXPECT_EQ(OpenCode(ReadOnly()), absl::StatusCode::kNotFound);
  EXPECT_FALSE(FileExists(options.path));
}

TEST_F(RocksDbStoreTest, ReadOnlySeesUnflushedWritesAndChangesNothing) {
  auto store = OpenRocksDb(Options()).value();
  Put(*store, "a", "1");
  store.reset();
  const auto before = Listing();
  store = OpenRocksDb(ReadOnly()).value();
  EXPECT_EQ(store->Get(0, "a").value(), "1");
  EXPECT_EQ(store->Snapshot()->Get(0, "a").value(), "1");
  WriteBatch batch;
  batch.Put(0, "a", "2");
  EXPECT_EQ(store->Write(batch).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store->Purge(0, "", "").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Listing(), before);
  EXPECT_EQ(OpenCode(Options()), absl::StatusCode::kFailedPrecondition) << "it holds the lock";
  store.reset();
  EXPECT_TRUE(OpenRocksDb(Options()).ok());
}

TEST_F(RocksDbStoreTest, AMissingFamilyIsMadeAndAnUnknownOneRefused) {
  RocksDbOptions options = Options();
  OpenRocksDb(options).value().reset();
  options.families.push_back("new");
  RocksDbOptions read_only = options;
  read_only.read_only = true;
  EXPECT_EQ(OpenCode(read_only), absl::StatusCode::kFailedPrecondition);
  {
    const auto store = OpenRocksDb(options).value();
    EXPECT_EQ(store->Get(2, "a").status().code(), absl::StatusCode::kNotFound);
  }
  const auto refused = OpenRocksDb(Options());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("\"new\""));
}

TEST_F(RocksDbStoreTest, AFamilyTableWithUnusableNamesIsRefused) {
  RocksDbOptions options = Options();
  for (const char* name : {"main", "default", ""}) {
    options.families = {"main", name};
    EXPECT_EQ(OpenCode(options), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST_F(RocksDbStoreTest, AFlippedByteInATableFileIsDataLoss) {
  MakeTableFile();
  FlipByte(Files(".sst")[0], 4000);
  const auto store = OpenRocksDb(Options()).value();
  EXPECT_EQ(store->Get(0, "key3").status().code(), absl::StatusCode::kDataLoss);
  const auto view = store->Snapshot();
  const std::vector<std::string> keys = {"key3"};
  EXPECT_EQ(view->MultiGet(0, keys)[0].status().code(), absl::StatusCode::kDataLoss);
  for (bool reverse : {false, true}) {
    const auto iterator = view->Scan(0, "", "", reverse);
    while (iterator->Valid()) iterator->Next();
    EXPECT_EQ(iterator->status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST_F(RocksDbStoreTest, AMissingTableFileIsDataLoss) {
  MakeTableFile();
  std::filesystem::remove(Files(".sst")[0]);
  EXPECT_EQ(OpenCode(Options()), absl::StatusCode::kDataLoss);
}

TEST_F(RocksDbStoreTest, AFlippedByteInTheLogIsDataLossNotAnOlderStore) {
  auto store = OpenRocksDb(Options()).value();
  for (int i = 0; i < 100; ++i) Put(*store, absl::StrCat("key", i), std::string(1000, 'x'));
  store.reset();
  ASSERT_EQ(Files(".log").size(), 1u);
  FlipByte(Files(".log")[0], 50'000);
  EXPECT_EQ(OpenCode(Options()), absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpenCode(ReadOnly()), absl::StatusCode::kDataLoss);
}

TEST_F(RocksDbStoreTest, ATornLastRecordOfTheLogIsDropped) {
  auto store = OpenRocksDb(Options()).value();
  for (int i = 0; i < 10; ++i) Put(*store, absl::StrCat("key", i), std::string(1000, 'x'));
  store.reset();
  const std::filesystem::path log = Files(".log")[0];
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 100);
  store = OpenRocksDb(Options()).value();
  EXPECT_TRUE(store->Get(0, "key8").ok());
  EXPECT_EQ(store->Get(0, "key9").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(RocksDbStoreTest, NoNewStoreIsMadeOverTheRestOfAnOldOne) {
  MakeTableFile();
  std::filesystem::remove(folder_.Below("store/CURRENT"));
  EXPECT_EQ(OpenCode(Options()), absl::StatusCode::kDataLoss) << "log and table file are left";
  for (const std::filesystem::path& log : Files(".log")) std::filesystem::remove(log);
  EXPECT_EQ(OpenCode(Options()), absl::StatusCode::kDataLoss) << "the table file is left";
}

TEST_F(RocksDbStoreTest, PurgeLeavesNoDeletedOrReplacedValueInAnyFile) {
  SeededEntropy random(3);
  const std::string secret = random.Bytes(32);
  const std::string replaced = random.Bytes(32);
  auto store = OpenRocksDb(Options()).value();
  WriteBatch batch;
  batch.Put(1, "also in the log", "x");
  batch.Put(0, "key", secret);
  batch.Put(0, "other key", replaced);
  ASSERT_TRUE(store->Write(batch).ok());
  ASSERT_TRUE(store->Purge(0, "", "").ok());          // now in a table file
  Put(*store, "key", absl::StrCat(secret, "again"));  // and once more in the log
  ASSERT_TRUE(SomeFileHolds(secret));
  ASSERT_TRUE(SomeFileHolds(replaced));

  batch.Clear();
  batch.Delete(0, "key");
  batch.Put(0, "other key", "new");
  ASSERT_TRUE(store->Write(batch).ok());
  ASSERT_TRUE(SomeFileHolds(secret));
  ASSERT_TRUE(store->Purge(0, "key", "keyz").ok());
  EXPECT_FALSE(SomeFileHolds(secret));
  ASSERT_TRUE(store->Purge(0, "", "").ok());
  EXPECT_FALSE(SomeFileHolds(replaced));
  EXPECT_EQ(store->Get(0, "other key").value(), "new");
  EXPECT_EQ(store->Get(1, "also in the log").value(), "x");
}

TEST_F(RocksDbStoreTest, PurgeRemovesWhatAViewHeldBackOnceTheViewIsGone) {
  SeededEntropy random(3);
  const std::string secret = random.Bytes(32);
  const auto store = OpenRocksDb(Options()).value();
  Put(*store, "key", secret);
  auto view = store->Snapshot();
  WriteBatch batch;
  batch.Delete(0, "key");
  ASSERT_TRUE(store->Write(batch).ok());
  ASSERT_TRUE(store->Purge(0, "", "").ok());
  EXPECT_EQ(view->Get(0, "key").value(), secret);
  view.reset();
  ASSERT_TRUE(store->Purge(0, "", "").ok());
  EXPECT_FALSE(SomeFileHolds(secret));
}

// RocksDB would end the process on its way. The file system of /proc has no free space at all.
TEST_F(RocksDbStoreTest, AFullDiskIsRefusedWithFolderAndFigures) {
  RocksDbOptions options = Options();
  options.path = "/proc/kopa/store";
  const absl::Status status = OpenRocksDb(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              testing::AllOf(HasSubstr("/proc/kopa/store"), HasSubstr("0 MiB are free"),
                             HasSubstr("8 MiB are needed"), HasSubstr("make room")));
}

TEST_F(RocksDbStoreTest, OpeningNeedsRoomForWhatIsInLogsAlone) {
  RocksDbOptions options = Options();
  options.write_buffer_bytes = size_t{4} << 20;
  EXPECT_EQ(BytesToOpen(options), kOpeningBytes) << "there is nothing yet";
  {
    auto store = OpenRocksDb(options).value();
    for (int i = 0; i < 3; ++i)
      Put(*store, absl::StrCat("key ", i), SeededEntropy(i).Bytes(300'000));
  }
  EXPECT_GT(BytesToOpen(options), kOpeningBytes + 900'000);
  EXPECT_LT(BytesToOpen(options), kOpeningBytes + 1'000'000);
  options.write_buffer_bytes = 500'000;
  EXPECT_EQ(BytesToOpen(options), kOpeningBytes + 500'000) << "more is in tables already";
  EXPECT_GE(FreeBytesAt(options.path).value(), kOpeningBytes);
}

TEST_F(RocksDbStoreTest, ItsOwnLogFilesStayFew) {
  for (int i = 0; i < 8; ++i) OpenRocksDb(Options()).value().reset();
  int logs = 0;
  for (const std::filesystem::path& file : Files("")) {
    if (absl::StartsWith(file.filename().string(), "LOG")) ++logs;
  }
  EXPECT_LE(logs, 5);
}

}  // namespace
}  // namespace kopa::storage
