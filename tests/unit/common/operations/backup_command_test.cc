#include "common/operations/backup_command.h"

#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "common/operations/make_backup.h"
#include "common/server/restored_marker.h"
#include "gmock/gmock.h"
#include "tests/unit/common/operations/operations_fixture.h"

namespace kopa::operations {
namespace {

using ::testing::HasSubstr;

using BackupCommandTest = OperationsTest;

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
  EXPECT_EQ(LastAt(Data() + ".before-restore-20231114T221320Z"), "2");
  ASSERT_TRUE(Restore(Data(), {"--force"}).ok()) << "within the same second";
  EXPECT_EQ(LastAt(Data() + ".before-restore-20231114T221320Z-2"), "1");
}

TEST_F(BackupCommandTest, AFolderInUseIsNotRestoredEvenByForce) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  const auto held = server::DataFolder::Create(Data());
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore(Data(), {"--force"})));
  // Held by a process that serves nothing: there is nobody to ask.
  EXPECT_THAT(MessageOf(Backup({"--insecure"})), HasSubstr("no server listens"));
}

TEST_F(BackupCommandTest, ARestoreThatWasBrokenOffIsDoneAgain) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  const std::string target = folder_.Below("target");
  std::filesystem::create_directories(target + "/store.restoring");
  std::ofstream(target + "/store.restoring/half") << "half";
  ASSERT_TRUE(Restore(target).ok());
  EXPECT_EQ(LastAt(target), "1");
  EXPECT_FALSE(FileExists(target + "/store.restoring"));
  EXPECT_FALSE(FileExists(target + "/store/half"));
}

TEST_F(BackupCommandTest, ADamagedCopyTouchesNothing) {
  MakeData(1);
  ASSERT_TRUE(Backup().ok());
  for (const auto& entry : std::filesystem::recursive_directory_iterator(Copies() + "/private")) {
    if (entry.path().filename().string().rfind("MANIFEST", 0) != 0) continue;
    std::ofstream(entry.path(), std::ios::app) << "more";
  }
  const std::string target = folder_.Below("target");
  EXPECT_FALSE(Restore(target).ok());
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
