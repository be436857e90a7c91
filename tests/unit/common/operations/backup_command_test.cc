#include "common/operations/backup_command.h"

#include <filesystem>
#include <fstream>

#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/operations/make_backup.h"
#include "common/server/restored_marker.h"
#include "common/storage/rocksdb/backup.h"
#include "gmock/gmock.h"
#include "tests/unit/common/operations/operations_fixture.h"

namespace kopa::operations {
namespace {

using ::testing::HasSubstr;

class BackupCommandTest : public OperationsTest {
 protected:
  // Seen without reading all of it.
  void LoseCopy(uint32_t id) {
    std::filesystem::remove_all(absl::StrCat(Copies(), "/private/", id));
  }
  // Seen by its checksum.
  void DamageCopy(uint32_t id) {
    const std::string folder = absl::StrCat(Copies(), "/private/", id);
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().filename().string().rfind("MANIFEST", 0) != 0) continue;
      std::ofstream(entry.path(), std::ios::app) << "more";
    }
  }
};

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

TEST_F(BackupCommandTest, AFolderAtRestIsCopiedAndPutBackElsewhere) {
  MakeData(41);
  ASSERT_TRUE(Backup().ok());
  EXPECT_THAT(out_.str(), HasSubstr("journal up to record 41"));
  EXPECT_THAT(out_.str(), HasSubstr("verified"));
  EXPECT_THAT(out_.str(), HasSubstr("keys are not in it"));
  const std::string elsewhere = folder_.Below("elsewhere");
  const absl::Status restored = Restore(elsewhere);
  ASSERT_TRUE(restored.ok()) << restored;
  EXPECT_THAT(out_.str(), HasSubstr("restored backup 1 of toy zemgale"));
  EXPECT_THAT(out_.str(), HasSubstr("do this next"));
  EXPECT_TRUE(server::RestoredMarker(elsewhere));
  EXPECT_FALSE(server::RestoredMarker(Data()));
  EXPECT_EQ(LastAt(elsewhere), "41");
}

TEST_F(BackupCommandTest, TheNewestCopyIsTakenOrTheOneThatIsNamed) {
  for (uint64_t last : {1, 2, 3}) {
    MakeData(last);
    ASSERT_TRUE(Backup({"--keep", "2"}).ok());
  }
  EXPECT_THAT(out_.str(), HasSubstr("backups there: 2 3\n"));
  ASSERT_TRUE(Restore(folder_.Below("newest")).ok());
  EXPECT_EQ(LastAt(folder_.Below("newest")), "3");
  ASSERT_TRUE(Restore(folder_.Below("second"), {"--backup-id", "2"}).ok());
  EXPECT_EQ(LastAt(folder_.Below("second")), "2");
  const absl::Status gone = Restore(folder_.Below("first"), {"--backup-id", "1"});
  EXPECT_THAT(MessageOf(gone), HasSubstr("there are: 2, 3"));
  EXPECT_FALSE(FileExists(folder_.Below("first")));
}

TEST_F(BackupCommandTest, DataThatAreThereStayUnlessForced) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  MakeData(2);
  const absl::Status refused = Restore(Data());
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(MessageOf(refused), HasSubstr("--force"));
  EXPECT_EQ(LastAt(Data()), "2");
  ASSERT_TRUE(Restore(Data() + "/", {"--force"}).ok());
  EXPECT_EQ(LastAt(Data()), "1");
  EXPECT_TRUE(server::RestoredMarker(Data()));
  EXPECT_EQ(LastAt(Data() + ".before-restore-20231114T221320Z"), "2");
  ASSERT_TRUE(Restore(Data(), {"--force"}).ok()) << "within the same second";
  EXPECT_EQ(LastAt(Data() + ".before-restore-20231114T221320Z-2"), "1");
}

TEST_F(BackupCommandTest, AFolderInUseIsNotRestoredEvenByForce) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  const auto held = server::DataFolder::Create(Data());
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore(Data(), {"--force"})));
  EXPECT_FALSE(FileExists(Data() + "/store.restoring"));
  // Held by a process that serves nothing: there is nobody to ask.
  EXPECT_THAT(MessageOf(Backup({"--insecure"})), HasSubstr("no server listens"));
}

TEST_F(BackupCommandTest, ARestoreThatWasBrokenOffIsDoneAgain) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  const std::string target = folder_.Below("target");
  std::filesystem::create_directories(target + "/store.restoring");
  std::ofstream(target + "/store.restoring/half") << "half";
  std::filesystem::create_directories(target + "/before-restore-20231114T221320Z/store");
  EXPECT_FALSE(server::DataFolder::Create(target).ok()) << "a server would begin an empty store";
  ASSERT_TRUE(Restore(target).ok());
  EXPECT_EQ(LastAt(target), "1");
  EXPECT_FALSE(FileExists(target + "/store.restoring"));
  EXPECT_FALSE(FileExists(target + "/store/half"));
  EXPECT_TRUE(server::DataFolder::Create(target).ok());
}

