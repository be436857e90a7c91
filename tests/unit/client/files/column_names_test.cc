#include "client/internal/files/column_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "tests/unit/client/files/test_files.h"

namespace kopa::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using programme::v1::APPLICATION_FORM_INITIATIVES;
using programme::v1::APPLICATION_FORM_PROJECT;
using programme::v1::APPLICATION_FORM_TEAM;

ColumnNames NamesOf(programme::v1::ApplicationForm form) {
  return ColumnNames(ColumnsOf(CallOfForm(form)).value());
}

std::string ListOf(const ColumnNames& names) {
  return absl::StrJoin(names.columns(), ", ",
                       [](std::string* out, const Column& column) { out->append(column.name); });
}

TEST(Columns, AreThoseOfTheContract) {
  EXPECT_EQ(ListOf(NamesOf(APPLICATION_FORM_INITIATIVES)),
            "external_ref, municipality, applicant_name, applicant_reg_no, applicant_type, title, "
            "school_name, school_reg_no, initiative_title, activities, participants, amount_eur, "
            "contact_name, contact_email, contact_phone, received_time");
  EXPECT_EQ(ListOf(NamesOf(APPLICATION_FORM_TEAM)),
            "external_ref, municipality, school_name, school_reg_no, member1_name, "
            "member1_birth_date, member2_name, member2_birth_date, member3_name, "
            "member3_birth_date, support_name, support_role, support_email, support_phone, "
            "received_time");
  EXPECT_EQ(ListOf(NamesOf(APPLICATION_FORM_PROJECT)),
            "external_ref, municipality, applicant_name, applicant_reg_no, applicant_type, "
            "youth_group, title, activities, grades, risks, participants, partners, amount_eur, "
            "contact_name, contact_email, contact_phone, received_time");
}

TEST(Columns, FourMayBeAbsent) {
  for (const auto form :
       {APPLICATION_FORM_INITIATIVES, APPLICATION_FORM_TEAM, APPLICATION_FORM_PROJECT}) {
    const ColumnNames names = NamesOf(form);
    for (const Column& column : names.columns()) {
      const bool may = column.name == "school_reg_no" || column.name == "partners" ||
                       column.name == "contact_phone" || column.name == "received_time";
      EXPECT_EQ(column.is_optional, may) << column.name;
    }
  }
}

TEST(Columns, ACallWithoutAFormHasNone) {
  EXPECT_TRUE(absl::IsInvalidArgument(ColumnsOf(programme::v1::Call()).status()));
}

TEST(ColumnNames, EachAliasNamesItsColumn) {
  // That no alias names two columns is checked where the names are put together.
  for (const auto form :
       {APPLICATION_FORM_INITIATIVES, APPLICATION_FORM_TEAM, APPLICATION_FORM_PROJECT}) {
    const ColumnNames names = NamesOf(form);
    for (size_t i = 0; i < names.columns().size(); ++i) {
      EXPECT_FALSE(names.columns()[i].aliases.empty()) << names.columns()[i].name;
      for (const std::string& alias : names.columns()[i].aliases) {
        EXPECT_EQ(names.Find(alias), i) << alias;
        EXPECT_FALSE(IsRejectColumn(alias)) << alias;
      }
    }
  }
}

TEST(ColumnNames, CapitalsDiacriticsSpacesAndUnderscoresDoNotMatter) {
  const ColumnNames names = NamesOf(APPLICATION_FORM_INITIATIVES);
  for (const char* spelling :
       {"reģistrācijas_numurs", "Reģistrācijas numurs", "REGISTRACIJAS NUMURS",
        "Registrācijas-Numurs", "applicant_reg_no", "Applicant reg. no."}) {
    EXPECT_EQ(names.Find(spelling), 3u) << spelling;
  }
  EXPECT_EQ(names.Find("Pašvaldība"), 1u);
  EXPECT_EQ(names.Find("pieteicējs"), 2u);
  EXPECT_EQ(names.Find("applicant"), std::nullopt);
  EXPECT_EQ(names.Find("\xFF"), std::nullopt);
}

TEST(ColumnNames, TheNearestNameIsSuggested) {
  const ColumnNames names = NamesOf(APPLICATION_FORM_INITIATIVES);
  EXPECT_EQ(names.Nearest("amout_eur"), "\"amount_eur\"");
  EXPECT_EQ(names.Nearest("municipallity"), "\"municipality\"");
  EXPECT_EQ(names.Nearest("pasvaldba"), "\"pašvaldība\"");
  EXPECT_EQ(names.Nearest("colour of the sky"), "");
  EXPECT_EQ(names.Nearest("x"), "");
}

TEST(MatchHeader, TakesColumnsInAnyOrderAndPassesOverThoseOfARejectsFile) {
  const ColumnNames names = NamesOf(APPLICATION_FORM_TEAM);
  std::vector<std::string> header;
  for (const Column& column : names.columns()) header.insert(header.begin(), column.name);
  for (const absl::string_view column : kRejectColumns) header.emplace_back(column);
  const std::vector<size_t> matched = MatchHeader(names, header).value();
  EXPECT_EQ(matched[0], names.columns().size() - 1);
  EXPECT_EQ(matched[names.columns().size() - 1], 0u);
  for (size_t i = names.columns().size(); i < matched.size(); ++i) {
    EXPECT_EQ(matched[i], kIgnoredColumn);
  }
}

TEST(MatchHeader, ListsEverythingThatIsWrongAtOnce) {
  const ColumnNames names = NamesOf(APPLICATION_FORM_TEAM);
  std::vector<std::string> header;
  for (const Column& column : names.columns()) header.push_back(column.name);
  header[0] = "external_rf";
  header[2] = "Skola";
  header.emplace_back("school_name");
  header.emplace_back("");
  header.erase(header.begin() + 4);  // member1_name
  const absl::Status status = MatchHeader(names, header).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(
      status.message(),
      AllOf(HasSubstr("unknown column \"external_rf\" (did you mean \"external_ref\"?)"),
            HasSubstr("column \"school_name\" is there twice, also as \"Skola\""),
            HasSubstr("column 16 has no name"), HasSubstr("missing column \"external_ref\""),
            HasSubstr("missing column \"member1_name\"")));
  EXPECT_EQ(MarksOf(FaultsOf(status)), Marks({{"external_rf", "UNKNOWN_COLUMN"},
                                              {"school_name", "DUPLICATE_COLUMN"},
                                              {"", "UNKNOWN_COLUMN"},
                                              {"external_ref", "MISSING_COLUMN"},
                                              {"member1_name", "MISSING_COLUMN"}}));
}

TEST(MatchHeader, AFileThatIsNoTableGetsAMessageOfReadableLength) {
  const std::vector<std::string> header(500, std::string(999, 'x') + "ā");
  const absl::Status status = MatchHeader(NamesOf(APPLICATION_FORM_TEAM), header).status();
  EXPECT_LT(status.message().size(), 10000u);
  EXPECT_THAT(status.message(), HasSubstr(" more"));
}

}  // namespace
}  // namespace kopa::client
