// A centre and three nodes and the end of the money: the last cent and slot is found wherever it
// lies, with few messages, and over bad links, too.

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

constexpr size_t kWanted = 45;

programme::v1::Call Typical(programme::v1::Call call, int64_t cents) {
  call.mutable_allotment()->set_typical_award_cents(cents);
  return call;
}

// Three nodes and nobody who wants anything by lot.
World::Settings Settings(uint64_t seed, const std::string& mix, programme::v1::Call call) {
  World::Settings settings;
  settings.seed = seed;
  settings.mix = *DrawMix(mix, seed);
  settings.mix.nodes = 3;
  settings.mix.late_nodes = 0;
  settings.mix.steps = 600;
  settings.mix.calls = {std::move(call)};
  for (const Kind kind : {Kind::kUserWants, Kind::kUserAsksAgain, Kind::kOfficeWants}) {
    settings.mix.weight(kind) = 0;
  }
  return settings;
}

// The nodes want more than there is, in both units.
void WantMoreThanThereIs(uint64_t seed, World& world) {
  const CallId call("last-cent");
  Chance chance(seed);
  for (size_t i = 0; i < kWanted; ++i) {
    const size_t node = chance.Below(3);
    const int64_t cents = chance.Between(1, 1200);
    world.WantAward(node, call, Amounts(cents, chance.Between(1, 2), 0), chance);
  }
  world.WantAward(chance.Below(3), call, Amounts(1, 1, 0), chance);
}

TEST(LinkPair, TheLastCentAndSlotIsFoundWithFewMessages) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    World world(Settings(seed, "calm", Typical(node::TestCall("last-cent", 10'001, 23), 700)));
    WantMoreThanThereIs(seed, world);
    world.ComeToRest();
    ASSERT_TRUE(world.faults().empty()) << seed << "\n" << absl::StrJoin(world.faults(), "\n");
    EXPECT_LT(world.messages(), kWanted * 50) << seed;
  }
}

// Money is called back and links break all the time: a recall that never arrived must be made
// again.
TEST(LinkPair, TheLastCentAndSlotIsFoundOverBadLinks) {
  for (const char* const mix : {"cuts", "crashes"}) {
    for (uint64_t seed = 1; seed <= 40; ++seed) {
      World world(Settings(seed, mix, Typical(node::TestCall("last-cent", 10'001, 23), 700)));
      WantMoreThanThereIs(seed, world);
      world.Run();
      world.ComeToRest();
      ASSERT_TRUE(world.faults().empty()) << mix << " " << seed << "\n"
                                          << absl::StrJoin(world.faults(), "\n");
    }
  }
}

// One node holds slots, another cents, the third wants both.
TEST(LinkPair, RemnantsAtEveryNodeCanFundOneAward) {
  const CallId call("remnants");
  Chance chance(3);
  World world(Settings(3, "calm", Typical(node::TestCall(call.value(), 1203, 12), 400)));
  for (size_t node = 0; node < 3; ++node) world.WantAward(node, call, Amounts(1, 1, 0), chance);
  world.ComeToRest();
  world.WantAward(1, call, Amounts(1200, 9, 0), chance);
  world.ComeToRest();
  ASSERT_TRUE(world.faults().empty()) << absl::StrJoin(world.faults(), "\n");
  EXPECT_EQ(world.centre().core().fold().FindCall(call)->ledger.Approved(), Amounts(1203, 12, 0));
}

}  // namespace
}  // namespace kopa::simulation
