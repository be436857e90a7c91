#include "common/territory/territory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/unit/common/territory/test_tables.h"

namespace kopa {
namespace {

using ::testing::ElementsAre;
using testing::kMiddleDay;
using testing::kNewDay;
using testing::kOldDay;
using testing::ShippedTerritory;
using testing::TestTables;

TEST(Territory, HasAsManyMunicipalitiesAsTheLawAtEachTime) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(territory.All(kOldDay).size(), 119u);
  EXPECT_EQ(territory.All(absl::CivilDay(2021, 6, 30)).size(), 119u);
  EXPECT_EQ(territory.All(absl::CivilDay(2021, 7, 1)).size(), 43u);
  EXPECT_EQ(territory.All(kMiddleDay).size(), 43u);
  EXPECT_EQ(territory.All(absl::CivilDay(2025, 6, 30)).size(), 43u);
  EXPECT_EQ(territory.All(absl::CivilDay(2025, 7, 1)).size(), 42u);
  EXPECT_EQ(territory.All(absl::CivilDay(2040, 1, 1)).size(), 42u);
}

TEST(Territory, ListsByCodeWithoutRepeatingAUnit) {
  const Territory territory = ShippedTerritory();
  for (absl::CivilDay day : {kOldDay, kMiddleDay, kNewDay}) {
    std::vector<std::string> codes;
    std::set<std::string> units;
    for (const Municipality* m : territory.All(day)) {
      codes.push_back(m->code);
      EXPECT_TRUE(units.insert(m->unit_id).second) << m->unit_id;
    }
    EXPECT_TRUE(std::is_sorted(codes.begin(), codes.end()));
  }
}

TEST(Territory, FindsByExactCodeOfAnyTime) {
  const Territory territory = ShippedTerritory();
  ASSERT_NE(territory.Find("0001000"), nullptr);
  EXPECT_EQ(territory.Find("0001000")->name, "Rīga");
  ASSERT_NE(territory.Find("0050000"), nullptr);
  EXPECT_EQ(territory.Find("0050000")->name, "Daugavpils");
  EXPECT_EQ(territory.Find("1000"), nullptr);
  EXPECT_EQ(territory.Find(""), nullptr);
  EXPECT_EQ(territory.Find("9999999"), nullptr);
}

TEST(Territory, KnowsTheParticularsOfEachEra) {
  const Territory territory = ShippedTerritory();
  const Municipality& riga = *territory.Find("0001000");
  EXPECT_EQ(riga.official_name, "Rīgas valstspilsēta");
  EXPECT_EQ(riga.kind, MunicipalityKind::kStateCity);
  EXPECT_EQ(riga.unit_id, "riga");
  EXPECT_EQ(riga.planning_region, "Rīga");
  EXPECT_EQ(riga.valid_from, absl::CivilDay(2021, 7, 1));
  EXPECT_EQ(riga.valid_to, std::nullopt);
  EXPECT_EQ(riga.successor, "");

  const Municipality& old = *territory.Find("0250000");
  EXPECT_EQ(old.name, "Valmiera");
  EXPECT_EQ(old.kind, MunicipalityKind::kCityOfRepublic);
  EXPECT_EQ(old.unit_id, "0250000");
  EXPECT_EQ(old.planning_region, "Vidzeme");
  EXPECT_EQ(old.valid_from, std::nullopt);
  EXPECT_EQ(old.valid_to, absl::CivilDay(2021, 6, 30));
  EXPECT_EQ(old.successor, "0054000");
}

TEST(Territory, MadonaChangesItsCodeAndTakesVaraklaniIn) {
  const Territory territory = ShippedTerritory();
  const Municipality& before = *territory.Find("0038000");
  const Municipality& after = *territory.Find("0038001");
  const Municipality& varaklani = *territory.Find("0055000");
  EXPECT_TRUE(before.ValidOn(absl::CivilDay(2025, 6, 30)));
  EXPECT_FALSE(before.ValidOn(absl::CivilDay(2025, 7, 1)));
  EXPECT_FALSE(after.ValidOn(absl::CivilDay(2025, 6, 30)));
  EXPECT_TRUE(after.ValidOn(absl::CivilDay(2025, 7, 1)));
  EXPECT_EQ(before.unit_id, after.unit_id);
  EXPECT_EQ(before.successor, "0038001");
  EXPECT_EQ(varaklani.successor, "0038001");
  EXPECT_EQ(varaklani.valid_to, absl::CivilDay(2025, 6, 30));
}

// That ISO codes were given again is why nothing is found by them.
TEST(Territory, IsoCodesAreNoKey) {
  const Territory territory = ShippedTerritory();
  EXPECT_EQ(territory.Find("LV-002"), nullptr);
  EXPECT_FALSE(territory.Resolve("LV-002", kMiddleDay).ok());
}

TEST(Territory, PointersSurviveAMove) {
  Territory first = ShippedTerritory();
  const Municipality* riga = first.Find("0001000");
  const Territory second = std::move(first);
  EXPECT_EQ(second.Find("0001000"), riga);
  EXPECT_EQ(second.Resolve("riga", kMiddleDay)->municipality, riga);
}

TEST(Territory, NodesAreWhateverTheTableNames) {
  const auto territory = TestTables::Small().Load();
  ASSERT_TRUE(territory.ok()) << territory.status();
  EXPECT_THAT(territory->Nodes(), ElementsAre(NodeId("north"), NodeId("south")));
  EXPECT_EQ(ShippedTerritory().Nodes().size(), 3u);
}

}  // namespace
}  // namespace kopa
