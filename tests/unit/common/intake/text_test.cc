#include "common/intake/text.h"

#include <gtest/gtest.h>

#include <string>

namespace kopa::intake {
namespace {

using namespace std::string_literals;

TextProblem ProblemOf(absl::string_view text) { return InspectText(text, false).problem; }

std::string Normal(absl::string_view text) {
  const TextFindings findings = InspectText(text, true);
  EXPECT_EQ(findings.problem, TextProblem::kNone);
  return NormalText(text, findings);
}

TEST(Text, LatvianTextIsFine) {
  const TextFindings findings = InspectText("Ķeguma novada „Žagari” — 5 €", false);
  EXPECT_EQ(findings.problem, TextProblem::kNone);
  EXPECT_EQ(findings.characters, 28u);
  EXPECT_FALSE(InspectText("Ķeguma novads", false).maybe_not_nfc);
}

TEST(Text, MalformedUtf8IsFound) {
  for (const std::string& text :
       {"\xFF"s, "a\xC4"s, "\xC0\x80"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s, "R\xEEga"s}) {
    EXPECT_EQ(ProblemOf(text), TextProblem::kNotUtf8);
  }
}

TEST(Text, ControlCharactersAreFound) {
  for (const std::string& text : {"a\0b"s, "\x01"s, "\x1B[31m"s, "\x7F"s, "\u0085"s, "\u2028"s,
                                  "a\nb"s, "a\rb"s, "a\tb"s, "\uFFFE"s, "\U0001FFFF"s}) {
    EXPECT_EQ(ProblemOf(text), TextProblem::kControl);
  }
  EXPECT_EQ(InspectText("a\nb\r\nc\td", true).problem, TextProblem::kNone);
  EXPECT_EQ(InspectText("a\0b"s, true).problem, TextProblem::kControl);
}

TEST(Text, ControlsOfWritingDirectionAreFound) {
  for (const char* text : {"\u202E", "a\u200Fb", "\u061C", "\u2066x\u2069", "\u200E", "\u202A"}) {
    EXPECT_EQ(ProblemOf(text), TextProblem::kBidi);
  }
  // A narrow no-break space and a joiner are none.
  EXPECT_EQ(ProblemOf("5\u202F000"), TextProblem::kNone);
}

TEST(Text, TheNormalFormIsComposedAndTrimmed) {
  EXPECT_EQ(Normal(" \u00A0 Ri\u0304ga \u00A0\n"), "R\u012Bga");
  EXPECT_EQ(Normal("R\u012Bga"), "R\u012Bga");
  EXPECT_EQ(Normal("K\u0327eguma"), "\u0136eguma");
  // Composed already, though it has characters from U+0300 on.
  EXPECT_EQ(Normal("Приветы €"), "Приветы €");
  EXPECT_EQ(Normal("a\r\nb\rc\nd"), "a\nb\nc\nd");
  EXPECT_EQ(Normal("  "), "");
}

TEST(Text, SpacesAreTakenOutEverywhere) {
  EXPECT_EQ(WithoutSpaces(" 4000\u00A08260\t404\n"), "40008260404");
  EXPECT_EQ(WithoutSpaces("\xC2"), "\xC2");
  EXPECT_EQ(TrimText("\u00A0a b\u00A0"), "a b");
}

}  // namespace
}  // namespace kopa::intake
