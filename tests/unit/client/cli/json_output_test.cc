#include "client/cli/json_output.h"

#include <gtest/gtest.h>

#include "kopa/national/v1/link.pb.h"
#include "kopa/national/v1/service.pb.h"
#include "kopa/region/v1/service.pb.h"

namespace kopa::cli {
namespace {

TEST(JsonOutput, EveryFieldIsThereAnd64BitIntegersAreText) {
  kopa::national::v1::TotalsRow row;
  row.set_node("zemgale");
  row.set_applications(55);
  row.set_status(kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_EQ(
      ToJson(row).dump(),
      R"({"node":"zemgale","municipality":"","municipalityName":"","status":"PENDING_FUNDS",)"
      R"("applicantType":"","activity":"","applications":"55","initiatives":"0",)"
      R"("requestedCents":"0","approved":"0","approvedInitiatives":"0","approvedCents":"0"})");
}

TEST(JsonOutput, AnUnspecifiedEnumIsEmptyAndAnUnknownOneItsNumber) {
  EXPECT_EQ(EnumWord(kopa::national::v1::APPLICATION_STATUS_UNSPECIFIED), "");
  EXPECT_EQ(EnumWord(kopa::national::v1::NODE_STATE_FENCED), "FENCED");
  EXPECT_EQ(EnumWord(kopa::national::v1::NodeState_descriptor(), 99), "99");
}

TEST(JsonOutput, WhatIsAbsentIsNullAndBooleansAreBooleans) {
  kopa::national::v1::UnitBudget unit;
  unit.set_unit("teams");
  EXPECT_TRUE(ToJson(unit)["limit"].is_null());
  unit.set_limit(0);
  EXPECT_EQ(ToJson(unit)["limit"], "0");
  kopa::national::v1::Node node;
  EXPECT_TRUE(ToJson(node)["lastContactTime"].is_null());
  EXPECT_EQ(ToJson(node)["connected"], false);
}

TEST(JsonOutput, TimesAreRfc3339) {
  kopa::national::v1::Node node;
  node.mutable_last_contact_time()->set_seconds(1'715'979'540);
  EXPECT_EQ(ToJson(node)["lastContactTime"], "2024-05-17T20:59:00Z");
}

TEST(JsonOutput, IdsAreUuidsAndOtherBytesHexadecimal) {
  kopa::region::v1::SubmitResult result;
  std::string id;
  for (char byte = 0; byte < 16; ++byte) id.push_back(byte);
  result.set_application_id(id);
  result.mutable_receipt()->set_hash("\xAB\xCD");
  const Json json = ToJson(result);
  EXPECT_EQ(json["applicationId"], "00010203-0405-0607-0809-0a0b0c0d0e0f");
  EXPECT_EQ(json["receipt"]["hash"], "abcd");
  EXPECT_EQ(json["faults"], Json::array());
}

TEST(JsonOutput, OfAOneofOnlyWhatIsSet) {
  kopa::national::v1::ConnectRequest request;
  request.mutable_heartbeat()->set_head_seq(7);
  EXPECT_EQ(ToJson(request).dump(),
            R"({"heartbeat":{"headSeq":"7","headHash":"","signature":""}})");
}

TEST(JsonOutput, TextThatIsNoUtf8DoesNotFail) {
  EXPECT_EQ(JsonText({{"a", "x\xFFy"}}), "{\n  \"a\": \"x\xEF\xBF\xBDy\"\n}\n");
}

}  // namespace
}  // namespace kopa::cli
