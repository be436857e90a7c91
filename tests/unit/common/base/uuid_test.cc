#include "common/base/uuid.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"
#include "common/base/entropy.h"

namespace kopa {
namespace {

// The example of RFC 9562, appendix A.6.
constexpr char kExample[] = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

TEST(Uuid, TextAndBytesAreTheSameId) {
  const auto id = Uuid::Parse(kExample);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->ToString(), kExample);
  EXPECT_EQ(*Uuid::FromBytes(id->bytes()), *id);
  EXPECT_EQ(*Uuid::Parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), *id);
}

TEST(Uuid, VersionSevenIsMadeOfTimeAndRandomBits) {
  const std::array<uint8_t, 10> random = {0x0c, 0xc3, 0x18, 0xc4, 0xdc,
                                          0x0c, 0x0c, 0x07, 0x39, 0x8f};
  EXPECT_EQ(Uuid::FromParts(1'645'557'742'000, random).ToString(), kExample);
  const std::array<uint8_t, 10> ones = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  EXPECT_EQ(Uuid::FromParts(0, ones).ToString(), "00000000-0000-7fff-bfff-ffffffffffff");
}

TEST(Uuid, LaterOnesSortBehind) {
  SeededEntropy entropy(1);
  Uuid last;
  for (int i = 1; i < 100; ++i) {
    const Uuid id = entropy.NewUuid(absl::FromUnixMillis(1'715'979'540'000 + i));
    EXPECT_LT(last, id);
    last = id;
  }
}

TEST(Uuid, WhatIsNoIdIsRefused) {
  for (const char* bad :
       {"", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f ", "017f22e2-79b07-cc3-98c4-dc0c0c07398f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}"}) {
    EXPECT_EQ(Uuid::Parse(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_FALSE(Uuid::FromBytes("fifteen bytes..").ok());
  EXPECT_TRUE(Uuid().is_nil());
  EXPECT_FALSE(Uuid::Parse(kExample)->is_nil());
}

}  // namespace
}  // namespace kopa
