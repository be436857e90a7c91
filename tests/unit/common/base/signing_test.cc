#include "common/base/signing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "common/base/bytes.h"
#include "common/base/file.h"

namespace kopa {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Hex(absl::string_view digits) { return *FromHex(digits); }

// RFC 8032, 7.1, test 2.
TEST(Signing, FollowsTheStandard) {
  const auto key =
      SigningKey::FromSeed(Hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(ToHex(key->public_key()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(ToHex(key->Sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Signing, OnlyTheRightKeyMessageAndSignatureGoTogether) {
  const auto key = SigningKey::FromSeed(std::string(32, 'a'));
  const auto other = SigningKey::FromSeed(std::string(32, 'b'));
  const std::string signature = key->Sign("message");
  EXPECT_TRUE(IsSignatureOf(key->public_key(), "message", signature));
  EXPECT_FALSE(IsSignatureOf(other->public_key(), "message", signature));
  EXPECT_FALSE(IsSignatureOf(key->public_key(), "massage", signature));
  std::string bent = signature;
  bent[5] = static_cast<char>(bent[5] ^ 1);
  EXPECT_FALSE(IsSignatureOf(key->public_key(), "message", bent));
  EXPECT_FALSE(IsSignatureOf("", "message", signature));
  EXPECT_FALSE(IsSignatureOf(key->public_key(), "message", ""));
}

TEST(Signing, ASeedOfAnotherSizeMakesNoKey) {
  EXPECT_FALSE(SigningKey::FromSeed("short").ok());
  EXPECT_FALSE(SigningKey::FromSeed(std::string(33, 'a')).ok());
}

TEST(Signing, AStatementNamesOwnerNumberAndHash) {
  const std::string hash(32, 'h');
  const std::string statement = HeadStatement("zemgale", Seq(7), hash);
  EXPECT_NE(statement, HeadStatement("", Seq(7), hash));
  EXPECT_NE(statement, HeadStatement("zemgale", Seq(8), hash));
  EXPECT_NE(statement, HeadStatement("zemgale", Seq(7), std::string(32, 'i')));
}

class SigningFile : public ::testing::Test {
 protected:
  SigningFile() {
    char name[] = "/tmp/kopa-signing-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/key";
  }
  ~SigningFile() override {
    unlink(path_.c_str());
    rmdir(folder_.c_str());
  }

  SeededEntropy entropy_{1};
  std::string folder_;
  std::string path_;
};

TEST_F(SigningFile, IsMadeOnceAndReadFromThenOn) {
  const auto made = SigningKey::LoadOrCreate(path_, entropy_);
  ASSERT_TRUE(made.ok()) << made.status();
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777u, 0600u);
  const auto read = SigningKey::LoadOrCreate(path_, entropy_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->public_key(), made->public_key());
}

TEST_F(SigningFile, IsRefusedWhereOthersMayUseItOrItIsDamaged) {
  ASSERT_TRUE(SigningKey::LoadOrCreate(path_, entropy_).ok());
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  EXPECT_EQ(SigningKey::LoadOrCreate(path_, entropy_).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const std::string content = *ReadFile(path_);
  ASSERT_TRUE(WriteFileAtomically(path_, content.substr(0, content.size() - 2) + "\n", 0600).ok());
  const absl::Status damaged = SigningKey::LoadOrCreate(path_, entropy_).status();
  EXPECT_EQ(damaged.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(damaged.message()), Not(HasSubstr(content.substr(30, 20))));
}

}  // namespace
}  // namespace kopa