TEST_F(BackupCommandTest, TheStoreThatIsThereStaysUntilTheCopyHasOpened) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  MakeData(2);
  bool was_there = false;
  StoreKind kind = Kind();
  kind.identify = [this, &was_there](const storage::View&) -> absl::StatusOr<StoreIdentity> {
    was_there = FileExists(Data() + "/store/CURRENT");
    return absl::DataLossError("damaged");
  };
  EXPECT_TRUE(absl::IsDataLoss(Restore(Data(), {"--force"}, kind)));
  EXPECT_TRUE(was_there);
  EXPECT_FALSE(FileExists(Data() + "/store.restoring"));
  EXPECT_FALSE(FileExists(Data() + ".before-restore-20231114T221320Z"));
  EXPECT_FALSE(server::RestoredMarker(Data()));
  EXPECT_EQ(LastAt(Data()), "2");
}

TEST_F(BackupCommandTest, ADataFolderMayBeALinkAndNothingBesideItWritable) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  MakeData(2);
  const std::string link = folder_.Below("link");
  std::filesystem::create_directory_symlink(Data(), link);
  // As on a disk of its own: the name beside it can't be had.
  std::filesystem::create_symlink("/nowhere/at/all", link + ".before-restore-20231114T221320Z");
  ASSERT_TRUE(Restore(link, {"--force"}).ok());
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(LastAt(Data()), "1");
  const std::string aside = "/before-restore-20231114T221320Z";
  EXPECT_THAT(out_.str(), HasSubstr(link + aside));
  EXPECT_EQ(LastAt(Data() + aside), "2");
}

TEST_F(BackupCommandTest, AnOlderCopyIsTakenOnlyByName) {
  for (uint64_t last : {1, 2, 3, 4}) {
    MakeData(last);
    ASSERT_TRUE(Backup().ok());
  }
  const std::string target = folder_.Below("target");
  DamageCopy(4);
  const absl::Status damaged = Restore(target);
  EXPECT_TRUE(absl::IsDataLoss(damaged)) << damaged;
  EXPECT_THAT(MessageOf(damaged), HasSubstr("backup 4 in " + Copies() + " is damaged ("));
  EXPECT_THAT(MessageOf(damaged), HasSubstr("; name --backup-id 3 to take the one before"));
  LoseCopy(4);
  LoseCopy(3);
  const absl::Status lost = Restore(target);
  EXPECT_TRUE(absl::IsDataLoss(lost)) << lost;
  EXPECT_THAT(MessageOf(lost), HasSubstr("backup 4 in " + Copies() +
                                         " is damaged; name "
                                         "--backup-id 2 to take the one before"));
  EXPECT_TRUE(absl::IsNotFound(Restore(target, {"--backup-id", "3"})));
  EXPECT_FALSE(FileExists(target));
  ASSERT_TRUE(Restore(target, {"--backup-id", "2"}).ok());
  EXPECT_EQ(LastAt(target), "2");
}

TEST_F(BackupCommandTest, AnOlderDamagedCopyIsNoMatter) {
  for (uint64_t last : {1, 2}) {
    MakeData(last);
    ASSERT_TRUE(Backup().ok());
  }
  DamageCopy(1);
  ASSERT_TRUE(Restore(folder_.Below("target")).ok());
  EXPECT_EQ(LastAt(folder_.Below("target")), "2");
}

TEST_F(BackupCommandTest, ACopyOfAnotherNodeIsRefused) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  StoreKind named = Kind();
  named.owner = "toy vidzeme";
  const absl::Status refused = Restore(folder_.Below("target"), {}, named);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(MessageOf(refused), HasSubstr("are of toy zemgale, this is toy vidzeme"));
  named.owner = "toy zemgale";
  EXPECT_TRUE(Restore(folder_.Below("target"), {}, named).ok());
  // The same told by the store that is there.
  StoreKind other = Kind();
  other.identify = [read = other.identify](const storage::View& view) {
    auto identity = read(view);
    if (identity.ok() && identity->head.seq == Seq(2)) identity->owner = "toy vidzeme";
    return identity;
  };
  MakeData(2);
  const absl::Status mixed = Restore(Data(), {"--force"}, other);
  EXPECT_TRUE(absl::IsFailedPrecondition(mixed)) << mixed;
  EXPECT_THAT(MessageOf(mixed), HasSubstr("is of toy vidzeme, the backup is of toy zemgale"));
  EXPECT_EQ(LastAt(Data()), "2");
}

TEST_F(BackupCommandTest, ADamagedStoreGivesWay) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  std::ofstream(Data() + "/store/CURRENT") << "nonsense";
  ASSERT_TRUE(Restore(Data(), {"--force"}).ok());
  EXPECT_EQ(LastAt(Data()), "1");
}

