#include "client/internal/export/csv_export.h"

#include <gtest/gtest.h>

#include "tests/unit/client/internal/export/test_rows.h"

namespace kopa::client {
namespace {

constexpr char kHead[] =
    "id,external_ref,call,node,status,municipality,municipality_name,applicant_type,organisation,"
    "organisation_reg_no,title,activities,initiatives,requested_eur,awarded_eur,paid_eur,score,"
    "received_date,award_date\n";

TEST(CsvExport, AmountsAreExactAndDaysIso) {
  std::string out;
  CsvExport csv(/*byte_order_mark=*/false, Into(&out));
  ASSERT_TRUE(csv.Add(WholeRow()).ok());
  ASSERT_TRUE(csv.Finish().ok());
  EXPECT_EQ(out,
            std::string(kHead) +
                "0190b2a4-7c3e-7d55-9a41-0c6b1f6d2e11,VP2023/3-22,pumpurs-test,zemgale,APPROVED,"
                "0038001,Madonas novads,association,\"Biedrība \"\"Tests\"\"\",40003000642,,"
                "motivation,2,4600.00,4599.07,0.05,44.5,2024-05-17,2024-06-03\n");
}

TEST(CsvExport, WithoutRowsThereIsStillAHead) {
  std::string out;
  CsvExport csv(/*byte_order_mark=*/true, Into(&out));
  ASSERT_TRUE(csv.Finish().ok());
  EXPECT_EQ(out, std::string("\xEF\xBB\xBF") + kHead);
}

TEST(CsvExport, WhatApplicantsTypedCantBeAFormula) {
  std::string out;
  CsvExport csv(/*byte_order_mark=*/false, Into(&out));
  ExportRow row = WholeRow();
  row.organisation = "=HYPERLINK(\"http://x\")";
  row.external_ref = "-1";
  row.score_hundredths.reset();
  row.award_day.reset();
  ASSERT_TRUE(csv.Add(row).ok());
  EXPECT_NE(out.find(",\"'=HYPERLINK(\"\"http://x\"\")\","), std::string::npos) << out;
  EXPECT_NE(out.find(",\"'-1\","), std::string::npos) << out;
  EXPECT_NE(out.find(",0.05,,2024-05-17,\n"), std::string::npos) << out;
}

}  // namespace
}  // namespace kopa::client
