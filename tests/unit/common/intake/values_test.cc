#include "common/intake/values.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/territory/reference_table.h"

namespace kopa::intake {
namespace {

// What the check for a kind of value in the vectors says; nothing where there is none here.
std::optional<bool> IsValid(absl::string_view type, absl::string_view value) {
  if (type == "reg_no") return NormalRegNo(value).has_value();
  if (type == "school_reg_no") return NormalSchoolRegNo(value).has_value();
  if (type == "vat") return NormalVatNo(value).has_value();
  if (type == "iban") return NormalIban(value).has_value();
  if (type == "phone") return NormalPhone(value).has_value();
  if (type == "personal_code_old") return ClassifyPersonalCode(value) == PersonalCodeKind::kOld;
  if (type == "personal_code_new") return ClassifyPersonalCode(value) == PersonalCodeKind::kNew;
  return std::nullopt;
}

TEST(Values, AgreeWithTheTestVectors) {
  const std::string path =
      absl::StrCat(std::getenv("KOPA_SOURCE_DIR"), "/data/test-vectors/validation_vectors.csv");
  const std::string text = *ReadFile(path);
  const absl::StatusOr<ReferenceTable> table =
      ReferenceTable::Parse("validation_vectors.csv", text, {"type", "value", "expected"});
  ASSERT_TRUE(table.ok()) << table.status();
  std::map<std::string, int> checked;
  for (size_t i = 0; i < table->size(); ++i) {
    const ReferenceTable::Row row = table->row(i);
    const std::string type(row.Get("type"));
    const std::optional<bool> valid = IsValid(type, row.Get("value"));
    if (!valid.has_value()) continue;
    ++checked[type];
    EXPECT_EQ(*valid, row.Get("expected") == "valid")
        << row.Place() << " " << type << " " << std::string(row.Get("value"));
  }
  EXPECT_EQ(checked.size(), 7u);
  EXPECT_GE(checked["reg_no"], 18);
}

TEST(Values, NormalFormsHaveNoSpaces) {
  EXPECT_EQ(NormalRegNo(" 4000 8900\xC2\xA0"
                        "007 "),
            "40008900007");
  EXPECT_EQ(NormalSchoolRegNo("42199 02694"), "4219902694");
  EXPECT_EQ(NormalIban("lv80 bank 0000 4351 9500 1"), "LV80BANK0000435195001");
  for (const char* phone : {"67356253", "6735 6253", "+371 67356253", "00371-673-56253"}) {
    EXPECT_EQ(NormalPhone(phone), "+37167356253") << phone;
  }
}

TEST(Values, PhonesOfOtherFormsAreRefused) {
  for (const char* phone : {"", "+371", "+371+37167356253", "0037100371", "37167356253", "6735625a",
                            "673562530", "+3712863843", "12345678", "2863-8431x"}) {
    EXPECT_FALSE(NormalPhone(phone).has_value()) << phone;
  }
}

TEST(Values, RegistrationNumbersOfOtherFormsAreRefused) {
  for (const char* number : {"", "40008900008", "4000890000", "400089000070", "4000890000a",
                             "LV40008900007", "-40008900007"}) {
    EXPECT_FALSE(NormalRegNo(number).has_value()) << number;
  }
}

TEST(Values, EmailsOfTheSaneKindAreTaken) {
  EXPECT_EQ(NormalEmail("Vards.Uzvards+x@Example.LV"), "Vards.Uzvards+x@example.lv");
  EXPECT_EQ(NormalEmail(" lubova.vasecko@834.ikvd.gov.lv "), "lubova.vasecko@834.ikvd.gov.lv");
  EXPECT_TRUE(NormalEmail("linda.joste-sidorova@jaunatne.gov.lv").has_value());
  for (const char* email : {"",         "x",
                            "x@",       "@x.lv",
                            "x@y",      "x@y.",
                            "x@.lv",    "x@-y.lv",
                            "x@y-.lv",  "x y@z.lv",
                            "x@y z.lv", ".x@y.lv",
                            "x.@y.lv",  "x..y@z.lv",
                            "x@y..lv",  "x@127.0.0.1",
                            "x@y.l",    "jānis@y.lv",
                            "x@z@y.lv", "x@y.lv,z@y.lv",
                            "<x@y.lv>", "x@y.lv\nBcc: z@y.lv"}) {
    EXPECT_FALSE(NormalEmail(email).has_value()) << email;
  }
  EXPECT_FALSE(NormalEmail(std::string(65, 'x') + "@y.lv").has_value());
  EXPECT_FALSE(NormalEmail("x@" + std::string(64, 'y') + ".lv").has_value());
}

TEST(Values, AnOldPersonalCodeWithAnotherCheckDigitIsDoubtfulOnly) {
  EXPECT_EQ(ClassifyPersonalCode("161175-19997"), PersonalCodeKind::kOld);
  EXPECT_EQ(ClassifyPersonalCode("161175-19996"), PersonalCodeKind::kOldDoubtfulDigit);
  EXPECT_EQ(ClassifyPersonalCode("290200-20000"), PersonalCodeKind::kOldDoubtfulDigit);
  EXPECT_EQ(ClassifyPersonalCode("290201-20000"), PersonalCodeKind::kInvalid);
  EXPECT_EQ(ClassifyPersonalCode("161175-39997"), PersonalCodeKind::kInvalid);
  EXPECT_EQ(ClassifyPersonalCode(""), PersonalCodeKind::kInvalid);
}

}  // namespace
}  // namespace kopa::intake
