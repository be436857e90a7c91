#include "common/observability/utf8.h"

#include "gtest/gtest.h"

namespace kopa::observability {
namespace {

TEST(Utf8, ValidTextIsKept) {
  EXPECT_EQ(ValidUtf8("Ķegums, 5 €, 𝄞"), "Ķegums, 5 €, 𝄞");
  EXPECT_EQ(ValidUtf8(""), "");
}

TEST(Utf8, WhatIsNotUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(ValidUtf8("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(Utf8CharacterBytes("\xC0\xAF"), 0u) << "overlong slash";
  EXPECT_EQ(Utf8CharacterBytes("\xE0\x80\xAF"), 0u) << "overlong slash of three bytes";
  EXPECT_EQ(Utf8CharacterBytes("\xED\xA0\x80"), 0u) << "surrogate";
  EXPECT_EQ(Utf8CharacterBytes("\xF4\x90\x80\x80"), 0u) << "above U+10FFFF";
  EXPECT_EQ(Utf8CharacterBytes("\xC4"), 0u) << "cut short";
}

TEST(Utf8, IsCutBetweenCharacters) {
  EXPECT_EQ(ValidUtf8("aāb", 2), "a");
  EXPECT_EQ(ValidUtf8("aāb", 3), "aā");
  EXPECT_EQ(ValidUtf8("\xFF", 2), "");
}

}  // namespace
}  // namespace kopa::observability
