#include "common/territory/territory_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/territory/test_tables.h"

namespace kopa {
namespace {

using ::testing::HasSubstr;
using testing::TestTables;

// The message with which the small tables are refused once `from` is `to` in `file`.
std::string ErrorAfter(const std::string& file, const std::string& from, const std::string& to) {
  const auto territory = TestTables::Small().Edit(file, from, to).Load();
  return territory.ok() ? "" : std::string(territory.status().message());
}

TEST(TerritoryTables, SmallAndShippedOnesAreSound) {
  EXPECT_TRUE(TestTables::Small().Load().ok());
  EXPECT_TRUE(TestTables::Shipped().Load().ok());
}

TEST(TerritoryTables, NameTheMissingFile) {
  for (const char* file :
       {"municipalities.csv", "municipalities_pre2021.csv", "succession.csv", "region_nodes.csv"}) {
    const auto territory = TestTables::Small().Remove(file).Load();
    EXPECT_EQ(territory.status().code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(territory.status().message()), HasSubstr(file));
  }
}

TEST(TerritoryTables, RefuseABadMunicipality) {
  const std::string file = "municipalities.csv";
  EXPECT_EQ(ErrorAfter(file, "0000002", "000002"),
            "municipalities.csv:3: column atvk_code: an ATVK code has seven digits, leading zeros "
            "included");
  EXPECT_EQ(ErrorAfter(file, "0000002", "0000001"),
            "municipalities.csv:3: column atvk_code: it is at municipalities.csv:2 too");
  EXPECT_EQ(ErrorAfter(file, "0000002", "0000011"),
            "municipalities_pre2021.csv:2: column atvk_code: it is at municipalities.csv:3 too");
  EXPECT_THAT(ErrorAfter(file, ",Gamma,", ",,"), HasSubstr(":4: column name_lv: it is empty"));
  EXPECT_THAT(ErrorAfter(file, ",Gamma,", ", Gamma,"), HasSubstr(":4: column name_lv: "));
  EXPECT_THAT(ErrorAfter(file, "ta,valstspilsēta", "ta,pilsēta"), HasSubstr(":4: column kind: "));
  EXPECT_THAT(ErrorAfter(file, "South,2021-07-01", "South,2021-7-1"),
              HasSubstr(":4: column valid_from: a date looks like"));
  EXPECT_THAT(ErrorAfter(file, "South,2021-07-01,", "South,2021-07-01,2021-02-30"),
              HasSubstr(":4: column valid_to: a date looks like"));
  EXPECT_THAT(ErrorAfter(file, "South,2021-07-01,", "South,2021-07-01,2021-06-30"),
              HasSubstr(":4: column valid_to: it lies before valid_from"));
  EXPECT_THAT(ErrorAfter(file, "alfa-2", "alfa"),
              HasSubstr(":3: column unit_id: 0000001 has it on the same days"));
}

TEST(TerritoryTables, RefuseABadSuccession) {
  const std::string file = "succession.csv";
  EXPECT_THAT(ErrorAfter(file, "0000012", "0000099"), HasSubstr(":4: column from_atvk: no muni"));
  EXPECT_EQ(ErrorAfter(file, "0000012,Gamma", "0000012,Delta"),
            "succession.csv:4: column from_name: 0000012 is Gamma");
  EXPECT_THAT(ErrorAfter(file, "0000003,Gamma,full", "0000003,Delta,full"),
              HasSubstr(":4: column to_name: "));
  EXPECT_THAT(ErrorAfter(file, "full", "whole"), HasSubstr(":4: column extent: "));
  EXPECT_THAT(ErrorAfter(file, "full,", "partial,"), HasSubstr(":4: column units_transferred"));
  EXPECT_THAT(ErrorAfter(file, "full,", "full,Some pagasts"),
              HasSubstr(":4: column units_transferred"));
  EXPECT_THAT(ErrorAfter(file, "full,,2021-07-01", "full,,2021-07-02"),
              HasSubstr(":4: column effective: it is not the day after the end of 0000012"));
  EXPECT_THAT(ErrorAfter(file, "full,,2021-07-01", "full,,"), HasSubstr(":4: column effective: "));
  EXPECT_THAT(ErrorAfter(file, "0000003,Gamma,full", "0000011,Betas novads,full"),
              HasSubstr(":4: column effective: 0000011 is not valid on that day"));
  EXPECT_THAT(ErrorAfter(file, "", "0000012,Gamma,0000001,Alfas novads,full,,2021-07-01\n"),
              HasSubstr(":5: column extent: 0000012 went to 0000003 already"));
  EXPECT_THAT(ErrorAfter(file, "", "0000011,Betas novads,0000003,Gamma,partial,X,2021-07-01\n"),
              HasSubstr(":5: column extent: "));
  // One that did not end can't have become another.
  EXPECT_THAT(ErrorAfter(file, "", "0000001,Alfas novads,0000003,Gamma,full,,2025-07-01\n"),
              HasSubstr(":5: column effective: "));
}

TEST(TerritoryTables, RefuseAnEndWithoutAWholeSuccession) {
  EXPECT_THAT(ErrorAfter("succession.csv", "0000012,Gamma,0000003,Gamma,full,,2021-07-01\n", ""),
              HasSubstr("municipalities_pre2021.csv:3: column valid_to: 0000012 ended, but"));
  EXPECT_THAT(
      ErrorAfter("succession.csv",
                 "0000011,Betas novads,0000001,Alfas novads,partial,First pagasts,2021-07-01\n",
                 ""),
      HasSubstr("municipalities_pre2021.csv:2: column atvk_code: succession.csv names only a"));
}

TEST(TerritoryTables, RefuseABadNodeTable) {
  const std::string file = "region_nodes.csv";
  EXPECT_THAT(ErrorAfter(file, "south", ""), HasSubstr(":4: column node_id: it is empty"));
  EXPECT_THAT(ErrorAfter(file, "gamma", "delta"), HasSubstr(":4: column unit_id: no municipal"));
  EXPECT_THAT(ErrorAfter(file, "Gamma", "Delta"), HasSubstr(":4: column unit_id: no municipal"));
  EXPECT_THAT(ErrorAfter(file, "", "south,alfa,Alfas novads,2025-01-01,\n"),
              HasSubstr(":5: column node_id: the unit belongs to north on the same days"));
}

TEST(TerritoryTables, RefuseADayWithoutANode) {
  const std::string file = "region_nodes.csv";
  EXPECT_THAT(ErrorAfter(file, "south,gamma,Gamma,2021-07-01,\n", ""),
              HasSubstr("municipalities.csv:4: column unit_id: region_nodes.csv has no node for "
                        "Gamma (0000003) on 2021-07-01"));
  EXPECT_THAT(ErrorAfter(file, "Gamma,2021-07-01", "Gamma,2021-07-02"),
              HasSubstr("Gamma (0000003) on 2021-07-01"));
  EXPECT_THAT(ErrorAfter(file, "Gamma,2021-07-01,", "Gamma,2021-07-01,2030-12-31"),
              HasSubstr("Gamma (0000003) on 2031-01-01"));
  EXPECT_THAT(ErrorAfter(file, "south,gamma,Gamma,2021-07-01,",
                         "south,gamma,Gamma,2021-07-01,2023-12-31\n"
                         "east,gamma,Gamma,2024-01-02,"),
              HasSubstr("Gamma (0000003) on 2024-01-01"));
}

}  // namespace
}  // namespace kopa
