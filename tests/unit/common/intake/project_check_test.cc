#include <gmock/gmock.h>

#include "common/intake/limits.h"
#include "tests/unit/common/intake/application_fixture.h"

namespace kopa::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ProjectCheck : public ApplicationCheck {
 protected:
  ProjectCheck() : ApplicationCheck("pumpurs-2020", "2020-03-02T12:00:00Z") {}
};

TEST_F(ProjectCheck, AnApplicationThatIsRightIsSummedUp) {
  region::v1::ApplicationInput input = PumpursApplication();
  input.add_activities("initiative");
  input.add_activities("motivation");
  const CheckedApplication checked = Check(input);
  EXPECT_THAT(FaultsAsText(checked.faults), IsEmpty());
  EXPECT_EQ(checked.municipality_name, "Vecpiebalgas novads");
  // By what the municipality of then has become.
  EXPECT_EQ(checked.node, "vidzeme-kurzeme");
  EXPECT_THAT(checked.summary.activities(), ElementsAre("initiative", "motivation"));
  EXPECT_EQ(checked.summary.applicant_type(), "association");
  EXPECT_EQ(checked.summary.organisation_reg_no(), "40008900007");
  EXPECT_EQ(checked.summary.requested().cents(), 460'000);
  EXPECT_EQ(checked.summary.requested().initiatives(), 0);
  EXPECT_THAT(checked.normal.partners(), ElementsAre("Jauniešu centrs"));
}

TEST_F(ProjectCheck, EachNeededFieldIsMissedByItsColumn) {
  EXPECT_THAT(FaultsOf({}),
              UnorderedElementsAre("activities MISSING_FIELD", "amount_eur BAD_AMOUNT",
                                   "applicant_name MISSING_FIELD", "applicant_reg_no MISSING_FIELD",
                                   "applicant_type MISSING_FIELD", "contact_email MISSING_FIELD",
                                   "contact_name MISSING_FIELD", "external_ref MISSING_FIELD",
                                   "grades MISSING_FIELD", "municipality MISSING_FIELD",
                                   "participants MISSING_FIELD", "risks MISSING_FIELD",
                                   "title MISSING_FIELD", "youth_group MISSING_FIELD"));
}

TEST_F(ProjectCheck, PartnersAndPhoneMayBeLeftOut) {
  region::v1::ApplicationInput input = PumpursApplication();
  input.clear_partners();
  input.mutable_personal()->mutable_contact()->clear_phone();
  EXPECT_THAT(FaultsOf(input), IsEmpty());
}

TEST_F(ProjectCheck, TheGrantIsExactlyFourThousandSixHundred) {
  region::v1::ApplicationInput input = PumpursApplication();
  for (int64_t cents : {459'999, 460'001}) {
    input.set_amount_cents(cents);
    const CheckedApplication checked = Check(input);
    ASSERT_THAT(FaultsAsText(checked.faults), ElementsAre("amount_eur AMOUNT_NOT_FIXED"));
    EXPECT_EQ(checked.faults[0].message, "exactly 4600.00 EUR can be asked for");
    EXPECT_THAT(checked.faults[0].message_lv, HasSubstr("4600,00\u00A0€"));
  }
}

TEST_F(ProjectCheck, AMunicipalityMayNotApply) {
  region::v1::ApplicationInput input = PumpursApplication();
  input.mutable_applicant()->set_type("municipality");
  const CheckedApplication checked = Check(input);
  ASSERT_THAT(FaultsAsText(checked.faults),
              ElementsAre("applicant_type APPLICANT_TYPE_NOT_ALLOWED"));
  EXPECT_THAT(checked.faults[0].message, HasSubstr("youth-organisation, association, foundation"));
}

TEST_F(ProjectCheck, WordsOutsideTheVocabulariesAreRefused) {
  region::v1::ApplicationInput input = PumpursApplication();
  input.set_youth_group("maybe");
  input.add_activities("council-work");
  input.add_grades("4");
  input.add_grades("13");
  input.add_risks("social");
  EXPECT_THAT(FaultsOf(input), ElementsAre("activities UNKNOWN_VALUE", "grades UNKNOWN_VALUE",
                                           "grades UNKNOWN_VALUE", "risks UNKNOWN_VALUE",
                                           "youth_group UNKNOWN_VALUE"));
}

TEST_F(ProjectCheck, ListsHaveLimits) {
  region::v1::ApplicationInput input = PumpursApplication();
  for (int i = 0; i <= kPartnersMax; ++i) input.add_partners("x");
  for (int i = 0; i <= kListMax; ++i) input.add_grades("5");
  EXPECT_THAT(FaultsOf(input), ElementsAre("grades TOO_LONG", "partners TOO_LONG"));
}

TEST_F(ProjectCheck, PartsOfOtherFormsAreRefused) {
  region::v1::ApplicationInput input = PumpursApplication();
  input.add_initiatives();
  input.mutable_personal()->mutable_support()->set_name("x");
  EXPECT_THAT(FaultsOf(input),
              ElementsAre("initiatives FIELD_NOT_ALLOWED", "members FIELD_NOT_ALLOWED"));
}

TEST_F(ProjectCheck, AMunicipalityOfTodayIsNoneOfThen) {
  region::v1::ApplicationInput input = PumpursApplication();
  input.set_municipality("0026000");
  EXPECT_THAT(FaultsOf(input), ElementsAre("municipality UNKNOWN_MUNICIPALITY"));
}

}  // namespace
}  // namespace kopa::intake
