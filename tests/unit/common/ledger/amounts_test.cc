#include "common/ledger/amounts.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/common/ledger/limits.h"

namespace kopa::ledger {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

TEST(Amounts, AddAndSubtractUnitByUnit) {
  const Amounts a(460'000, 2, 0);
  const Amounts b(1, 3, 5);
  EXPECT_EQ(a + b, Amounts(460'001, 5, 5));
  EXPECT_EQ(a - b, Amounts(459'999, -1, -5));
  EXPECT_TRUE((a - b).AnyNegative());
  EXPECT_FALSE(a.AnyNegative());
  EXPECT_EQ(ClampToZero(a - b), Amounts(459'999, 0, 0));
  EXPECT_EQ(Min(a, b), Amounts(1, 2, 0));
  EXPECT_EQ(Max(a, b), Amounts(460'000, 3, 5));
}

TEST(Amounts, OneIsAtMostAnotherOnlyInEveryUnit) {
  EXPECT_TRUE(AllAtMost(Amounts(1, 1, 1), Amounts(1, 1, 1)));
  EXPECT_FALSE(AllAtMost(Amounts(0, 0, 2), Amounts(9, 9, 1)));
  EXPECT_FALSE(AllAtMost(Amounts(1, 2, 0), Amounts(9, 1, 1)));
}

TEST(Amounts, KeepTheirUnitsInMessages) {
  const Amounts a(1, 2, 3);
  EXPECT_EQ(a.ToProto().cents(), 1);
  EXPECT_EQ(a.ToProto().initiatives(), 2);
  EXPECT_EQ(a.ToProto().teams(), 3);
  EXPECT_EQ(Amounts::FromProto(a.ToProto()), a);
}

TEST(Amounts, AreShownInEuros) {
  EXPECT_EQ(Amounts(460'005, 2, 0).DebugString(), "4600.05 EUR, 2 initiatives, 0 teams");
  EXPECT_EQ(Amounts(-5, 0, 1).DebugString(), "-0.05 EUR, 0 initiatives, 1 teams");
}

TEST(Amounts, WhatHasNoLimitIsNoPartOfIt) {
  const UnitLimits limits = Limits(1000, std::nullopt, 0);
  EXPECT_EQ(limits.LimitedPart(Amounts(7, 8, 9)), Amounts(7, 0, 9));
  EXPECT_EQ(limits.amounts(), Amounts(1000, 0, 0));
  EXPECT_TRUE(limits.limited(Unit::kTeams)) << "a limit of 0 is a limit";
  EXPECT_FALSE(limits.limited(Unit::kInitiatives));
}

TEST(AmountsDeathTest, OverflowEndsTheProcess) {
  EXPECT_EQ(CheckedAdd(kMax, 0), kMax);
  EXPECT_EQ(CheckedSubtract(kMin, 0), kMin);
  EXPECT_DEATH(CheckedAdd(kMax, 1), "broken invariant");
  EXPECT_DEATH(CheckedAdd(kMin, -1), "broken invariant");
  EXPECT_DEATH(CheckedSubtract(kMin, 1), "broken invariant");
  EXPECT_DEATH(Amounts(0, kMax, 0) + Amounts(0, 1, 0), "broken invariant");
}

}  // namespace
}  // namespace kopa::ledger
