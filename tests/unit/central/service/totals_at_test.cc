#include "central/service/totals_at.h"

#include <map>
#include <string>
#include <vector>

#include "central/core/families.h"
#include "common/territory/territory.h"
#include "data/territory_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/central/testing/journal_writer.h"
#include "tests/unit/central/testing/test_centre.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::testing::HasSubstr;
using testing::JournalWriter;
using testing::TestCentre;

bool Never() { return false; }

// Two nodes with some life in their journals; every one of a few dimensions differs somewhere.
class TotalsAtTest : public ::testing::Test {
 protected:
  TotalsAtTest() : territory_(*Territory::Load(territory_data::Files())), view_(&territory_) {
    view_.Load(centre_.core());
    zemgale_.OpenEpoch();                                      // 1
    zemgale_.Write({.number = 1});                             // 2
    zemgale_.Write({.number = 2, .municipality = "0001000"});  // 3
    zemgale_.Write({.number = 1,                               // 4
                    .status = national::v1::APPLICATION_STATUS_EVALUATED,
                    .activities = {"council-work", "inclusion"},
                    .version = 2});
    zemgale_.Write({.number = 2,  // 5
                    .municipality = "0001000",
                    .status = national::v1::APPLICATION_STATUS_WITHDRAWN,
                    .version = 2});
    riga_.OpenEpoch();
    riga_.Write({.number = 3, .applicant_type = "municipality", .activities = {}});
    riga_.Write({.number = 4,
                 .call = "teams",
                 .applicant_type = "school",
                 .activities = {},
                 .requested = Amounts(0, 0, 1)});
    for (const JournalWriter* journal : {&zemgale_, &riga_}) {
      for (const CentralEffects& effects : centre_.Connect(*journal)) {
        view_.Update(centre_.core(), effects);
      }
    }
    zemgale_.Write({.number = 1,  // 6
                    .status = national::v1::APPLICATION_STATUS_APPROVED,
                    .activities = {"council-work", "inclusion"},
                    .awarded = Amounts(70'000, 1, 0),
                    .version = 3});
    view_.Update(centre_.core(), centre_.Send(zemgale_));
  }

  static national::v1::GetTotalsRequest Request(const std::map<std::string, uint64_t>& at) {
    national::v1::GetTotalsRequest request;
    request.set_call("grants");
    for (const auto& [node, seq] : at) {
      auto* position = request.add_at();
      position->set_node(node);
      position->set_seq(seq);
    }
    return request;
  }
  absl::StatusOr<national::v1::GetTotalsResponse> At(
      const national::v1::GetTotalsRequest& request) {
    return TotalsAt(view_, centre_.store(), request, Never);
  }
  absl::StatusOr<national::v1::GetTotalsResponse> At(const std::map<std::string, uint64_t>& at) {
    return At(Request(at));
  }
  std::string Refused(const std::map<std::string, uint64_t>& at) {
    const absl::Status status = At(at).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  }

  const Territory territory_;
  TestCentre centre_;
  NationalView view_;
  JournalWriter zemgale_{"zemgale"};
  JournalWriter riga_{"riga-latgale"};
};

TEST_F(TotalsAtTest, AtAllThatIsAppliedItIsTheLiveAnswerByteByByte) {
  const std::vector<std::vector<national::v1::TotalsDimension>> breakdowns = {
      {},
      {national::v1::TOTALS_DIMENSION_NODE, national::v1::TOTALS_DIMENSION_STATUS},
      {national::v1::TOTALS_DIMENSION_MUNICIPALITY, national::v1::TOTALS_DIMENSION_APPLICANT_TYPE,
       national::v1::TOTALS_DIMENSION_ACTIVITY}};
  for (const auto& by : breakdowns) {
    auto request = Request({{"zemgale", 6}, {"riga-latgale", 3}});
    for (const auto dimension : by) request.add_by(dimension);
    const auto recomputed = At(request);
    ASSERT_TRUE(recomputed.ok()) << recomputed.status();
    const auto live = view_.GetTotals(request);
    EXPECT_EQ(recomputed->total().applications(), 3);
    EXPECT_EQ(recomputed->total().approved_cents(), 70'000);
    EXPECT_EQ(recomputed->SerializeAsString(), live->SerializeAsString())
        << recomputed->DebugString() << live->DebugString();
  }
}

TEST_F(TotalsAtTest, RecordsAfterThePlaceDoNotCount) {
  const auto before = At({{"zemgale", 3}});
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->total().applications(), 3);
  EXPECT_EQ(before->total().requested_cents(), 300'000);
  EXPECT_EQ(before->total().approved(), 0);
  const auto first = At({{"zemgale", 2}, {"riga-latgale", 0}});
  EXPECT_EQ(first->total().applications(), 1);
  for (const auto& freshness : first->freshness()) {
    const uint64_t expected = freshness.node() == "zemgale" ? 2 : 0;
    EXPECT_EQ(freshness.applied_seq(), expected) << freshness.node();
  }
}

TEST_F(TotalsAtTest, NodesThatAreLeftOutCountInWhole) {
  EXPECT_EQ(At({{"riga-latgale", 0}})->total().applications(), 2);
  EXPECT_EQ(At({{"zemgale", 0}})->total().applications(), 1);
}

TEST_F(TotalsAtTest, WhatIsAskedWronglyIsNamed) {
  EXPECT_THAT(Refused({{"zemgale", 7}}), HasSubstr("zemgale records 1 to 6 are here, not 7"));
  EXPECT_THAT(Refused({{"nowhere", 1}}), HasSubstr("\"nowhere\"; known are riga-latgale"));
  auto twice = Request({{"zemgale", 1}});
  *twice.add_at() = twice.at(0);
  EXPECT_THAT(std::string(At(twice).status().message()), HasSubstr("more than once"));
  auto dimension = Request({{"zemgale", 1}});
  dimension.add_by(national::v1::TOTALS_DIMENSION_UNSPECIFIED);
  EXPECT_TRUE(absl::IsInvalidArgument(At(dimension).status()));
  auto call = Request({{"zemgale", 1}});
  call.set_call("nothing");
  EXPECT_TRUE(absl::IsNotFound(At(call).status()));
}

TEST_F(TotalsAtTest, ItCanBeCalledOff) {
  EXPECT_TRUE(absl::IsCancelled(
      TotalsAt(view_, centre_.store(), Request({{"zemgale", 6}}), [] { return true; }).status()));
}

TEST_F(TotalsAtTest, AChangedRecordGivesNoTotals) {
  national::v1::JournalRecord record = zemgale_.records()[1];
  record.set_time_us(record.time_us() + 1);
  storage::WriteBatch batch;
  batch.Put(kNodeJournal, NodeSeqKey(NodeId("zemgale"), Seq(2)), record.SerializeAsString());
  ASSERT_TRUE(centre_.store().Write(batch).ok());
  EXPECT_TRUE(At({{"zemgale", 1}}).ok());
  EXPECT_TRUE(absl::IsDataLoss(At({{"zemgale", 2}}).status()));
}

TEST_F(TotalsAtTest, AMissingRecordGivesNoTotals) {
  storage::WriteBatch batch;
  batch.Delete(kNodeJournal, NodeSeqKey(NodeId("zemgale"), Seq(6)));
  ASSERT_TRUE(centre_.store().Write(batch).ok());
  EXPECT_TRUE(absl::IsDataLoss(At({{"zemgale", 6}}).status()));
}

}  // namespace
}  // namespace kopa::central
