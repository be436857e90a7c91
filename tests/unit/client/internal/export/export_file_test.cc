#include "client/internal/export/export_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/client/testing/scratch_folder.h"

namespace kopa::client {
namespace {

class ExportFileTest : public ::testing::Test {
 protected:
  ptrdiff_t Files() const {
    return std::distance(std::filesystem::directory_iterator(folder_.Path("")), {});
  }

  testing::ScratchFolder folder_;
};

TEST_F(ExportFileTest, HasItsNameOnlyOnceItIsWhole) {
  auto file = ExportFile::Create(folder_.Path("out"));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Write("one").ok());
  ASSERT_TRUE((*file)->Write(std::string(1 << 20, 'x')).ok());
  EXPECT_FALSE(folder_.Has("out"));
  ASSERT_TRUE((*file)->Commit().ok());
  EXPECT_EQ(folder_.Read("out"), "one" + std::string(1 << 20, 'x'));
  EXPECT_EQ(Files(), 1);
}

TEST_F(ExportFileTest, GivenUpItLeavesWhatWasThere) {
  folder_.Write("out", "old");
  {
    auto file = ExportFile::Create(folder_.Path("out"));
    ASSERT_TRUE((*file)->Write("new").ok());
    EXPECT_EQ(Files(), 2);
  }
  EXPECT_EQ(folder_.Read("out"), "old");
  EXPECT_EQ(Files(), 1);
}

TEST_F(ExportFileTest, ALinkStaysALink) {
  folder_.Write("target", "old");
  std::filesystem::create_symlink("target", folder_.Path("link"));
  auto file = ExportFile::Create(folder_.Path("link"));
  ASSERT_TRUE((*file)->Write("new").ok());
  ASSERT_TRUE((*file)->Commit().ok());
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.Path("link")));
  EXPECT_EQ(folder_.Read("target"), "new");
}

TEST_F(ExportFileTest, AFolderThatIsNotThereIsNamed) {
  EXPECT_FALSE(ExportFile::Create(folder_.Path("none/out")).ok());
}

}  // namespace
}  // namespace kopa::client
