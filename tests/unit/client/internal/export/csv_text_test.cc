#include "client/internal/export/csv_text.h"

#include <gtest/gtest.h>

namespace kopa::client {
namespace {

TEST(CsvText, TextThatBeginsLikeAFormulaIsDefused) {
  for (const char* text : {"=1+1", "+371 20000000", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1",
                           "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x"}) {
    EXPECT_TRUE(BeginsLikeAFormula(text)) << text;
  }
  EXPECT_EQ(CsvRecord({{"=1+1"}}), "\"'=1+1\"\n");
  EXPECT_EQ(CsvRecord({{"@x"}, {"+1,5"}}), "\"'@x\",\"'+1,5\"\n");
}

TEST(CsvText, OtherTextStaysAsItIs) {
  for (const char* text : {"", "Biedrība", "a=b", "0038001", " =1", "1-2"}) {
    EXPECT_FALSE(BeginsLikeAFormula(text)) << text;
  }
  EXPECT_EQ(CsvRecord({{"Rīga"}, {""}, {"a=b"}}), "Rīga,,a=b\n");
}

TEST(CsvText, NumbersAreNeverMadeText) {
  EXPECT_EQ(CsvRecord({{"-12.50", true}, {"4600.00", true}}), "-12.50,4600.00\n");
}

TEST(CsvText, QuotesWhatNeedsIt) {
  EXPECT_EQ(CsvRecord({{"Biedrība \"A, B\""}, {"two\nlines"}}),
            "\"Biedrība \"\"A, B\"\"\",\"two\nlines\"\n");
}

}  // namespace
}  // namespace kopa::client
