#include <gmock/gmock.h>

#include "common/intake/limits.h"
#include "tests/unit/common/intake/application_fixture.h"

namespace kopa::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class InitiativesCheck : public ApplicationCheck {
 protected:
  InitiativesCheck() : ApplicationCheck("kontakts-2024", "2024-03-01T12:00:00Z") {}
};

TEST_F(InitiativesCheck, AnApplicationThatIsRightIsSummedUp) {
  region::v1::ApplicationInput input = KontaktsApplication(3);
  input.mutable_initiatives(0)->add_activities("anti-bullying");
  input.mutable_initiatives(2)->set_school_reg_no("1219902694");
  const CheckedApplication checked = Check(input);
  EXPECT_THAT(FaultsAsText(checked.faults), IsEmpty());
  EXPECT_THAT(checked.notices, IsEmpty());
  EXPECT_EQ(checked.municipality_name, "Cēsu novads");
  EXPECT_EQ(checked.node, "vidzeme-kurzeme");
  const national::v1::ApplicationSummary& summary = checked.summary;
  EXPECT_EQ(summary.call(), "kontakts-2024");
  EXPECT_EQ(summary.municipality(), "0026000");
  EXPECT_EQ(summary.status(), national::v1::APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(summary.applicant_type(), "municipality");
  EXPECT_EQ(summary.organisation(), "Cēsu novada pašvaldība");
  EXPECT_EQ(summary.organisation_reg_no(), "90009900003");
  EXPECT_THAT(summary.activities(), ElementsAre("anti-bullying", "communication"));
  EXPECT_THAT(summary.school_reg_nos(), ElementsAre("1219902694", "4219902690", "4219902691"));
  EXPECT_EQ(summary.requested().cents(), 300'000);
  EXPECT_EQ(summary.requested().initiatives(), 3);
  EXPECT_EQ(summary.requested().teams(), 0);
  EXPECT_EQ(checked.normal.amount_cents(), 300'000);
  EXPECT_EQ(checked.normal.personal().contact().phone(), "+37167356253");
}

TEST_F(InitiativesCheck, ASchoolMayHaveTwoInitiatives) {
  region::v1::ApplicationInput input = KontaktsApplication(2);
  input.mutable_initiatives(1)->set_school_reg_no(input.initiatives(0).school_reg_no());
  const CheckedApplication checked = Check(input);
  EXPECT_THAT(checked.faults, IsEmpty());
  EXPECT_EQ(checked.summary.school_reg_nos_size(), 1);
  EXPECT_EQ(checked.summary.requested().initiatives(), 2);
}

TEST_F(InitiativesCheck, EachNeededFieldIsMissedByItsColumn) {
  EXPECT_THAT(FaultsOf({}),
              UnorderedElementsAre("applicant_name MISSING_FIELD", "applicant_reg_no MISSING_FIELD",
                                   "applicant_type MISSING_FIELD", "contact_email MISSING_FIELD",
                                   "contact_name MISSING_FIELD", "external_ref MISSING_FIELD",
                                   "initiatives MISSING_FIELD", "municipality MISSING_FIELD",
                                   "title MISSING_FIELD"));
  region::v1::ApplicationInput input = KontaktsApplication(1);
  input.clear_initiatives();
  input.add_initiatives();
  EXPECT_THAT(FaultsOf(input),
              UnorderedElementsAre("activities MISSING_FIELD", "amount_eur BAD_AMOUNT",
                                   "initiative_title MISSING_FIELD", "participants MISSING_FIELD",
                                   "school_name MISSING_FIELD"));
}

TEST_F(InitiativesCheck, OneOfSeveralInitiativesIsNamedByItsPlace) {
  region::v1::ApplicationInput input = KontaktsApplication(2);
  input.mutable_initiatives(1)->set_amount_cents(135'001);
  input.mutable_initiatives(1)->set_title(" ");
  EXPECT_THAT(FaultsOf(input), ElementsAre("initiatives[1].amount_eur AMOUNT_ABOVE_CEILING",
                                           "initiatives[1].initiative_title MISSING_FIELD"));
}

TEST_F(InitiativesCheck, TheSchoolsNumberMayBeLeftOut) {
  region::v1::ApplicationInput input = KontaktsApplication(1);
  input.mutable_initiatives(0)->clear_school_reg_no();
  EXPECT_THAT(FaultsOf(input), IsEmpty());
  const absl::Time then = At("2023-03-01T12:00:00Z");
  const CheckedApplication of_2023 =
      CheckApplication(RulesOf("kontakts-2023"), *territory_, input, then, then);
  EXPECT_THAT(FaultsAsText(of_2023.faults), IsEmpty());
  EXPECT_EQ(of_2023.summary.school_reg_nos_size(), 0);
}

TEST_F(InitiativesCheck, TheCeilingIsOfEachInitiative) {
  region::v1::ApplicationInput input = KontaktsApplication(2);
  input.mutable_initiatives(0)->set_amount_cents(135'000);
  input.mutable_initiatives(1)->set_amount_cents(135'000);
  EXPECT_THAT(FaultsOf(input), IsEmpty());
  input.mutable_initiatives(0)->set_amount_cents(135'001);
  const CheckedApplication checked = Check(input);
  ASSERT_EQ(checked.faults.size(), 1u);
  EXPECT_EQ(checked.faults[0].message, "at most 1350.00 EUR can be asked for an initiative");
  EXPECT_THAT(checked.faults[0].message_lv, HasSubstr("1350,00\u00A0€"));
}

TEST_F(InitiativesCheck, AnAmountMustBeMoreThanNothing) {
  for (int64_t cents : {int64_t{0}, int64_t{-1}, kAmountCentsMax + 1, INT64_MAX, INT64_MIN}) {
    region::v1::ApplicationInput input = KontaktsApplication(1);
    input.mutable_initiatives(0)->set_amount_cents(cents);
    EXPECT_THAT(FaultsOf(input), ElementsAre("amount_eur BAD_AMOUNT")) << cents;
  }
}

TEST_F(InitiativesCheck, AGivenTotalMustBeTheSum) {
  region::v1::ApplicationInput input = KontaktsApplication(2);
  input.set_amount_cents(200'000);
  EXPECT_THAT(FaultsOf(input), IsEmpty());
  input.set_amount_cents(200'001);
  EXPECT_THAT(FaultsOf(input), ElementsAre("amount_eur BAD_AMOUNT"));
}

TEST_F(InitiativesCheck, ACeilingOfTheWholeApplicationIsTestedOnTheSum) {
  programme::v1::Call call = CallOf("kontakts-2024");
  call.mutable_amount()->set_ceiling_per_application_cents(150'000);
  const programme::CallRules rules = *programme::CallRules::Compile(call);
  const CheckedApplication checked =
      CheckApplication(rules, *territory_, KontaktsApplication(2), now_, now_);
  EXPECT_THAT(FaultsAsText(checked.faults), ElementsAre("amount_eur AMOUNT_ABOVE_CEILING"));
}

TEST_F(InitiativesCheck, BadValuesAreToldByTheirOwnCodes) {
  region::v1::ApplicationInput input = KontaktsApplication(1);
  input.mutable_applicant()->set_reg_no("90009900004");
  input.mutable_applicant()->set_type("other");
  input.mutable_personal()->mutable_contact()->set_email("nobody");
  input.mutable_personal()->mutable_contact()->set_phone("7356253");
  input.mutable_initiatives(0)->set_school_reg_no("90009900003");
  input.mutable_initiatives(0)->add_activities("comunication");
  input.mutable_initiatives(0)->set_participants(-1);
  EXPECT_THAT(FaultsOf(input),
              ElementsAre("activities UNKNOWN_VALUE", "applicant_reg_no BAD_REG_NO",
                          "applicant_type APPLICANT_TYPE_NOT_ALLOWED", "contact_email BAD_EMAIL",
                          "contact_phone BAD_PHONE", "participants BAD_NUMBER",
                          "school_reg_no BAD_SCHOOL_REG_NO"));
}

TEST_F(InitiativesCheck, AnUnknownWordComesWithTheNearestOne) {
  region::v1::ApplicationInput input = KontaktsApplication(1);
  input.mutable_applicant()->set_type("asociation");
  const CheckedApplication checked = Check(input);
  ASSERT_EQ(checked.faults.size(), 1u);
  EXPECT_EQ(checked.faults[0].code, "UNKNOWN_VALUE");
  EXPECT_THAT(checked.faults[0].message, HasSubstr("did you mean association?"));
}

TEST_F(InitiativesCheck, TextsAreCheckedAndBroughtToNormalForm) {
  region::v1::ApplicationInput input = KontaktsApplication(1);
  input.set_title("  Divas\r\nrindas  ");
  input.mutable_applicant()->set_name("Ce\u0304su novada pas\u030Cvaldi\u0304ba");
  const CheckedApplication checked = Check(input);
  EXPECT_THAT(checked.faults, IsEmpty());
  EXPECT_EQ(checked.normal.title(), "Divas\nrindas");
  EXPECT_EQ(checked.normal.applicant().name(), "Cēsu novada pašvaldība");

  input.set_title(std::string("a\0b", 3));
  input.mutable_applicant()->set_name("a\u202Eb");
  input.mutable_initiatives(0)->set_school_name("a\nb");
  input.mutable_personal()->mutable_contact()->set_name("\xFF");
  EXPECT_THAT(FaultsOf(input), ElementsAre("applicant_name BAD_TEXT", "contact_name BAD_TEXT",
                                           "school_name BAD_TEXT", "title BAD_TEXT"));
}

TEST_F(InitiativesCheck, LengthsAreCountedInCharacters) {
  const auto repeated = [](const char* character, size_t times) {
    std::string text;
    for (size_t i = 0; i < times; ++i) text += character;
    return text;
  };
  region::v1::ApplicationInput input = KontaktsApplication(1);
  input.set_external_ref(repeated("ā", kExternalRefCharactersMax));
  input.set_title(repeated("ž", kTitleCharactersMax));
  EXPECT_THAT(FaultsOf(input), IsEmpty());
  input.set_external_ref(repeated("ā", kExternalRefCharactersMax + 1));
  input.set_title(repeated("ž", kTitleCharactersMax + 1));
  EXPECT_THAT(FaultsOf(input), ElementsAre("external_ref TOO_LONG", "title TOO_LONG"));
  input = KontaktsApplication(kInitiativesMax + 1);
  EXPECT_THAT(FaultsOf(input), ElementsAre("initiatives TOO_LONG"));
}

TEST_F(InitiativesCheck, AMunicipalityIsFoundByNameAndRepairedCode) {
  region::v1::ApplicationInput input = KontaktsApplication(1);
  input.set_municipality(" cesu NOVADS ");
  EXPECT_EQ(Check(input).normal.municipality(), "0026000");
  input.set_municipality("38000");
  const CheckedApplication repaired = Check(input);
  EXPECT_THAT(repaired.faults, IsEmpty());
  EXPECT_EQ(repaired.summary.municipality(), "0038000");
  EXPECT_THAT(FaultsAsText(repaired.notices), ElementsAre("municipality MUNICIPALITY_REPAIRED"));
}

TEST_F(InitiativesCheck, AMunicipalityThatIsNoneOnTheCallsDayIsRefused) {
  region::v1::ApplicationInput input = KontaktsApplication(1);
  for (const char* text : {"0038001", "0429300", "Nowhere", "1"}) {
    input.set_municipality(text);
    EXPECT_THAT(FaultsOf(input), ElementsAre("municipality UNKNOWN_MUNICIPALITY")) << text;
  }
  EXPECT_EQ(Check(input).node, "");
  input.set_municipality("a\u202Eb");
  EXPECT_THAT(FaultsOf(input), ElementsAre("municipality BAD_TEXT"));
}

TEST_F(InitiativesCheck, ChildrensDataIsNotTakenInWhereTheFormHasNone) {
  region::v1::ApplicationInput input = KontaktsApplication(1);
  *input.mutable_personal()->mutable_members() = TeamApplication().personal().members();
  const CheckedApplication checked = Check(input);
  EXPECT_THAT(FaultsAsText(checked.faults), ElementsAre("members FIELD_NOT_ALLOWED"));
  EXPECT_EQ(checked.normal.personal().members_size(), 0);
}

TEST_F(InitiativesCheck, NoMessageRepeatsWhatWasHandedIn) {
  region::v1::ApplicationInput input = KontaktsApplication(1);
  const std::string secret = "Kaspars Slepenais";
  input.set_municipality(secret);
  input.mutable_applicant()->set_reg_no(secret);
  input.mutable_applicant()->set_type(secret);
  input.mutable_initiatives(0)->set_school_reg_no(secret);
  input.mutable_initiatives(0)->set_activities(0, secret);
  input.mutable_personal()->mutable_contact()->set_email(secret);
  input.mutable_personal()->mutable_contact()->set_phone(secret);
  const CheckedApplication checked = Check(input);
  EXPECT_EQ(checked.faults.size(), 7u);
  for (const Fault& fault : checked.faults) {
    EXPECT_THAT(fault.message, Not(HasSubstr("Slepenais"))) << fault.field;
    EXPECT_THAT(fault.message_lv, Not(HasSubstr("Slepenais"))) << fault.field;
  }
}

TEST_F(InitiativesCheck, TheWindowIsCheckedWithTheRest) {
  const absl::Time late = At("2024-05-17T21:00:00Z");
  const CheckedApplication checked =
      CheckApplication(rules_, *territory_, KontaktsApplication(1), late, late);
  EXPECT_THAT(FaultsAsText(checked.faults), ElementsAre("received_time WINDOW_CLOSED"));
}

}  // namespace
}  // namespace kopa::intake
