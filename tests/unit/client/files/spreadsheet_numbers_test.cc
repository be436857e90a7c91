#include "client/internal/files/spreadsheet_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/client/files/test_files.h"

namespace kopa::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(SpreadsheetNumbers, WhatIsRightIsLeftAlone) {
  for (const char* cell : {"40008900008", "4000 8900 008", "", "LV40008900008", "abc", "1"}) {
    const SpreadsheetNumber number = ReadRegNo(cell, "applicant_reg_no");
    EXPECT_EQ(number.text, cell);
    EXPECT_THAT(number.faults, IsEmpty()) << cell;
    EXPECT_THAT(number.notices, IsEmpty()) << cell;
  }
}

TEST(SpreadsheetNumbers, LostZerosAreToldAndNotGuessed) {
  for (const char* cell : {"4000890000", "400089000", "8900008", "890 0008", "8900008.0"}) {
    const SpreadsheetNumber number = ReadRegNo(cell, "applicant_reg_no");
    ASSERT_THAT(number.faults, SizeIs(1)) << cell;
    EXPECT_EQ(number.faults[0].code, "BAD_REG_NO");
    EXPECT_EQ(number.faults[0].field, "applicant_reg_no");
    EXPECT_THAT(number.faults[0].message, HasSubstr("leading zeros"));
    EXPECT_THAT(number.faults[0].message_lv, HasSubstr("nulles"));
  }
  const SpreadsheetNumber school = ReadSchoolRegNo("900000001", "school_reg_no");
  EXPECT_THAT(MarksOf(school.faults), ElementsAre(Pair("school_reg_no", "BAD_SCHOOL_REG_NO")));
  EXPECT_THAT(school.faults[0].message, HasSubstr("9 digits instead of 10"));
}

TEST(SpreadsheetNumbers, RoundedOnesAreTold) {
  for (const char* cell : {"4,00089E+10", "4.00089e+10", "4E10"}) {
    const SpreadsheetNumber number = ReadRegNo(cell, "applicant_reg_no");
    ASSERT_THAT(number.faults, SizeIs(1)) << cell;
    EXPECT_THAT(number.faults[0].message, HasSubstr("rounded"));
  }
}

TEST(SpreadsheetNumbers, ADecimalPartOfZerosIsTakenOffAndTold) {
  const SpreadsheetNumber number = ReadRegNo("40008900008.0", "applicant_reg_no");
  EXPECT_EQ(number.text, "40008900008");
  EXPECT_THAT(MarksOf(number.notices), ElementsAre(Pair("applicant_reg_no", "NUMBER_REPAIRED")));
  EXPECT_EQ(ReadSchoolRegNo("9900000001,00", "x").text, "9900000001");
  EXPECT_EQ(ReadMunicipality("1000.0", "municipality").text, "1000");
  EXPECT_THAT(ReadMunicipality("1000.0", "municipality").notices, SizeIs(1));
  EXPECT_EQ(ReadMunicipality("Rīga", "municipality").text, "Rīga");
  EXPECT_EQ(ReadRegNo("40008900008.5", "x").text, "40008900008.5");
}

TEST(SpreadsheetNumbers, AFileHasItsFaultsAndNotices) {
  TestFolder folder;
  const auto all =
      ReadAll(
          folder.Write(absl::StrCat(
              "external_ref;municipality;applicant_name;applicant_reg_no;applicant_type;title;"
              "school_name;school_reg_no;initiative_title;activities;participants;amount_eur;"
              "contact_name;contact_email\n"
              "A;1000,0;N;40008900008.0;association;T;S;9900000001.0;I;inclusion;5;10;C;c@d.lv\n"
              "A;1000,0;N;40008900008.0;association;T;S;990000001;I;inclusion;5;10;C;c@d.lv\n")),
          programme::v1::APPLICATION_FORM_INITIATIVES)
          .value();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].input.municipality(), "1000");
  EXPECT_EQ(all[0].input.applicant().reg_no(), "40008900008");
  EXPECT_EQ(all[0].input.initiatives(0).school_reg_no(), "9900000001");
  EXPECT_THAT(MarksOf(all[0].notices),
              ElementsAre(Pair("municipality", "NUMBER_REPAIRED"),
                          Pair("applicant_reg_no", "NUMBER_REPAIRED"),
                          Pair("initiatives[0].school_reg_no", "NUMBER_REPAIRED")));
  EXPECT_THAT(MarksOf(all[0].faults),
              ElementsAre(Pair("initiatives[1].school_reg_no", "BAD_SCHOOL_REG_NO")));
  // For the rejects file the cells stay as they were typed.
  EXPECT_EQ(all[0].rows[0][3], "40008900008.0");
}

}  // namespace
}  // namespace kopa::client
