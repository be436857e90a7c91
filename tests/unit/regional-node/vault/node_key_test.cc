#include "regional-node/vault/node_key.h"

#include <sys/stat.h>

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/storage/temporary_folder.h"

namespace kopa::vault {
namespace {

using testing::HasSubstr;

class NodeKeyTest : public testing::Test {
 protected:
  mode_t Mode() const {
    struct stat info {};
    EXPECT_EQ(stat(path_.c_str(), &info), 0);
    return info.st_mode & 07777;
  }

  absl::Status Write(absl::string_view content, int mode = 0600) {
    return WriteFileAtomically(path_, content, mode);
  }

  static std::string Digits() { return std::string(64, 'a'); }

  storage::TemporaryFolder folder_;
  const std::string path_ = folder_.Below("node.key");
  SystemEntropy entropy_;
};

TEST_F(NodeKeyTest, IsMadeOnceAndForItsOwnerOnly) {
  EXPECT_EQ(NodeKey::Load(path_).status().code(), absl::StatusCode::kNotFound);
  const auto made = NodeKey::LoadOrCreate(path_, entropy_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(Mode(), 0600u);
  const auto loaded = NodeKey::LoadOrCreate(path_, entropy_);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->wrap_key().bytes(), made->wrap_key().bytes());
  EXPECT_EQ(loaded->staff_key().bytes(), made->staff_key().bytes());
  EXPECT_EQ(NodeKey::Create(path_, entropy_).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_FALSE(FileExists(path_ + ".tmp"));
}

TEST_F(NodeKeyTest, TwoNodesHaveDifferentKeys) {
  const auto one = NodeKey::Create(path_, entropy_);
  const auto other = NodeKey::Create(folder_.Below("other.key"), entropy_);
  EXPECT_NE(one->wrap_key().bytes(), other->wrap_key().bytes());
}

TEST_F(NodeKeyTest, AFileThatGroupOrOthersMayUseIsRefused) {
  ASSERT_TRUE(NodeKey::Create(path_, entropy_).ok());
  for (mode_t mode : {0644u, 0640u, 0604u, 0620u, 0602u, 0610u}) {
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    const absl::Status status = NodeKey::LoadOrCreate(path_, entropy_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 600"));
  }
  for (mode_t mode : {0600u, 0400u}) {
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    EXPECT_TRUE(NodeKey::Load(path_).ok());
  }
}

TEST_F(NodeKeyTest, AFolderIsNoKeyFile) {
  ASSERT_TRUE(MakeFolders(path_).ok());
  EXPECT_EQ(NodeKey::LoadOrCreate(path_, entropy_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(NodeKeyTest, AFileThatBreaksTheGrammarIsRefusedAndNotShown) {
  ASSERT_TRUE(Write("kopa node key 1\n" + Digits() + "\n").ok());
  ASSERT_TRUE(NodeKey::Load(path_).ok());
  for (const std::string& content :
       {std::string(), Digits() + "\n", "kopa node key 1\n" + Digits(),
        "kopa node key 1\n" + Digits() + "\n\n", "kopa node key 2\n" + Digits() + "\n",
        "kopa node key 1\n" + Digits().substr(1) + "g\n", "kopa node key 1\n" + Digits() + "aa\n",
        "kopa node key 1\n" + Digits().substr(2) + "\n"}) {
    ASSERT_TRUE(Write(content).ok());
    const absl::Status status = NodeKey::LoadOrCreate(path_, entropy_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << content;
    EXPECT_FALSE(absl::StrContains(status.message(), "aaaa"));
  }
}

TEST_F(NodeKeyTest, EachPurposeHasAKeyOfItsOwn) {
  ASSERT_TRUE(Write("kopa node key 1\n" + Digits() + "\n").ok());
  const auto key = NodeKey::Load(path_);
  ASSERT_TRUE(key.ok());
  const std::set<std::string> distinct = {
      std::string(64 / 2, '\xAA'),
      std::string(key->wrap_key().bytes()),
      std::string(key->staff_key().bytes()),
      key->RequestDigest("row"),
      key->ExternalRefDigest("row"),
      Sha256("row"),
      HmacSha256(std::string(32, '\xAA'), "row"),
      HmacSha256(key->wrap_key().bytes(), "row"),
      HmacSha256(key->staff_key().bytes(), "row"),
  };
  EXPECT_EQ(distinct.size(), 9u);
  EXPECT_EQ(key->RequestDigest("row"), key->RequestDigest("row"));
  EXPECT_NE(key->RequestDigest("row"), key->RequestDigest("other row"));
}

// Stored data depend on these: a change here makes every sealed byte and every digest unreadable.
TEST_F(NodeKeyTest, DerivedKeysNeverChange) {
  ASSERT_TRUE(Write("kopa node key 1\n" + Digits() + "\n").ok());
  const auto key = NodeKey::Load(path_);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(ToHex(key->wrap_key().bytes()),
            "dbf3822cb80d613db33f0ab33677f023188b54b1a3a33aeab0f4d21171dc31b8");
  EXPECT_EQ(ToHex(key->staff_key().bytes()),
            "46bb74d87350303afc6f10ffadf9c63e542a1d89315cc1cd5c7abe8bf9376783");
  EXPECT_EQ(ToHex(key->RequestDigest("row")),
            "b573c3e699f480b22f2e6b08263d9e4387a5baba141ba2f66335feb4c3b20c66");
  EXPECT_EQ(ToHex(key->ExternalRefDigest("row")),
            "5a7a0399a7c4fe348bf6a5a38a96a0864043ac83787a084861a4d5c50130d74c");
}

}  // namespace
}  // namespace kopa::vault
