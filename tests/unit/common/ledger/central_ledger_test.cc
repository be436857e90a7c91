#include "common/ledger/central_ledger.h"

#include <gtest/gtest.h>

#include "tests/unit/common/ledger/limits.h"

namespace kopa::ledger {
namespace {

const NodeId kA("a");
const NodeId kB("b");

TEST(CentralLedger, AvailableIsTheLimitLessWhatIsOut) {
  CentralLedger ledger(Limits(1000, 10));
  ledger.Allot(kA, Amounts(600, 4, 0));
  ledger.Allot(kB, Amounts(400, 0, 0));
  EXPECT_EQ(ledger.Available(), Amounts(0, 6, 0));
  ledger.NoteHandedBack(kA, Amounts(100, 4, 0));
  EXPECT_EQ(ledger.Available(), Amounts(100, 10, 0));
  EXPECT_EQ(ledger.of(kA).allotted, Amounts(600, 4, 0)) << "totals only grow";
}

TEST(CentralLedger, AwardsMoveNothingBetweenTheCentreAndTheNodes) {
  CentralLedger ledger(Limits(1000, 10));
  ledger.Allot(kA, Amounts(600, 4, 0));
  ledger.NoteAward(kA, Amounts(), Amounts(500, 2, 0));
  EXPECT_EQ(ledger.Approved(), Amounts(500, 2, 0));
  ledger.NoteAward(kA, Amounts(500, 2, 0), Amounts(450, 2, 0));
  EXPECT_EQ(ledger.Approved(), Amounts(450, 2, 0));
  EXPECT_EQ(ledger.of(kA).spent, Amounts(500, 2, 0));
  EXPECT_EQ(ledger.of(kA).unspent, Amounts(50, 0, 0));
  EXPECT_EQ(ledger.of(kA).Headroom(), Amounts(150, 2, 0));
  EXPECT_EQ(ledger.Available(), Amounts(400, 6, 0));
}

TEST(CentralLedger, ARepeatedOrOlderHandBackChangesNothing) {
  CentralLedger ledger(Limits(1000));
  ledger.Allot(kA, Amounts(600, 0, 0));
  ledger.NoteHandedBack(kA, Amounts(200, 0, 0));
  ledger.NoteHandedBack(kA, Amounts(200, 0, 0));
  ledger.NoteHandedBack(kA, Amounts(100, 0, 0));
  EXPECT_EQ(ledger.Available(), Amounts(600, 0, 0));
}

TEST(CentralLedger, WhatIsPaidIsSummedOverNodesAndMovesNoSpendingPower) {
  CentralLedger ledger(Limits(1000));
  ledger.Allot(kA, Amounts(600, 0, 0));
  ledger.NotePaid(kA, 0, 300);
  ledger.NotePaid(kB, 0, 50);
  ledger.NotePaid(kA, 300, 250);
  EXPECT_EQ(ledger.Paid(), 300);
  EXPECT_EQ(ledger.of(kA).paid_cents, 300);
  EXPECT_EQ(ledger.of(kA).repaid_cents, 50);
  EXPECT_EQ(ledger.of(kB).Paid(), 50);
  EXPECT_EQ(ledger.Available(), Amounts(400, 0, 0));
  CentralLedger again(Limits(1000));
  for (const auto& [node, totals] : ledger.nodes()) again.Restore(node, totals);
  EXPECT_EQ(again.Paid(), 300);
}

TEST(CentralLedger, WhatHasNoLimitIsNotAllotted) {
  CentralLedger ledger(Limits(1000));
  ledger.Allot(kA, Amounts(1, 5, 5));
  EXPECT_EQ(ledger.of(kA).allotted, Amounts(1, 0, 0));
  ledger.NoteAward(kA, Amounts(), Amounts(1, 7, 7));
  EXPECT_EQ(ledger.Approved(), Amounts(1, 7, 7)) << "but it is counted";
  EXPECT_EQ(ledger.Available(), Amounts(999, 0, 0));
}

TEST(CentralLedger, ALimitFitsDownToWhatIsOut) {
  CentralLedger ledger(Limits(1000, 10));
  ledger.Allot(kA, Amounts(600, 4, 0));
  ledger.NoteHandedBack(kA, Amounts(100, 0, 0));
  EXPECT_TRUE(ledger.LimitsFit(Limits(500, 4)));
  EXPECT_FALSE(ledger.LimitsFit(Limits(499, 4)));
  EXPECT_FALSE(ledger.LimitsFit(Limits(500, 3)));
  ledger.set_limits(Limits(500, 4));
  EXPECT_TRUE(ledger.Available().IsZero());
}

TEST(CentralLedger, ReleasedMoneyIsAvailableAgain) {
  CentralLedger ledger(Limits(1000));
  Totals totals;
  totals.allotted = Amounts(1000, 0, 0);
  totals.frozen = Amounts(300, 0, 0);
  totals.released = Amounts(200, 0, 0);
  ledger.Restore(kA, totals);
  EXPECT_EQ(ledger.Available(), Amounts(200, 0, 0));
}

TEST(CentralLedger, RestoringGivesWhatWasThere) {
  CentralLedger ledger(Limits(1000, 10));
  ledger.Allot(kA, Amounts(600, 4, 0));
  ledger.NoteAward(kA, Amounts(), Amounts(500, 2, 0));
  ledger.NoteHandedBack(kA, Amounts(50, 1, 0));
  ledger.Allot(kB, Amounts(1, 0, 0));
  CentralLedger again(Limits(1000, 10));
  for (const auto& [node, totals] : ledger.nodes()) again.Restore(node, totals);
  EXPECT_EQ(again.Available(), ledger.Available());
  EXPECT_EQ(again.Approved(), ledger.Approved());
  EXPECT_EQ(again.nodes(), ledger.nodes());
}

TEST(CentralLedgerDeathTest, OverdrawingEndsTheProcess) {
  CentralLedger ledger(Limits(1000, 10));
  EXPECT_DEATH(ledger.Allot(kA, Amounts(1001, 0, 0)), "broken invariant");
  EXPECT_DEATH(ledger.Allot(kA, Amounts(1, 11, 0)), "broken invariant");
  EXPECT_DEATH(ledger.Allot(kA, Amounts(-1, 0, 0)), "broken invariant");
  ledger.Allot(kA, Amounts(600, 0, 0));
  EXPECT_DEATH(ledger.set_limits(Limits(599, 10)), "broken invariant");
  EXPECT_DEATH(ledger.NoteAward(kA, Amounts(), Amounts(1001, 0, 0)), "broken invariant");
  EXPECT_DEATH(ledger.NoteAward(kA, Amounts(1, 0, 0), Amounts()), "broken invariant");
  EXPECT_DEATH(ledger.NotePaid(kA, 1, 0), "broken invariant") << "nothing was paid";
  EXPECT_DEATH(ledger.Restore(kA, Totals()), "broken invariant") << "twice the same node";
}

TEST(CentralLedger, FrozenMoneyStaysOutUntilItIsReleased) {
  CentralLedger ledger(Limits(1000, 10));
  ledger.Allot(kA, Amounts(600, 4, 0));
  ledger.NoteFrozen(kA, Amounts(500, 4, 0));
  EXPECT_EQ(ledger.Available(), Amounts(400, 6, 0)) << "it may have been spent";
  EXPECT_EQ(ledger.of(kA).Headroom(), Amounts(100, 0, 0));
  ledger.NoteFrozen(kA, Amounts(300, 0, 0));
  EXPECT_EQ(ledger.of(kA).frozen, Amounts(500, 4, 0)) << "an older total is old news";
  EXPECT_FALSE(ledger.CanRelease(kA, Amounts(501, 0, 0)));
  EXPECT_FALSE(ledger.CanRelease(kB, Amounts(1, 0, 0)));
  ledger.Release(kA, Amounts(200, 1, 0));
  EXPECT_EQ(ledger.Available(), Amounts(600, 7, 0));
  EXPECT_FALSE(ledger.CanRelease(kA, Amounts(100, 1, 0))) << "a total never falls";
  ledger.Release(kA, Amounts(500, 4, 0));
  EXPECT_EQ(ledger.Available(), Amounts(900, 10, 0));
  EXPECT_EQ(ledger.of(kA).Headroom(), Amounts(100, 0, 0)) << "it does not come back to the node";
  CentralLedger again(Limits(1000, 10));
  for (const auto& [node, totals] : ledger.nodes()) again.Restore(node, totals);
  EXPECT_EQ(again.Available(), ledger.Available());
}

TEST(CentralLedgerDeathTest, MoreThanWhatIsFrozenCantBeReleased) {
  CentralLedger ledger(Limits(1000));
  ledger.Allot(kA, Amounts(600, 0, 0));
  ledger.NoteFrozen(kA, Amounts(500, 0, 0));
  EXPECT_DEATH(ledger.Release(kA, Amounts(501, 0, 0)), "");
}

}  // namespace
}  // namespace kopa::ledger
