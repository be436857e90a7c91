#include "common/server/data_folder.h"

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::server {
namespace {

using ::testing::HasSubstr;

class DataFolderTest : public ::testing::Test {
 protected:
  DataFolderTest() {
    std::string name = ::testing::TempDir() + "/data_folder_XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    path_ = root_ + "/made/with/parents";
  }
  ~DataFolderTest() override { std::filesystem::remove_all(root_); }

  std::string root_;
  std::string path_;
};

TEST_F(DataFolderTest, IsMadeAndHeldAgainstOthersUntilItGoes) {
  {
    const auto folder = DataFolder::Create(path_);
    ASSERT_TRUE(folder.ok()) << folder.status();
    EXPECT_EQ(folder->store_path(), path_ + "/store");
    for (const auto& second : {DataFolder::Create(path_), DataFolder::OpenExisting(path_)}) {
      EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
      EXPECT_THAT(std::string(second.status().message()),
                  HasSubstr(path_ + " is in use by another process"));
    }
  }
  EXPECT_TRUE(DataFolder::Create(path_).ok());
  EXPECT_TRUE(DataFolder::OpenExisting(path_).ok());
}

TEST_F(DataFolderTest, WhatARestoreLeftHalfDoneIsNoEmptyFolder) {
  std::filesystem::create_directories(path_ + "/store.restoring");
  const auto refused = DataFolder::Create(path_);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("was broken off; run it again"));
  EXPECT_TRUE(DataFolder::CreateForRestore(path_).ok());
  // The old store is still there: nothing was lost.
  std::filesystem::create_directories(path_ + "/store");
  EXPECT_TRUE(DataFolder::Create(path_).ok());
}

TEST_F(DataFolderTest, LookingAtOneThatIsNotThereMakesNothing) {
  EXPECT_TRUE(absl::IsNotFound(DataFolder::OpenExisting(path_).status()));
  EXPECT_TRUE(absl::IsNotFound(DataFolder::OpenExisting(root_).status()));
  EXPECT_TRUE(std::filesystem::is_empty(root_));
}

}  // namespace
}  // namespace kopa::server
