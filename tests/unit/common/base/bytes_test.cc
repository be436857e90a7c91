#include "common/base/bytes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace kopa {
namespace {

TEST(Bytes, WhatIsWrittenIsReadBack) {
  const std::string bytes = ByteWriter()
                                .U8(0xFE)
                                .U32(0xDEADBEEF)
                                .U64(0x0123456789ABCDEF)
                                .I64(std::numeric_limits<int64_t>::min())
                                .Bytes("kopā")
                                .Bytes("")
                                .Raw("end")
                                .Take();
  ByteReader in(bytes);
  EXPECT_EQ(in.U8(), 0xFE);
  EXPECT_EQ(in.U32(), 0xDEADBEEF);
  EXPECT_EQ(in.U64(), 0x0123456789ABCDEFu);
  EXPECT_EQ(in.I64(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(in.Bytes(), "kopā");
  EXPECT_EQ(in.Bytes(), "");
  EXPECT_EQ(in.Raw(3), "end");
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.empty());
}

// Hashes and stored keys rest on these very bytes.
TEST(Bytes, IntegersAreBigEndianAndLengthsAreFourBytes) {
  EXPECT_EQ(ToHex(ByteWriter().U8(1).U32(2).U64(3).Take()), "01000000020000000000000003");
  EXPECT_EQ(ToHex(ByteWriter().I64(-2).Take()), "fffffffffffffffe");
  EXPECT_EQ(ToHex(ByteWriter().Bytes("ab").Take()), "000000026162");
}

TEST(Bytes, KeysSortAsTheirNumbersDo) {
  std::string last;
  for (const uint64_t number : {uint64_t{0}, uint64_t{1}, uint64_t{255}, uint64_t{256},
                                uint64_t{65535}, uint64_t{1} << 32, ~uint64_t{0}}) {
    const std::string key = ByteWriter().U64(number).Take();
    EXPECT_LT(last, key) << number;
    last = key;
  }
}

TEST(Bytes, ReadingPastTheEndGivesZeroAndIsRemembered) {
  const std::string bytes = ByteWriter().U32(7).Take();
  ByteReader in(bytes);
  EXPECT_EQ(in.U64(), 0u);
  EXPECT_FALSE(in.ok());
  EXPECT_TRUE(in.empty());
  EXPECT_EQ(in.U8(), 0u) << "nothing can be read after a failure";
  EXPECT_FALSE(in.ok());
}

TEST(Bytes, ALengthThatPointsPastTheEndIsNoString) {
  const std::string bytes = ByteWriter().U32(0xFFFFFFFF).Raw("abc").Take();
  ByteReader in(bytes);
  EXPECT_EQ(in.Bytes(), "");
  EXPECT_FALSE(in.ok());
}

TEST(Bytes, AnyPrefixOfWhatWasWrittenIsFoundToBeShort) {
  const std::string bytes = ByteWriter().U8(1).Bytes("node").U64(9).Take();
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(absl::string_view(bytes).substr(0, size));
    in.U8();
    in.Bytes();
    in.U64();
    EXPECT_FALSE(in.ok()) << size;
  }
}

TEST(Bytes, HexTakesBothCasesAndRefusesEverythingElse) {
  EXPECT_EQ(ToHex(std::string("\x00\xff\x10", 3)), "00ff10");
  EXPECT_EQ(*FromHex("00FF10"), std::string("\x00\xff\x10", 3));
  EXPECT_EQ(*FromHex(""), "");
  for (const char* bad : {"0", "0g", "0x", " 00", "00 "}) {
    EXPECT_EQ(FromHex(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(Bytes, PrefixEndIsTheFirstKeyBehindThePrefix) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd(std::string("a\xff", 2)), "b");
  EXPECT_EQ(PrefixEnd(std::string("a\x00", 2)), std::string("a\x01", 2));
  EXPECT_EQ(PrefixEnd(std::string("\xff\xff", 2)), "") << "there is no end";
  EXPECT_EQ(PrefixEnd(""), "");
}

}  // namespace
}  // namespace kopa
