#include "common/server/endpoint.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include "common/base/file.h"
#include "common/server/data_folder.h"
#include "common/server/restored_marker.h"
#include "gtest/gtest.h"

namespace kopa::server {
namespace {

class EndpointTest : public ::testing::Test {
 protected:
  EndpointTest() {
    std::string name = ::testing::TempDir() + "/endpoint_XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~EndpointTest() override { std::filesystem::remove_all(path_); }

  std::string path_;
};

TEST_F(EndpointTest, IsReadBackAndRemoved) {
  EXPECT_TRUE(absl::IsNotFound(ReadEndpoint(path_).status()));
  ASSERT_TRUE(WriteEndpoint(path_, {"127.0.0.1:7400", "ab12"}).ok());
  const auto read = ReadEndpoint(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->address, "127.0.0.1:7400");
  EXPECT_EQ(read->token, "ab12");
  RemoveEndpoint(path_);
  RemoveEndpoint(path_);
  EXPECT_TRUE(absl::IsNotFound(ReadEndpoint(path_).status()));
}

TEST_F(EndpointTest, ADamagedOneIsTold) {
  for (const char* content : {"", "127.0.0.1:7400\n", "a\nb", "\nb\n", "a\nb\nc\n"}) {
    ASSERT_TRUE(WriteFileAtomically(path_ + "/ENDPOINT", content, 0600).ok());
    EXPECT_TRUE(absl::IsDataLoss(ReadEndpoint(path_).status())) << content;
  }
}

TEST_F(EndpointTest, WhatAKilledServerLeftGoesWithTheNextLock) {
  ASSERT_TRUE(WriteEndpoint(path_, {"127.0.0.1:7400", "ab12"}).ok());
  {
    const auto looked_at = DataFolder::OpenExisting(path_);
    EXPECT_TRUE(ReadEndpoint(path_).ok());
  }
  const auto taken = DataFolder::Create(path_);
  ASSERT_TRUE(taken.ok());
  EXPECT_TRUE(absl::IsNotFound(ReadEndpoint(path_).status()));
  ASSERT_TRUE(WriteEndpoint(path_, {"127.0.0.1:7400", "ab12"}).ok());
  EXPECT_FALSE(DataFolder::Create(path_).ok());
  EXPECT_TRUE(ReadEndpoint(path_).ok()) << "of the server that holds the folder";
}

TEST_F(EndpointTest, TheMarkerOfARestoreStaysUntilItIsCleared) {
  EXPECT_FALSE(RestoredMarker(path_));
  ASSERT_TRUE(LeaveRestoredMarker(path_).ok());
  EXPECT_TRUE(RestoredMarker(path_));
  ASSERT_TRUE(ClearRestoredMarker(path_).ok());
  EXPECT_FALSE(RestoredMarker(path_));
  EXPECT_TRUE(ClearRestoredMarker(path_).ok());
}

}  // namespace
}  // namespace kopa::server
