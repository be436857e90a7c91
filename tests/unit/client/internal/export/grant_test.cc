#include "client/internal/export/grant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "client/internal/export/grant_csv_export.h"
#include "client/internal/export/grant_json_export.h"
#include "common/base/status.h"
#include "tests/unit/client/internal/export/test_rows.h"
#include "tests/unit/client/testing/fake_servers.h"

namespace kopa::client {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Json = nlohmann::json;

kopa::programme::v1::Call OpenCall() {
  kopa::programme::v1::Call call = testing::ProjectCall();
  call.mutable_name()->set_lv("PuMPuRS");
  call.set_eligible_costs_from("2024-08-12");
  call.set_eligible_costs_to("2024-12-31");
  auto* data = call.mutable_open_data();
  data->set_prefix("ikvd");
  data->set_funder_id("LV-RE-90009597202");
  data->set_funder_name("Dienests");
  data->mutable_description()->set_lv("Jauniešu iniciatīvas");
  return call;
}

Json JsonOf(const ExportRow& row) { return Json::parse(GrantJson(*MakeGrant(row, OpenCall()))); }

TEST(Grant, HasAllThatTheStandardNeeds) {
  const Json grant = JsonOf(WholeRow());
  for (const char* field : {"id", "title", "description", "currency", "amountAwarded", "awardDate",
                            "recipientOrganization", "fundingOrganization"}) {
    EXPECT_TRUE(grant.contains(field)) << field;
  }
  EXPECT_EQ(grant["id"], "360G-ikvd-0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11");
  EXPECT_EQ(grant["title"], "PuMPuRS");
  EXPECT_EQ(grant["currency"], "EUR");
  EXPECT_TRUE(grant["amountAwarded"].is_number());
  EXPECT_EQ(grant["awardDate"], "2024-06-03");
  EXPECT_EQ(grant["recipientOrganization"][0]["id"], "LV-RE-40003000642");
  EXPECT_EQ(grant["fundingOrganization"][0]["id"], "LV-RE-90009597202");
  EXPECT_EQ(grant["plannedDates"][0]["endDate"], "2024-12-31");
  EXPECT_EQ(grant["grantProgramme"][0]["code"], "pumpurs-test");
  EXPECT_EQ(grant["beneficiaryLocation"][0]["geoCode"], "0038001");
  EXPECT_EQ(grant["classifications"][0]["vocabulary"], "ATVK");
  EXPECT_EQ(grant["classifications"][1]["title"], "m");
}

TEST(Grant, AmountsAreWholeCentsWithoutRounding) {
  ExportRow row = WholeRow();
  row.awarded_cents = 9'007'199'254'740'993;  // more than a binary fraction can hold
  EXPECT_THAT(GrantJson(*MakeGrant(row, OpenCall())),
              HasSubstr("\"amountAwarded\": 90071992547409.93,"));
  EXPECT_THAT(GrantJson(*MakeGrant(row, OpenCall())), HasSubstr("\"amountDisbursed\": 0.05,"));
}

TEST(Grant, ATitleIsTheApplicantsOwnOnlyOnceCheckedAndIsShortened) {
  ExportRow row = WholeRow();
  row.checked_title = "Mūsu \"projekts\"";
  EXPECT_EQ(JsonOf(row)["title"], "Mūsu \"projekts\"");
  for (int i = 0; i < 139; ++i) row.checked_title = i == 0 ? "ā" : row.checked_title + "ā";
  EXPECT_EQ(MakeGrant(row, OpenCall())->title, row.checked_title);
  row.checked_title += "ā";
  const std::string title = MakeGrant(row, OpenCall())->title;
  EXPECT_THAT(title, SizeIs(138 * 2 + 3));
  EXPECT_THAT(title, EndsWith("ā…"));
}

TEST(Grant, SchoolsAndUnregisteredOnesGetIdentifiersOfThePublisher) {
  ExportRow row = WholeRow();
  row.organisation_reg_no = "1234567890";
  EXPECT_EQ(JsonOf(row)["recipientOrganization"][0]["id"], "360G-ikvd-ORG:school-1234567890");
  row.organisation_reg_no = "";
  EXPECT_EQ(JsonOf(row)["recipientOrganization"][0]["id"],
            "360G-ikvd-ORG:0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11");
}

TEST(Grant, WithoutAnAwardDateItIsRefused) {
  ExportRow row = WholeRow();
  row.award_day.reset();
  EXPECT_TRUE(absl::IsFailedPrecondition(MakeGrant(row, OpenCall()).status()));
}

TEST(Grant, ADefinitionThatLacksSomethingNamesItAll) {
  EXPECT_TRUE(CheckOpenData(OpenCall()).ok());
  EXPECT_THAT(FaultsOf(CheckOpenData(testing::ProjectCall())), SizeIs(4));
  kopa::programme::v1::Call call = OpenCall();
  call.mutable_open_data()->clear_funder_name();
  const auto faults = FaultsOf(CheckOpenData(call));
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_EQ(faults[0].field, "open_data.funder_name");
  EXPECT_FALSE(faults[0].message_lv.empty());
}

TEST(GrantJsonExport, IsOneDocumentOnlyOnceItIsFinished) {
  std::string out;
  GrantJsonExport json(OpenCall(), Into(&out));
  ASSERT_TRUE(json.Add(WholeRow()).ok());
  ASSERT_TRUE(json.Add(WholeRow()).ok());
  EXPECT_FALSE(Json::accept(out));
  ASSERT_TRUE(json.Finish().ok());
  EXPECT_EQ(Json::parse(out)["grants"].size(), 2u);
  std::string empty;
  ASSERT_TRUE(GrantJsonExport(OpenCall(), Into(&empty)).Finish().ok());
  EXPECT_EQ(Json::parse(empty)["grants"], Json::array());
}

TEST(GrantCsvExport, HasTheStandardsTitles) {
  std::string out;
  GrantCsvExport csv(OpenCall(), /*byte_order_mark=*/false, Into(&out));
  ASSERT_TRUE(csv.Add(WholeRow()).ok());
  ASSERT_TRUE(csv.Finish().ok());
  EXPECT_THAT(out, StartsWith("Identifier,Title,Description,Currency,Amount Applied For,"
                              "Amount Awarded,Amount Disbursed,Award Date,"));
  for (const char* title : {"Recipient Org:Identifier", "Recipient Org:Name",
                            "Funding Org:Identifier", "Funding Org:Name"}) {
    EXPECT_THAT(out, HasSubstr(title));
  }
  EXPECT_THAT(out, HasSubstr(",EUR,4600.00,4599.07,0.05,2024-06-03,2024-08-12,2024-12-31,"));
}

}  // namespace
}  // namespace kopa::client
