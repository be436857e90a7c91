#include <gmock/gmock.h>

#include "tests/unit/common/intake/application_fixture.h"

namespace kopa::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class TeamCheck : public ApplicationCheck {
 protected:
  TeamCheck() : ApplicationCheck("kontakts-teams-2024", "2024-01-20T12:00:00Z") {}

  static region::v1::ApplicationInput WithBirthDate(const char* date) {
    region::v1::ApplicationInput input = TeamApplication();
    input.mutable_personal()->mutable_members(1)->set_birth_date(date);
    return input;
  }
};

TEST_F(TeamCheck, ATeamThatIsRightIsSummedUpWithoutNames) {
  const CheckedApplication checked = Check(TeamApplication());
  EXPECT_THAT(FaultsAsText(checked.faults), IsEmpty());
  EXPECT_EQ(checked.node, "riga-latgale");
  EXPECT_EQ(checked.summary.applicant_type(), "school");
  EXPECT_EQ(checked.summary.organisation(), "Paraugu vidusskola");
  EXPECT_EQ(checked.summary.organisation_reg_no(), "4219902694");
  EXPECT_THAT(checked.summary.school_reg_nos(), ElementsAre("4219902694"));
  EXPECT_EQ(checked.summary.requested().teams(), 1);
  EXPECT_EQ(checked.summary.requested().cents(), 0);
  // On 2024-01-31: 13, 17 (on that very day) and 17 (the day before the birthday).
  ASSERT_EQ(checked.summary.age_bands_size(), 2);
  EXPECT_EQ(checked.summary.age_bands(0).from_age(), 13);
  EXPECT_EQ(checked.summary.age_bands(0).to_age(), 15);
  EXPECT_EQ(checked.summary.age_bands(0).people(), 1);
  EXPECT_EQ(checked.summary.age_bands(1).from_age(), 16);
  EXPECT_EQ(checked.summary.age_bands(1).to_age(), 17);
  EXPECT_EQ(checked.summary.age_bands(1).people(), 2);
  EXPECT_EQ(checked.summary.SerializeAsString().find("Anna"), std::string::npos);
  EXPECT_EQ(checked.normal.personal().members_size(), 3);
  EXPECT_EQ(checked.normal.personal().support().phone(), "+37128638431");
}

TEST_F(TeamCheck, EachNeededFieldIsMissedByItsColumn) {
  EXPECT_THAT(FaultsOf({}),
              UnorderedElementsAre("external_ref MISSING_FIELD", "municipality MISSING_FIELD",
                                   "school_name MISSING_FIELD", "member1_name TEAM_INCOMPLETE",
                                   "member2_name TEAM_INCOMPLETE", "member3_name TEAM_INCOMPLETE",
                                   "support_name MISSING_FIELD", "support_role MISSING_FIELD",
                                   "support_email MISSING_FIELD", "support_phone MISSING_FIELD"));
}

TEST_F(TeamCheck, AnEmptyMemberLeavesTheTeamIncomplete) {
  region::v1::ApplicationInput input = TeamApplication();
  input.mutable_personal()->mutable_members(1)->Clear();
  EXPECT_THAT(FaultsOf(input), ElementsAre("member2_name TEAM_INCOMPLETE"));
  input.mutable_personal()->mutable_members(1)->set_birth_date("2008-01-01");
  EXPECT_THAT(FaultsOf(input), ElementsAre("member2_name TEAM_INCOMPLETE"));
  input = TeamApplication();
  input.mutable_personal()->mutable_members()->RemoveLast();
  EXPECT_THAT(FaultsOf(input), ElementsAre("member3_name TEAM_INCOMPLETE"));
}

TEST_F(TeamCheck, AFourthMemberIsOneTooMany) {
  region::v1::ApplicationInput input = TeamApplication();
  *input.mutable_personal()->add_members() = input.personal().members(0);
  EXPECT_THAT(FaultsOf(input), ElementsAre("members TEAM_INCOMPLETE"));
}

TEST_F(TeamCheck, AMemberWithoutBirthDateIsAMissingField) {
  EXPECT_THAT(FaultsOf(WithBirthDate("")), ElementsAre("member2_birth_date MISSING_FIELD"));
}

TEST_F(TeamCheck, DatesMustExist) {
  for (const char* date : {"2008-02-30", "17.05.2008", "2008-5-17", "yesterday", "2008-13-01"}) {
    EXPECT_THAT(FaultsOf(WithBirthDate(date)), ElementsAre("member2_birth_date BAD_DATE")) << date;
  }
}

TEST_F(TeamCheck, MembersAreThirteenToTwentyFiveOnTheLastDayOfTheWindow) {
  EXPECT_THAT(FaultsOf(WithBirthDate("2011-01-31")), IsEmpty());
  EXPECT_THAT(FaultsOf(WithBirthDate("2011-02-01")),
              ElementsAre("member2_birth_date AGE_OUT_OF_RANGE"));
  EXPECT_THAT(FaultsOf(WithBirthDate("1998-02-01")), IsEmpty());
  EXPECT_THAT(FaultsOf(WithBirthDate("1998-01-31")),
              ElementsAre("member2_birth_date AGE_OUT_OF_RANGE"));
  EXPECT_THAT(FaultsOf(WithBirthDate("2030-01-01")),
              ElementsAre("member2_birth_date AGE_OUT_OF_RANGE"));
  const CheckedApplication checked = Check(WithBirthDate("2011-02-01"));
  EXPECT_EQ(checked.faults[0].message, "on 2024-01-31 a member must be 13 to 25 years old");
  EXPECT_THAT(checked.faults[0].message_lv, HasSubstr("31.01.2024."));
}

TEST_F(TeamCheck, TheSupportPersonIsChecked) {
  region::v1::ApplicationInput input = TeamApplication();
  region::v1::SupportPerson* support = input.mutable_personal()->mutable_support();
  support->set_role("headmaster");
  support->set_email("x@y");
  support->set_phone("+37057356253");
  EXPECT_THAT(FaultsOf(input), ElementsAre("support_email BAD_EMAIL", "support_phone BAD_PHONE",
                                           "support_role UNKNOWN_VALUE"));
}

TEST_F(TeamCheck, TheSchoolsNumberMayBeLeftOutButNotWrong) {
  region::v1::ApplicationInput input = TeamApplication();
  input.mutable_applicant()->clear_reg_no();
  EXPECT_THAT(FaultsOf(input), IsEmpty());
  input.mutable_applicant()->set_reg_no("421990269");
  EXPECT_THAT(FaultsOf(input), ElementsAre("school_reg_no BAD_SCHOOL_REG_NO"));
}

TEST_F(TeamCheck, PartsOfOtherFormsAreRefused) {
  region::v1::ApplicationInput input = TeamApplication();
  input.mutable_personal()->mutable_contact()->set_name("x");
  input.set_amount_cents(1);
  EXPECT_THAT(FaultsOf(input),
              ElementsAre("amount_eur BAD_AMOUNT", "contact_name FIELD_NOT_ALLOWED"));
}

}  // namespace
}  // namespace kopa::intake