TEST_F(BackupCommandTest, ACopyThatCantBeOpenedIsNotKept) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  StoreKind kind = Kind();
  int asked = 0;
  kind.identify =
      [&asked, read = kind.identify](const storage::View& view) -> absl::StatusOr<StoreIdentity> {
    if (++asked == 2) return absl::DataLossError("damaged");
    return read(view);
  };
  EXPECT_TRUE(absl::IsDataLoss(
      RunBackup(kind, Parse({"backup", "--data-dir", Data(), "--to", Copies()}), out_)));
  EXPECT_EQ(asked, 2);
  const auto left = storage::BackupFolder::OpenExisting(Copies())->List();
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().id, 1u);
}

TEST_F(BackupCommandTest, ACopyDoesNotFillTheDiskOfTheData) {
  MakeData(1);
  // More than any disk has.
  const absl::Status refused = Backup({"--disk-reserve-mib", "1000000000"});
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_THAT(MessageOf(refused), HasSubstr("the disk of the data is nearly full"));
  EXPECT_TRUE(absl::IsInvalidArgument(Backup({"--disk-reserve-mib", "-1"})));
  EXPECT_TRUE(Backup().ok());
}

TEST_F(BackupCommandTest, ACopyIsGivenUpWhenTheDiskGetsFull) {
  MakeData(1);
  const auto store = OpenStore(Data() + "/store");
  SeededEntropy entropy(7);
  for (int i = 0; i < 40; ++i) {
    storage::WriteBatch batch;
    batch.Put(0, absl::StrCat("more ", i), entropy.Bytes(1 << 20));
    ASSERT_TRUE(store->Write(batch).ok());
  }
  constexpr uint64_t kReserve = 1000;
  int asked = 0;
  BackupTerms terms;
  terms.data_dir = Data();
  terms.folder = Copies();
  terms.disk_reserve_bytes = kReserve;
  terms.free_bytes = [&asked](const std::string&) {
    return kReserve + kBackupMarginBytes - (++asked > 3 ? 1 : 0);
  };
  const auto made = MakeBackup(Kind(), *store, terms);
  EXPECT_TRUE(absl::IsResourceExhausted(made.status())) << made.status();
  EXPECT_EQ(asked, 4) << "in the middle of it";
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(Copies())) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  EXPECT_LT(bytes, 1u << 20) << "half a copy is not left behind";
  EXPECT_TRUE(storage::BackupFolder::OpenExisting(Copies())->List()->empty());
}

TEST_F(BackupCommandTest, ADamagedCopyTouchesNothing) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  DamageCopy(1);
  const std::string target = folder_.Below("target");
  EXPECT_THAT(MessageOf(Restore(target)), HasSubstr("backup 1 in " + Copies() + " is damaged"));
  EXPECT_FALSE(FileExists(target));
}

TEST_F(BackupCommandTest, CopiesOfAnotherProgramAreRefused) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  const absl::Status refused = Restore(folder_.Below("other"), {}, Kind("toy-two"));
  EXPECT_THAT(MessageOf(refused), HasSubstr("are of toy zemgale, this is toy-two"));
}

TEST_F(BackupCommandTest, WhatIsMissingIsNamed) {
  EXPECT_TRUE(absl::IsInvalidArgument(RunBackup(Kind(), Parse({"backup"}), out_)));
  const absl::Status to = RunBackup(Kind(), Parse({"backup", "--data-dir", Data()}), out_);
  EXPECT_THAT(MessageOf(to), HasSubstr("--to"));
  EXPECT_TRUE(absl::IsNotFound(Backup()));
  MakeData(1);
  EXPECT_TRUE(absl::IsInvalidArgument(Backup({"--keep", "-1"})));
  EXPECT_TRUE(absl::IsNotFound(Restore(folder_.Below("target"))));
}

TEST(CheckBackupFolder, RefusesWhatLiesInTheDataFolder) {
  EXPECT_TRUE(CheckBackupFolder("/srv/kopa", "/srv/kopa.backups").ok());
  EXPECT_TRUE(CheckBackupFolder("/srv/kopa", "/srv").ok());
  EXPECT_TRUE(CheckBackupFolder("/srv/kopa/", "/srv/kopa2/x").ok());
  for (const char* inside :
       {"/srv/kopa", "/srv/kopa/", "/srv/kopa/backups", "/srv/other/../kopa/b", "relative"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckBackupFolder("/srv/kopa", inside))) << inside;
  }
  EXPECT_FALSE(CheckBackupFolder("/srv/kopa/", "/srv/kopa/backups").ok());
}

TEST(CheckBackupFolder, FollowsLinks) {
  const storage::TemporaryFolder folder;
  std::filesystem::create_directories(folder.Below("data"));
  std::filesystem::create_directory_symlink(folder.Below("data"), folder.Below("link"));
  EXPECT_FALSE(CheckBackupFolder(folder.Below("data"), folder.Below("link") + "/copies").ok());
}

}  // namespace
}  // namespace kopa::operations
