#include "common/territory/folded_text.h"

#include <gtest/gtest.h>

namespace kopa {
namespace {

FoldedText Fold(absl::string_view text) {
  const auto folded = FoldedText::Of(text);
  EXPECT_TRUE(folded.ok()) << folded.status();
  return folded.value_or(FoldedText());
}

TEST(FoldedText, TakesCaseUnicodeFormAndSpacesAsTheSame) {
  EXPECT_EQ(Fold("Rīga"), Fold("RĪGA"));
  EXPECT_EQ(Fold("Rīga"), Fold("Ri\u0304ga"));
  EXPECT_EQ(Fold("Ķekavas novads"), Fold(" \tĶekavas\u00a0\u2003 NOVADS\r\n"));
  EXPECT_FALSE(Fold("Ķekavas novads") == Fold("Ķekavasnovads"));
  EXPECT_FALSE(Fold("Rīga") == Fold("Riga"));
}

TEST(FoldedText, TellsLeftOutDiacriticsFromWrongOnes) {
  EXPECT_TRUE(Fold("riga").SpellsOrOmitsMarksOf(Fold("Rīga")));
  EXPECT_TRUE(Fold("rīga").SpellsOrOmitsMarksOf(Fold("Rīga")));
  EXPECT_TRUE(Fold("Rezeknes valstspilsēta").SpellsOrOmitsMarksOf(Fold("Rēzeknes valstspilsēta")));
  EXPECT_FALSE(Fold("Rīgā").SpellsOrOmitsMarksOf(Fold("Rīga")));
  EXPECT_FALSE(Fold("Rĩga").SpellsOrOmitsMarksOf(Fold("Rīga")));
  EXPECT_FALSE(Fold("rig").SpellsOrOmitsMarksOf(Fold("Rīga")));
}

TEST(FoldedText, EmptyWhereThereIsOnlyWhiteSpace) {
  EXPECT_TRUE(Fold("").bases().empty());
  EXPECT_TRUE(Fold(" \t\u00a0 ").bases().empty());
}

TEST(FoldedText, DigitsOnlyWhereThereIsNothingElse) {
  EXPECT_EQ(Fold(" 0038001 ").Digits(), "0038001");
  EXPECT_EQ(Fold("38 001").Digits(), "");
  EXPECT_EQ(Fold("38001a").Digits(), "");
  EXPECT_EQ(Fold("3\u03048001").Digits(), "");
  EXPECT_EQ(Fold("").Digits(), "");
}

TEST(FoldedText, RefusesWhatIsNotUtf8OrHasNul) {
  EXPECT_FALSE(FoldedText::Of("R\xEEga").ok());
  EXPECT_FALSE(FoldedText::Of("\xED\xA0\x80").ok());  // a surrogate
  EXPECT_FALSE(FoldedText::Of(absl::string_view("R\0ga", 4)).ok());
  EXPECT_FALSE(IsValidText("\xC3"));
  EXPECT_TRUE(IsValidText("Rīga 🙂"));
}

TEST(DistanceBetween, CountsLettersToTheBeginningAndToTheWhole) {
  const EditDistance distance = DistanceBetween(U"madona", U"madonas novads");
  EXPECT_EQ(distance.prefix, 0u);
  EXPECT_EQ(distance.whole, 8u);
  EXPECT_EQ(DistanceBetween(U"rigga", U"riga").whole, 1u);
  EXPECT_EQ(DistanceBetween(U"rga", U"riga").whole, 1u);
  EXPECT_EQ(DistanceBetween(U"rugu", U"riga").whole, 2u);
  EXPECT_EQ(DistanceBetween(U"", U"riga").whole, 4u);
  EXPECT_EQ(DistanceBetween(U"riga", U"").prefix, 4u);
}

}  // namespace
}  // namespace kopa
