#include "common/programme/decimals.h"

#include <gtest/gtest.h>

#include <limits>

namespace kopa::programme {
namespace {

TEST(Decimals, PointsTakeDecimalPointAndComma) {
  EXPECT_EQ(*ParseHundredths("44.5"), 4450);
  EXPECT_EQ(*ParseHundredths("44,5"), 4450);
  EXPECT_EQ(*ParseHundredths("0.05"), 5);
  EXPECT_EQ(*ParseHundredths(" 3 "), 300);
  EXPECT_EQ(*ParseHundredths("-1.25"), -125);
  EXPECT_EQ(*ParseHundredths("007"), 700);
}

TEST(Decimals, WhatIsNoNumberIsRefused) {
  for (const char* text : {"", " ", "-", ".", ".5", "5.", "1.234", "1e3", "0x10", "1.2.3", "--1",
                           "one", "4 4", "1,200.00", "٣", "+-1"}) {
    EXPECT_FALSE(ParseHundredths(text).ok()) << text;
  }
}

TEST(Decimals, MoneyTakesGroupsOfThreeDigits) {
  EXPECT_EQ(*ParseCents("135 000,00"), 13'500'000);
  EXPECT_EQ(*ParseCents("135\xC2\xA0"
                        "000,00"),
            13'500'000);
  EXPECT_EQ(*ParseCents("1 350 000"), 135'000'000);
  EXPECT_EQ(*ParseCents("4600"), 460'000);
  EXPECT_EQ(*ParseCents("-4 600.5"), -460'050);
  for (const char* text :
       {"1 2", "13 50 000", "1350 000", "1  000", "12 0000", "4600 EUR", "4,600"}) {
    EXPECT_FALSE(ParseCents(text).ok()) << text;
  }
}

TEST(Decimals, NumbersThatDoNotFitAreRefused) {
  EXPECT_EQ(*ParseHundredths("92233720368547758.07"), std::numeric_limits<int64_t>::max());
  EXPECT_FALSE(ParseHundredths("92233720368547758.08").ok());
  EXPECT_FALSE(ParseHundredths("99999999999999999999999").ok());
}

TEST(Decimals, FormattingGivesTheShortestPointsAndFullCents) {
  EXPECT_EQ(FormatHundredths(4450), "44.5");
  EXPECT_EQ(FormatHundredths(4400), "44");
  EXPECT_EQ(FormatHundredths(4425), "44.25");
  EXPECT_EQ(FormatHundredths(5), "0.05");
  EXPECT_EQ(FormatHundredths(-50), "-0.5");
  EXPECT_EQ(FormatHundredths(0), "0");
  EXPECT_EQ(FormatCents(460'000), "4600.00");
  EXPECT_EQ(FormatCents(7), "0.07");
  EXPECT_EQ(FormatCents(-1), "-0.01");
  EXPECT_EQ(FormatCents(std::numeric_limits<int64_t>::min()), "-92233720368547758.08");
}

TEST(Decimals, LatvianReadersGetFourDigitsUngrouped) {
  EXPECT_EQ(FormatEurosLatvian(460'000), "4600,00\u00A0€");
  EXPECT_EQ(FormatEurosLatvian(13'500'000), "135\u00A0000,00\u00A0€");
  EXPECT_EQ(FormatEurosLatvian(123'456'789), "1\u00A0234\u00A0567,89\u00A0€");
  EXPECT_EQ(FormatEurosLatvian(50), "0,50\u00A0€");
}

}  // namespace
}  // namespace kopa::programme
