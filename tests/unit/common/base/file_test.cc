#include "common/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

namespace kopa {
namespace {

class File : public ::testing::Test {
 protected:
  File() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/kopa-file-XXXXXX");
    folder_ = mkdtemp(pattern.data());
  }
  ~File() override { std::filesystem::remove_all(folder_); }

  std::string Path(absl::string_view name) const {
    return absl::StrCat(folder_, "/", std::string(name));
  }
  static int ModeOf(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }

  std::string folder_;
};

TEST_F(File, WhatIsWrittenIsReadBackWithTheModeAskedFor) {
  const std::string content("a\0b\n", 4);
  const mode_t old = umask(0077);
  EXPECT_TRUE(WriteFileAtomically(Path("key"), content, 0640).ok());
  umask(old);
  EXPECT_EQ(*ReadFile(Path("key")), content);
  EXPECT_EQ(ModeOf(Path("key")), 0640) << "whatever the umask";
  EXPECT_FALSE(FileExists(Path("key.tmp")));
}

TEST_F(File, AMissingFileIsNotFoundAndNamed) {
  const auto content = ReadFile(Path("none"));
  EXPECT_EQ(content.status().code(), absl::StatusCode::kNotFound);
  EXPECT_NE(content.status().message().find(Path("none")), absl::string_view::npos);
  EXPECT_FALSE(FileExists(Path("none")));
}

TEST_F(File, AFolderCannotBeReadAsAFile) {
  EXPECT_EQ(ReadFile(folder_).status().code(), absl::StatusCode::kInternal);
}

TEST_F(File, WritingReplacesAsAWholeAndSurvivesALeftOverTemporaryFile) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), std::string(100'000, 'x'), 0600).ok());
  ASSERT_TRUE(WriteFileAtomically(Path("f.tmp"), "left by a crash", 0600).ok());
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "short", 0600).ok());
  EXPECT_EQ(*ReadFile(Path("f")), "short");
}

// A reader that opened the old file goes on reading the old content: the file itself is never
// written into.
TEST_F(File, AReaderOfTheOldFileKeepsTheOldContent) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "old", 0600).ok());
  ASSERT_EQ(link(Path("f").c_str(), Path("held").c_str()), 0);
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "new", 0600).ok());
  EXPECT_EQ(*ReadFile(Path("held")), "old");
}

TEST_F(File, AFailedWriteLeavesTheOldFile) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "old", 0600).ok());
  ASSERT_EQ(mkdir(Path("f.tmp").c_str(), 0700), 0);
  EXPECT_FALSE(WriteFileAtomically(Path("f"), "new", 0600).ok());
  EXPECT_EQ(*ReadFile(Path("f")), "old");
  EXPECT_EQ(WriteFileAtomically(Path("no/folder"), "x", 0600).code(), absl::StatusCode::kNotFound);
}

TEST_F(File, FoldersAreMadeWithTheirParentsForTheOwnerAlone) {
  EXPECT_TRUE(MakeFolders(Path("a/b//c")).ok());
  EXPECT_TRUE(MakeFolders(Path("a/b/c/")).ok()) << "a second time changes nothing";
  EXPECT_EQ(ModeOf(Path("a/b")), 0700);
  EXPECT_EQ(ModeOf(Path("a/b/c")), 0700);
  ASSERT_TRUE(WriteFileAtomically(Path("file"), "", 0600).ok());
  EXPECT_FALSE(MakeFolders(Path("file")).ok());
  EXPECT_FALSE(MakeFolders(Path("file/below")).ok());
}

// flock() is held by the open file, so a second Acquire conflicts within one process, too.
TEST_F(File, ALockIsHeldUntilItGoes) {
  {
    auto lock = FileLock::Acquire(Path("lock"));
    ASSERT_TRUE(lock.ok());
    const auto second = FileLock::Acquire(Path("lock"));
    EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_NE(second.status().message().find(Path("lock")), absl::string_view::npos);
    const FileLock moved = *std::move(lock);
    EXPECT_FALSE(FileLock::Acquire(Path("lock")).ok()) << "it moved along";
  }
  EXPECT_TRUE(FileLock::Acquire(Path("lock")).ok());
}

TEST_F(File, ALockKeepsOtherProcessesOutAndEndsWithItsProcess) {
  const pid_t child = fork();
  if (child == 0) {
    const auto held = FileLock::Acquire(Path("lock"));
    _exit(held.ok() ? 0 : 1);
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_EQ(WEXITSTATUS(result), 0);
  auto lock = FileLock::Acquire(Path("lock"));
  ASSERT_TRUE(lock.ok()) << "the child took it along";
  const pid_t other = fork();
  if (other == 0) _exit(FileLock::Acquire(Path("lock")).ok() ? 1 : 0);
  ASSERT_EQ(waitpid(other, &result, 0), other);
  EXPECT_EQ(WEXITSTATUS(result), 0) << "another process got it as well";
}

TEST_F(File, ALockFileThatCannotBeMadeIsAnError) {
  EXPECT_EQ(FileLock::Acquire(Path("no/lock")).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kopa
