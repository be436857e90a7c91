#include "central/service/totals_rollup.h"

#include <string>
#include <vector>

#include "common/territory/territory.h"
#include "data/territory_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::central {
namespace {

using ::kopa::national::v1::GetTotalsResponse;
using ::kopa::national::v1::TotalsRow;
using ::testing::ElementsAre;

const Territory& TestTerritory() {
  static const Territory territory = *Territory::Load(territory_data::Files());
  return territory;
}

CellSums Sums(int64_t applications, int64_t approved) {
  CellSums sums;
  sums.applications = applications;
  sums.initiatives = applications * 2;
  sums.requested_cents = applications * 100;
  sums.approved = approved;
  sums.approved_initiatives = approved * 2;
  sums.approved_cents = approved * 90;
  return sums;
}

class RollUpTest : public ::testing::Test {
 protected:
  GetTotalsResponse Totals(const TotalsDimensions& by) {
    GetTotalsResponse response;
    RollUp(cells_, by, TestTerritory(), &response);
    return response;
  }
  static std::string Key(const TotalsRow& row) {
    return row.node() + "/" + row.municipality() + "/" + std::to_string(row.status()) + "/" +
           row.applicant_type() + "/" + row.activity();
  }
  static std::vector<std::string> Lines(const GetTotalsResponse& totals) {
    std::vector<std::string> lines;
    for (const TotalsRow& row : totals.rows()) {
      lines.push_back(Key(row) + "=" + std::to_string(row.applications()));
    }
    return lines;
  }

  const CellLabels riga_{"riga-latgale",
                         "0001000",
                         national::v1::APPLICATION_STATUS_APPROVED,
                         "association",
                         {"council-work", "inclusion"}};
  const CellLabels zemgale_{"zemgale",
                            "0038001",
                            national::v1::APPLICATION_STATUS_SUBMITTED,
                            "municipality",
                            {"inclusion"}};
  const CellLabels plain_{
      "zemgale", "0038001", national::v1::APPLICATION_STATUS_APPROVED, "municipality", {}};
  const std::vector<LabelledCell> cells_ = {
      {&zemgale_, Sums(5, 0)}, {&riga_, Sums(3, 3)}, {&plain_, Sums(1, 1)}};
};

TEST_F(RollUpTest, WithoutDimensionsThereIsOneRow) {
  const GetTotalsResponse totals = Totals({});
  ASSERT_EQ(totals.rows_size(), 1);
  for (const TotalsRow& row : {totals.rows(0), totals.total()}) {
    EXPECT_EQ(row.applications(), 9);
    EXPECT_EQ(row.initiatives(), 18);
    EXPECT_EQ(row.requested_cents(), 900);
    EXPECT_EQ(row.approved(), 4);
    EXPECT_EQ(row.approved_initiatives(), 8);
    EXPECT_EQ(row.approved_cents(), 360);
  }
  GetTotalsResponse empty;
  RollUp({}, {}, TestTerritory(), &empty);
  EXPECT_EQ(empty.rows_size(), 1);
  EXPECT_EQ(empty.total().applications(), 0);
}

TEST_F(RollUpTest, RowsHaveTheDimensionsAskedForAndAreSortedByThem) {
  EXPECT_THAT(Lines(Totals({national::v1::TOTALS_DIMENSION_NODE})),
              ElementsAre("riga-latgale//0//=3", "zemgale//0//=6"));
  EXPECT_THAT(Lines(Totals({national::v1::TOTALS_DIMENSION_STATUS})),
              ElementsAre("//1//=5", "//6//=4"));
  EXPECT_THAT(Lines(Totals({national::v1::TOTALS_DIMENSION_NODE,
                            national::v1::TOTALS_DIMENSION_APPLICANT_TYPE,
                            national::v1::TOTALS_DIMENSION_STATUS})),
              ElementsAre("riga-latgale//6/association/=3", "zemgale//1/municipality/=5",
                          "zemgale//6/municipality/=1"));
}

TEST_F(RollUpTest, MunicipalitiesAreNamed) {
  const GetTotalsResponse totals = Totals({national::v1::TOTALS_DIMENSION_MUNICIPALITY});
  ASSERT_EQ(totals.rows_size(), 2);
  EXPECT_EQ(totals.rows(0).municipality_name(), "Rīga");
}

TEST_F(RollUpTest, AnApplicationCountsInEachOfItsActivitiesAndOnceInTheTotal) {
  const GetTotalsResponse totals = Totals({national::v1::TOTALS_DIMENSION_ACTIVITY});
  EXPECT_THAT(Lines(totals), ElementsAre("//0//=1", "//0//council-work=3", "//0//inclusion=8"));
  EXPECT_EQ(totals.total().applications(), 9);
  EXPECT_EQ(totals.total().approved_cents(), 360);
}

TEST_F(RollUpTest, CellsThatAllHaveLeftGiveNoRow) {
  const std::vector<LabelledCell> cells = {{&zemgale_, Sums(0, 0)}, {&riga_, Sums(3, 3)}};
  GetTotalsResponse totals;
  RollUp(cells, {national::v1::TOTALS_DIMENSION_NODE}, TestTerritory(), &totals);
  EXPECT_THAT(Lines(totals), ElementsAre("riga-latgale//0//=3"));
}

TEST(ParseDimensions, RefusesWhatIsUnspecifiedUnknownOrTwice) {
  google::protobuf::RepeatedField<int> dimensions;
  EXPECT_TRUE(ParseDimensions(dimensions)->empty());
  dimensions.Add(national::v1::TOTALS_DIMENSION_NODE);
  EXPECT_THAT(*ParseDimensions(dimensions), ElementsAre(national::v1::TOTALS_DIMENSION_NODE));
  for (const int wrong : {0, 99, 1}) {
    google::protobuf::RepeatedField<int> bad = dimensions;
    bad.Add(wrong);
    EXPECT_TRUE(absl::IsInvalidArgument(ParseDimensions(bad).status())) << wrong;
  }
}

}  // namespace
}  // namespace kopa::central
