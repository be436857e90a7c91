#include "common/ledger/node_ledger.h"

#include <gtest/gtest.h>

#include "tests/unit/common/ledger/limits.h"

namespace kopa::ledger {
namespace {

NodeLedger Holding(const UnitLimits& limits, const Amounts& allotted) {
  NodeLedger ledger(limits, Totals());
  ledger.NoteAllotted(allotted);
  return ledger;
}

TEST(NodeLedger, HeadroomIsWhatIsAllottedAndNotSpentOrHandedBack) {
  NodeLedger ledger = Holding(Limits(1000, 10), Amounts(1000, 10, 0));
  ledger.Spend(Amounts(300, 2, 0));
  EXPECT_EQ(ledger.Headroom(), Amounts(700, 8, 0));
  ledger.TakeBack(Amounts(300, 2, 0));
  EXPECT_EQ(ledger.Headroom(), Amounts(1000, 10, 0));
  EXPECT_TRUE(ledger.HandBackTowards(Amounts(400, 0, 0)));
  EXPECT_EQ(ledger.Headroom(), Amounts(600, 10, 0));
  EXPECT_EQ(ledger.totals().spent, Amounts(300, 2, 0)) << "totals only grow";
  EXPECT_EQ(ledger.totals().unspent, Amounts(300, 2, 0));
  EXPECT_TRUE(ledger.totals().Approved().IsZero());
}

TEST(NodeLedger, AnAwardNeedsAllUnitsAtOnce) {
  const NodeLedger ledger = Holding(Limits(1000, 1), Amounts(1000, 1, 0));
  EXPECT_TRUE(ledger.Covers(Amounts(1000, 1, 0)));
  EXPECT_FALSE(ledger.Covers(Amounts(1, 2, 0)));
  EXPECT_FALSE(ledger.Covers(Amounts(1001, 0, 0)));
  EXPECT_EQ(ledger.ShortfallFor(Amounts(1001, 3, 0)), Amounts(1, 2, 0));
  EXPECT_EQ(ledger.ShortfallFor(Amounts(5, 1, 0)), Amounts());
}

TEST(NodeLedger, AnOlderAllottedTotalIsOldNews) {
  NodeLedger ledger = Holding(Limits(1000, 10), Amounts(500, 5, 0));
  EXPECT_FALSE(ledger.NoteAllotted(Amounts(500, 5, 0)));
  EXPECT_FALSE(ledger.NoteAllotted(Amounts(100, 1, 0)));
  EXPECT_EQ(ledger.Headroom(), Amounts(500, 5, 0));
  EXPECT_TRUE(ledger.NoteAllotted(Amounts(400, 6, 0))) << "each unit for itself";
  EXPECT_EQ(ledger.Headroom(), Amounts(500, 6, 0));
}

TEST(NodeLedger, HandingBackIsTowardsATotalAndClampedToHeadroom) {
  NodeLedger ledger = Holding(Limits(1000, 10), Amounts(1000, 10, 0));
  ledger.Spend(Amounts(700, 10, 0));
  EXPECT_TRUE(ledger.HandBackTowards(Amounts(200, 5, 0)));
  EXPECT_EQ(ledger.totals().handed_back, Amounts(200, 0, 0)) << "there are no slots to give";
  EXPECT_FALSE(ledger.HandBackTowards(Amounts(200, 0, 0))) << "the same target again";
  EXPECT_FALSE(ledger.HandBackTowards(Amounts(150, 0, 0))) << "an older target";
  EXPECT_TRUE(ledger.HandBackTowards(Amounts(900, 0, 0)));
  EXPECT_EQ(ledger.totals().handed_back, Amounts(300, 0, 0)) << "no more than it has";
  EXPECT_FALSE(ledger.HandBackTowards(Amounts(900, 0, 0)));
  ledger.TakeBack(Amounts(700, 10, 0));
  EXPECT_TRUE(ledger.HandBackTowards(Amounts(900, 4, 0)));
  EXPECT_EQ(ledger.totals().handed_back, Amounts(900, 4, 0));
}

TEST(NodeLedger, WhatHasNoLimitIsCountedButNeverRefusedOrHandedBack) {
  NodeLedger ledger = Holding(Limits(1000), Amounts(1000, 0, 0));
  const Amounts award(100, 50, 3);
  EXPECT_TRUE(ledger.Covers(award));
  ledger.Spend(award);
  EXPECT_EQ(ledger.totals().Approved(), award);
  EXPECT_EQ(ledger.Headroom(), Amounts(900, 0, 0));
  EXPECT_FALSE(ledger.HandBackTowards(Amounts(0, 7, 7)));
  ledger.TakeBack(award);
  EXPECT_FALSE(ledger.HandBackTowards(Amounts(0, 7, 7)));
}

TEST(NodeLedger, WithoutAnyLimitEverythingIsCovered) {
  NodeLedger ledger;
  EXPECT_TRUE(ledger.Covers(Amounts(1'000'000'000, 1, 1)));
  ledger.Spend(Amounts(1'000'000'000, 1, 1));
  EXPECT_TRUE(ledger.Headroom().IsZero());
}

TEST(NodeLedger, FrozenMoneyCannotBeSpentOrHandedBack) {
  Totals totals;
  totals.allotted = Amounts(1000, 0, 0);
  totals.frozen = Amounts(1000, 0, 0);
  totals.released = Amounts(400, 0, 0);
  NodeLedger ledger(Limits(1000), totals);
  EXPECT_FALSE(ledger.Covers(Amounts(1, 0, 0)));
  EXPECT_FALSE(ledger.HandBackTowards(Amounts(1000, 0, 0)));
}

TEST(NodeLedger, PaymentsAndWhatComesBackAreTotalsOfTheirOwn) {
  NodeLedger ledger = Holding(Limits(1000), Amounts(1000, 0, 0));
  ledger.Spend(Amounts(600, 0, 0));
  ledger.Pay(540);
  ledger.Pay(-40);
  ledger.Pay(60);
  EXPECT_EQ(ledger.totals().paid_cents, 600) << "totals only grow";
  EXPECT_EQ(ledger.totals().repaid_cents, 40);
  EXPECT_EQ(ledger.totals().Paid(), 560);
  EXPECT_EQ(ledger.Headroom(), Amounts(400, 0, 0)) << "what is paid was spent when it was awarded";
}

TEST(NodeLedgerDeathTest, MoreCannotComeBackThanWasPaid) {
  NodeLedger ledger = Holding(Limits(1000), Amounts(1000, 0, 0));
  ledger.Pay(100);
  EXPECT_DEATH(ledger.Pay(-101), "broken invariant");
  ledger.Pay(-100);
  EXPECT_EQ(ledger.totals().Paid(), 0);
}

TEST(NodeLedgerDeathTest, OverdrawingEndsTheProcess) {
  NodeLedger ledger = Holding(Limits(1000, 1), Amounts(1000, 1, 0));
  EXPECT_DEATH(ledger.Spend(Amounts(1001, 0, 0)), "broken invariant");
  EXPECT_DEATH(ledger.Spend(Amounts(1, 2, 0)), "broken invariant");
  EXPECT_DEATH(ledger.Spend(Amounts(-1, 0, 0)), "broken invariant");
  EXPECT_DEATH(ledger.TakeBack(Amounts(1, 0, 0)), "broken invariant") << "nothing was awarded";
  EXPECT_DEATH(ledger.TakeBack(Amounts(-1, 0, 0)), "broken invariant");
  Totals overdrawn;
  overdrawn.allotted = Amounts(10, 0, 0);
  overdrawn.spent = Amounts(11, 0, 0);
  EXPECT_DEATH(NodeLedger(Limits(1000), overdrawn), "broken invariant");
  Totals released;
  released.allotted = Amounts(10, 0, 0);
  released.released = Amounts(1, 0, 0);
  EXPECT_DEATH(NodeLedger(Limits(1000), released), "broken invariant") << "it was never frozen";
}

TEST(Totals, AreStoredAndReadBack) {
  Totals totals;
  totals.allotted = Amounts(1, 2, 3);
  totals.handed_back = Amounts(4, 5, 6);
  totals.spent = Amounts(7, 8, 9);
  totals.unspent = Amounts(10, 11, 12);
  totals.frozen = Amounts(13, 14, 15);
  totals.released = Amounts(16, 17, int64_t{1} << 60);
  totals.paid_cents = 19;
  totals.repaid_cents = 20;
  const std::string bytes = totals.Serialize();
  EXPECT_EQ(bytes.size(), 1u + 6 * 3 * 8 + 2 * 8);
  EXPECT_EQ(*Totals::Parse(bytes), totals);
}

TEST(Totals, DamagedBytesAreDataLoss) {
  const std::string bytes = Totals().Serialize();
  std::string other_version = bytes;
  other_version[0] = 2;
  for (const std::string& bad :
       {std::string(), bytes.substr(0, bytes.size() - 1), bytes + "x", other_version}) {
    EXPECT_EQ(Totals::Parse(bad).status().code(), absl::StatusCode::kDataLoss) << bad.size();
  }
}

TEST(NodeLedger, WhatIsFrozenIsNoHeadroomAnyMore) {
  NodeLedger ledger = Holding(Limits(1000, 10), Amounts(1000, 10, 0));
  ledger.Spend(Amounts(300, 2, 5));
  ledger.Freeze(Amounts(700, 8, 3));
  EXPECT_TRUE(ledger.Headroom().IsZero());
  EXPECT_EQ(ledger.totals().frozen, Amounts(700, 8, 0)) << "teams have no limit";
  EXPECT_FALSE(ledger.Covers(Amounts(1, 0, 0)));
  EXPECT_FALSE(ledger.HandBackTowards(Amounts(100, 1, 0))) << "it is not the node's to give";
  ledger.NoteAllotted(Amounts(1200, 10, 0));
  EXPECT_EQ(ledger.Headroom(), Amounts(200, 0, 0)) << "what is allotted later is not frozen";
  ledger.Freeze(Amounts(200, 0, 0));
  EXPECT_EQ(ledger.totals().frozen, Amounts(900, 8, 0)) << "the total grows";
}

TEST(NodeLedgerDeathTest, MoreThanTheHeadroomCantBeFrozen) {
  NodeLedger ledger = Holding(Limits(1000, 10), Amounts(1000, 10, 0));
  EXPECT_DEATH(ledger.Freeze(Amounts(1001, 0, 0)), "");
  EXPECT_DEATH(ledger.Freeze(Amounts(-1, 0, 0)), "");
}

}  // namespace
}  // namespace kopa::ledger
