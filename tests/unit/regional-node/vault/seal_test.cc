#include "regional-node/vault/seal.h"

#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/entropy.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::vault {
namespace {

class SealTest : public testing::Test {
 protected:
  SeededEntropy entropy_{1};
  const SecretKey key_ = SecretKey::Random(entropy_);
  const ApplicationId id_ = ApplicationId::FromBytes("0123456789abcdef").value();
  const std::string associated_ = AssociatedData(NodeId("zemgale"), id_, "person", 3);
};

TEST_F(SealTest, OpensWhatItSealed) {
  for (const std::string& plaintext : {std::string(), std::string("x"),
                                       std::string("Anna\0Ozola", 10), std::string(100'000, 'y')}) {
    const std::string sealed = Seal(key_, associated_, plaintext, entropy_);
    EXPECT_EQ(sealed.size(), plaintext.size() + kSealOverheadBytes);
    EXPECT_TRUE(Open(key_, associated_, sealed).value() == plaintext);
  }
}

TEST_F(SealTest, ShowsNothingOfThePlaintext) {
  EXPECT_FALSE(absl::StrContains(Seal(key_, associated_, "Anna Ozola", entropy_), "Anna"));
}

TEST_F(SealTest, NeverRepeatsItself) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(Seal(key_, associated_, "same", entropy_));
  EXPECT_EQ(seen.size(), 100u);
}

// Made once from Python, by the documented grammar. The format can't change.
TEST_F(SealTest, OpensTheKnownVector) {
  std::string counting;
  for (size_t i = 0; i < SecretKey::kBytes; ++i) counting.push_back(static_cast<char>(i));
  const SecretKey key = SecretKey::FromBytes(counting).value();
  const std::string associated = AssociatedData(NodeId("zemgale"), id_, "person", 3);
  EXPECT_EQ(ToHex(associated),
            "000000077a656d67616c65"
            "30313233343536373839616263646566"
            "00000006706572736f6e"
            "0000000000000003");
  const std::string sealed = FromHex(
                                 "016465666768696a6b6c6d6e6f0975b00759a62cf1520362c41e0e817c13"
                                 "fc39058be3ccad66c5")
                                 .value();
  EXPECT_EQ(Open(key, associated, sealed).value(), "Anna Ozola");
}

TEST_F(SealTest, AnotherKeyDoesNotOpen) {
  const std::string sealed = Seal(key_, associated_, "Anna Ozola", entropy_);
  const SecretKey other = SecretKey::Random(entropy_);
  EXPECT_EQ(Open(other, associated_, sealed).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SealTest, OtherAssociatedDataDoNotOpen) {
  const std::string sealed = Seal(key_, associated_, "Anna Ozola", entropy_);
  const ApplicationId other_id = ApplicationId::FromBytes("0123456789abcdeX").value();
  for (const std::string& associated :
       {AssociatedData(NodeId("vidzeme-kurzeme"), id_, "person", 3),
        AssociatedData(NodeId("zemgale"), other_id, "person", 3),
        AssociatedData(NodeId("zemgale"), id_, "contact", 3),
        AssociatedData(NodeId("zemgale"), id_, "person", 4), std::string()}) {
    EXPECT_EQ(Open(key_, associated, sealed).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST_F(SealTest, ASingleFlippedBitAnywhereIsRefusedWithoutShowingContent) {
  const std::string sealed = Seal(key_, associated_, "Anna Ozola", entropy_);
  for (size_t at = 0; at < sealed.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = sealed;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      const absl::Status status = Open(key_, associated_, damaged).status();
      ASSERT_EQ(status.code(), absl::StatusCode::kDataLoss) << "byte " << at << " bit " << bit;
      ASSERT_FALSE(absl::StrContains(status.message(), "Anna"));
    }
  }
}

TEST_F(SealTest, CutOrLengthenedBytesAreRefused) {
  const std::string sealed = Seal(key_, associated_, "Anna Ozola", entropy_);
  for (size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_FALSE(Open(key_, associated_, sealed.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(Open(key_, associated_, sealed + "x").ok());
}

TEST_F(SealTest, ManyThreadsSealAtOnce) {
  SystemEntropy entropy;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 500; ++n) {
        const std::string plaintext = absl::StrCat(i, " ", n);
        const std::string sealed = Seal(key_, associated_, plaintext, entropy);
        EXPECT_EQ(Open(key_, associated_, sealed).value(), plaintext);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(SecretKey, AMovedKeyLeavesNothingBehind) {
  SeededEntropy entropy(1);
  SecretKey key = SecretKey::Random(entropy);
  const std::string bytes(key.bytes());
  const SecretKey clone = key.Clone();
  const absl::string_view left_behind = key.bytes();
  const SecretKey moved = std::move(key);
  EXPECT_EQ(moved.bytes(), bytes);
  EXPECT_EQ(clone.bytes(), bytes);
  EXPECT_EQ(left_behind, std::string(SecretKey::kBytes, '\0'));
}

TEST(SecretKey, HasThirtyTwoBytes) {
  EXPECT_FALSE(SecretKey::FromBytes(std::string(31, 'x')).ok());
  EXPECT_FALSE(SecretKey::FromBytes(std::string(33, 'x')).ok());
}

}  // namespace
}  // namespace kopa::vault
