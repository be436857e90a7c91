#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/unit/common/territory/test_tables.h"

namespace kopa {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kMiddleDay;
using testing::kNewDay;
using testing::kOldDay;
using testing::ShippedTerritory;
using testing::TestTables;

// "0042000 partial Aglonas pagasts".
std::vector<std::string> Successors(const Territory& territory, absl::string_view code,
                                    absl::CivilDay day) {
  std::vector<std::string> out;
  for (const Successor& successor : territory.Successors(code, day)) {
    const bool full = successor.extent == Successor::Extent::kFull;
    std::string text = absl::StrCat(successor.municipality->code, full ? " full" : " partial");
    if (!successor.units.empty()) absl::StrAppend(&text, " ", absl::StrJoin(successor.units, "+"));
    out.push_back(text);
  }
  return out;
}

TEST(Succession, OfWhatIsStillValidIsItself) {
  const Territory territory = ShippedTerritory();
  EXPECT_THAT(Successors(territory, "0604300", kOldDay), ElementsAre("0604300 full"));
  EXPECT_THAT(Successors(territory, "0001000", kNewDay), ElementsAre("0001000 full"));
}

TEST(Succession, FollowsSeveralChangesOneAfterTheOther) {
  const Territory territory = ShippedTerritory();
  EXPECT_THAT(Successors(territory, "0700200", kMiddleDay), ElementsAre("0038000 full"));
  EXPECT_THAT(Successors(territory, "0700200", kNewDay), ElementsAre("0038001 full"));
  EXPECT_THAT(Successors(territory, "0701800", kMiddleDay), ElementsAre("0055000 full"));
  EXPECT_THAT(Successors(territory, "0701800", kNewDay), ElementsAre("0038001 full"));
}

TEST(Succession, NamesThePartsOfTheTwoDividedMunicipalities) {
  const Territory territory = ShippedTerritory();
  EXPECT_THAT(Successors(territory, "0604300", kMiddleDay),
              ElementsAre("0032000 partial Grāveru pagasts+Kastuļinas pagasts+Šķeltovas pagasts",
                          "0042000 partial Aglonas pagasts"));
  EXPECT_THAT(Successors(territory, "0801800", kMiddleDay),
              ElementsAre("0044000 partial Vangažu pilsēta", "0048000 partial Inčukalna pagasts"));
  EXPECT_EQ(territory.Find("0604300")->successor, "");
  EXPECT_EQ(territory.Find("0801800")->successor, "");
}

TEST(Succession, OnlyTheTwoAreDivided) {
  const Territory territory = ShippedTerritory();
  for (const Municipality* m : territory.All(kOldDay)) {
    const std::vector<Successor> successors = territory.Successors(m->code, kNewDay);
    const bool divided = m->code == "0604300" || m->code == "0801800";
    EXPECT_EQ(successors.size(), divided ? 2u : 1u) << m->name;
    for (const Successor& successor : successors) {
      EXPECT_TRUE(successor.municipality->ValidOn(kNewDay)) << m->name;
    }
  }
}

TEST(Succession, PartsThatMeetAgainAreOneWhole) {
  const auto territory =
      TestTables::Small()
          .Edit("municipalities.csv", "novads,North,2021-07-01,\n0000002",
                "novads,North,2021-07-01,2025-06-30\n0000002")
          .Edit("succession.csv", "", "0000001,Alfas novads,0000003,Gamma,full,,2025-07-01\n")
          .Load();
  ASSERT_TRUE(territory.ok()) << territory.status();
  EXPECT_EQ(Successors(*territory, "0000011", kMiddleDay).size(), 2u);
  EXPECT_THAT(Successors(*territory, "0000011", kNewDay), ElementsAre("0000003 full"));
}

TEST(Succession, PartsStayPartsThroughLaterChanges) {
  const auto territory = TestTables::Small()
                             .Edit("municipalities.csv", "novads,North,2021-07-01,\n0000002",
                                   "novads,North,2021-07-01,2025-06-30\n0000002")
                             .Edit("succession.csv", "",
                                   "0000001,Alfas novads,0000002,Ālfas novads,full,,2025-07-01\n")
                             .Load();
  ASSERT_TRUE(territory.ok()) << territory.status();
  EXPECT_THAT(
      Successors(*territory, "0000011", kNewDay),
      ElementsAre("0000002 partial First pagasts", "0000003 partial Second pagasts+Third pagasts"));
}

// Delta began after the municipality that it later joined.
TEST(Succession, DoesNotLookAheadOfTheDay) {
  const auto territory =
      TestTables::Small()
          .Edit("municipalities.csv", "",
                "0000004,delta,Deltas novads,,novads,South,2023-01-01,2024-12-31\n")
          .Edit("succession.csv", "", "0000004,Deltas novads,0000003,Gamma,full,,2025-01-01\n")
          .Load();
  ASSERT_TRUE(territory.ok()) << territory.status();
  EXPECT_THAT(Successors(*territory, "0000004", absl::CivilDay(2022, 1, 1)), IsEmpty());
  EXPECT_THAT(Successors(*territory, "0000004", kMiddleDay), ElementsAre("0000004 full"));
  EXPECT_THAT(Successors(*territory, "0000004", kNewDay), ElementsAre("0000003 full"));
}

TEST(Succession, GivesAPlanningRegionOnlyWhereThePartsAgree) {
  const auto small = TestTables::Small().Load();
  ASSERT_TRUE(small.ok()) << small.status();
  EXPECT_EQ(small->Find("0000011")->planning_region, "");
  EXPECT_EQ(small->Find("0000012")->planning_region, "South");
  EXPECT_EQ(ShippedTerritory().Find("0604300")->planning_region, "Latgale");
}

TEST(Succession, EmptyForTheUnknownAndForWhatBeganLater) {
  const Territory territory = ShippedTerritory();
  EXPECT_THAT(Successors(territory, "9999999", kNewDay), IsEmpty());
  EXPECT_THAT(Successors(territory, "0001000", kOldDay), IsEmpty());
  EXPECT_THAT(Successors(territory, "0038001", kMiddleDay), IsEmpty());
}

TEST(Succession, KnowsWhatWentIntoAMunicipality) {
  const Territory territory = ShippedTerritory();
  std::vector<std::string> codes;
  for (const Municipality* m : territory.Predecessors("0038001")) codes.push_back(m->code);
  EXPECT_THAT(codes, ElementsAre("0038000", "0055000"));
  EXPECT_THAT(territory.Predecessors("0010000"), IsEmpty());
}

}  // namespace
}  // namespace kopa
