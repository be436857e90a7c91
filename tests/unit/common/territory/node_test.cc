#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/unit/common/territory/test_tables.h"

namespace kopa {
namespace {

using ::testing::HasSubstr;
using testing::kMiddleDay;
using testing::kNewDay;
using testing::kOldDay;
using testing::ShippedTerritory;
using testing::TestTables;

NodeId NodeOf(const Territory& territory, absl::string_view code, absl::CivilDay day) {
  const absl::StatusOr<NodeId> node = territory.NodeOf(*territory.Find(code), day);
  return node.ok() ? *node : NodeId(node.status().ToString());
}

TEST(Node, CoversEveryMunicipalityOfEveryTime) {
  const Territory territory = ShippedTerritory();
  for (absl::CivilDay day : {kOldDay, kMiddleDay, kNewDay}) {
    for (const Municipality* m : territory.All(day)) {
      EXPECT_TRUE(territory.NodeOf(*m, day).ok()) << m->name;
    }
  }
}

TEST(Node, CoversAsManyMunicipalitiesAsItsRegionsHave) {
  const Territory territory = ShippedTerritory();
  std::map<std::string, int> then;
  for (const Municipality* m : territory.All(kMiddleDay)) {
    ++then[territory.NodeOf(*m, kMiddleDay)->value()];
  }
  EXPECT_EQ(then, (std::map<std::string, int>{
                      {"riga-latgale", 18}, {"vidzeme-kurzeme", 19}, {"zemgale", 6}}));
  std::map<std::string, int> now;
  for (const Municipality* m : territory.All(kNewDay)) {
    ++now[territory.NodeOf(*m, kNewDay)->value()];
  }
  EXPECT_EQ(now, (std::map<std::string, int>{
                     {"riga-latgale", 18}, {"vidzeme-kurzeme", 18}, {"zemgale", 6}}));
}

TEST(Node, FollowsSuccessionForOldMunicipalities) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(NodeOf(territory, "0321000", kOldDay), NodeId("zemgale"));          // Jaunjelgava
  EXPECT_EQ(NodeOf(territory, "0701800", kOldDay), NodeId("vidzeme-kurzeme"));  // Varakļāni
  EXPECT_EQ(NodeOf(territory, "0701800", kNewDay), NodeId("vidzeme-kurzeme"));
  EXPECT_EQ(NodeOf(territory, "0055000", kNewDay), NodeId("vidzeme-kurzeme"));
}

TEST(Node, BothDividedMunicipalitiesFallToOneNode) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(NodeOf(territory, "0604300", kOldDay), NodeId("riga-latgale"));  // Aglona
  EXPECT_EQ(NodeOf(territory, "0801800", kOldDay), NodeId("riga-latgale"));  // Inčukalns
}

TEST(Node, RefusesADividedMunicipalityOfTwoNodesAndNamesThem) {
  const auto territory = TestTables::Small().Load();
  ASSERT_TRUE(territory.ok()) << territory.status();
  const auto node = territory->NodeOf(*territory->Find("0000011"), kOldDay);
  ASSERT_EQ(node.status().code(), absl::StatusCode::kInvalidArgument);
  const std::vector<Fault> faults = FaultsOf(node.status());
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].code, "AMBIGUOUS_MUNICIPALITY");
  EXPECT_EQ(faults[0].field, "municipality");
  EXPECT_THAT(faults[0].message,
              HasSubstr("north (Alfas novads (0000001): First pagasts); "
                        "south (Gamma (0000003): Second pagasts, Third pagasts)"));
  EXPECT_THAT(faults[0].message_lv, HasSubstr("Second pagasts, Third pagasts"));
}

TEST(Node, TableMayAssignAnOldMunicipalityByItsCode) {
  const auto territory =
      TestTables::Small()
          .Edit("region_nodes.csv", "", "south,0000011,Betas novads,,2021-06-30\n")
          .Load();
  ASSERT_TRUE(territory.ok()) << territory.status();
  EXPECT_EQ(NodeOf(*territory, "0000011", kOldDay), NodeId("south"));
}

// A region that outgrows its machine is split by ending its rows and adding others.
TEST(Node, ChangesOnTheDayTheTableSays) {
  const auto territory = TestTables::Small()
                             .Edit("region_nodes.csv", "north,alfa,Alfas novads,2021-07-01,\n",
                                   "north-west,alfa,Alfas novads,2026-01-01,\n"
                                   "north,alfa,Alfas novads,2021-07-01,2025-12-31\n")
                             .Load();
  ASSERT_TRUE(territory.ok()) << territory.status();
  EXPECT_EQ(NodeOf(*territory, "0000001", absl::CivilDay(2025, 12, 31)), NodeId("north"));
  EXPECT_EQ(NodeOf(*territory, "0000001", absl::CivilDay(2026, 1, 1)), NodeId("north-west"));
  EXPECT_EQ(territory->Nodes().size(), 3u);
}

TEST(Node, NoneBeforeAMunicipalityBegan) {
  const Territory territory = ShippedTerritory();
  const auto node = territory.NodeOf(*territory.Find("0001000"), kOldDay);
  EXPECT_EQ(node.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(node.status().message()), HasSubstr("Rīga (0001000) on 2018-10-01"));
}

}  // namespace
}  // namespace kopa
