// A centre and three nodes over bad links: nothing is overspent or lost while links break and
// processes die, and once they don't any more the centre has what the nodes have and no money lies
// idle while an approval waits for it.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/simulation/world.h"
#include "tests/unit/regional-node/core/requests.h"

namespace kopa::simulation {
namespace {

using ::kopa::ledger::Amounts;

constexpr uint64_t kSeeds = 200;
constexpr size_t kMoves = 2000;

programme::v1::Call Strict(programme::v1::Call call) {
  call.mutable_allotment()->set_pending(programme::v1::PENDING_POLICY_STRICT);
  return call;
}

programme::v1::Call Typical(programme::v1::Call call, int64_t cents) {
  call.mutable_allotment()->set_typical_award_cents(cents);
  return call;
}

// Small budgets of odd cents, so that the end of the money is where most of the time is spent.
// Which calls there are depends on the seed.
std::vector<programme::v1::Call> SmallCalls(uint64_t seed) {
  std::vector<programme::v1::Call> calls;
  if (seed % 4 != 1) calls.push_back(Typical(node::TestCall("both-limited", 2501, 9), 300));
  if (seed % 4 >= 1 && seed % 4 < 3) {
    calls.push_back(Strict(Typical(node::TestCall("strict", 1503, 11), 100)));
  }
  if (seed % 4 == 3) calls.push_back(node::TestCall("slots-only", -1, 7));
  return calls;
}

std::string Report(const World& world) {
  return absl::StrCat(absl::StrJoin(world.faults(), "\n"), "\n\nlast of ", world.moves(),
                      " moves:\n", world.trace().Last());
}

TEST(LinkPair, NothingIsOverspentLostOrStrandedWhateverBreaks) {
  size_t answered = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    World world({.seed = seed, .calls = SmallCalls(seed)});
    world.Run(kMoves);
    world.ComeToRest();
    ASSERT_TRUE(world.faults().empty()) << "seed " << seed << "\n" << Report(world);
    answered += world.answered();
  }
  EXPECT_GT(answered, kSeeds * 30) << "the worlds do too little to mean anything";
}

TEST(LinkPair, TheSameSeedIsTheSameHistory) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    uint64_t first = 0;
    for (int run = 0; run < 2; ++run) {
      World world({.seed = seed, .calls = SmallCalls(seed)});
      world.Run(kMoves);
      world.ComeToRest();
      if (run == 0) first = world.trace().hash();
      EXPECT_EQ(world.trace().hash(), first) << seed;
    }
  }
}

TEST(LinkPair, AnotherSeedIsAnotherHistory) {
  World one({.seed = 1, .calls = SmallCalls(1)});
  World other({.seed = 2, .calls = SmallCalls(1)});
  one.Run(100);
  other.Run(100);
  EXPECT_NE(one.trace().hash(), other.trace().hash());
}

constexpr size_t kWanted = 45;

// Three nodes want more than there is, in both units.
World::Settings Scarce(uint64_t seed, bool with_faults) {
  return {.seed = seed,
          .calls = {Typical(node::TestCall("last-cent", 10'001, 23), 700)},
          .with_faults = with_faults,
          .with_users = false};
}

void WantMoreThanThereIs(uint64_t seed, World& world) {
  const CallId call("last-cent");
  Chance chance(seed);
  for (size_t i = 0; i < kWanted; ++i) {
    world.WantAward(chance.Below(3), call,
                    Amounts(chance.Between(1, 1200), chance.Between(1, 2), 0));
  }
  world.WantAward(chance.Below(3), call, Amounts(1, 1, 0));
}

// Without faults, so that the number of messages says something: the last cent and slot has to come
// from wherever it lies.
TEST(LinkPair, TheLastCentAndSlotIsFoundWithFewMessages) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    World world(Scarce(seed, /*with_faults=*/false));
    WantMoreThanThereIs(seed, world);
    world.ComeToRest();
    ASSERT_TRUE(world.faults().empty()) << "seed " << seed << "\n" << Report(world);
    EXPECT_LT(world.messages(), kWanted * 30) << seed;
  }
}

// Money is called back and links break all the time: a recall that never arrived must be made
// again.
TEST(LinkPair, TheLastCentAndSlotIsFoundOverBadLinks) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    World world(Scarce(seed, /*with_faults=*/true));
    WantMoreThanThereIs(seed, world);
    world.Run(1200);
    world.ComeToRest();
    ASSERT_TRUE(world.faults().empty()) << "seed " << seed << "\n" << Report(world);
  }
}

// One node holds slots, another cents, the third wants both.
TEST(LinkPair, RemnantsAtEveryNodeCanFundOneAward) {
  const CallId call("remnants");
  World world({.seed = 3,
               .calls = {Typical(node::TestCall(call.value(), 1203, 12), 400)},
               .with_faults = false,
               .with_users = false});
  for (size_t node = 0; node < 3; ++node) world.WantAward(node, call, Amounts(1, 1, 0));
  world.ComeToRest();
  world.WantAward(1, call, Amounts(1200, 9, 0));
  world.ComeToRest();
  ASSERT_TRUE(world.faults().empty()) << Report(world);
  EXPECT_EQ(world.centre().core().fold().FindCall(call)->ledger.Approved(), Amounts(1203, 12, 0));
}

}  // namespace
}  // namespace kopa::simulation
