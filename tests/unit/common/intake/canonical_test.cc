#include "common/intake/canonical.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/unit/common/intake/application_fixture.h"

namespace kopa::intake {
namespace {

class Canonical : public ApplicationCheck {
 protected:
  Canonical() : ApplicationCheck("kontakts-2024", "2024-03-01T12:00:00Z") {}

  std::string Content(const region::v1::ApplicationInput& input) const {
    return CanonicalContent(Check(input).normal);
  }
};

TEST_F(Canonical, HowAThingIsWrittenDoesNotMatter) {
  region::v1::ApplicationInput one = KontaktsApplication(2);
  one.mutable_initiatives(0)->add_activities("anti-bullying");
  region::v1::ApplicationInput other = one;
  other.mutable_initiatives(0)->mutable_activities()->SwapElements(0, 1);
  other.set_municipality("Cesu novads");
  other.mutable_applicant()->set_reg_no("9000 9900 003");
  other.mutable_personal()->mutable_contact()->set_phone("+371 6735-6253");
  other.mutable_personal()->mutable_contact()->set_email("paraugs@EXAMPLE.lv");
  other.set_amount_cents(200'000);
  other.set_title(" Kopa\u0304 ");
  other.mutable_received_time()->set_seconds(1);
  EXPECT_EQ(Content(one), Content(other));
}

TEST_F(Canonical, EveryFieldMatters) {
  using Change = std::function<void(region::v1::ApplicationInput*)>;
  const std::vector<Change> changes = {
      [](auto*) {},
      [](auto* input) { input->set_external_ref("x"); },
      [](auto* input) { input->set_municipality("x"); },
      [](auto* input) { input->mutable_applicant()->set_name("x"); },
      [](auto* input) { input->mutable_applicant()->set_reg_no("x"); },
      [](auto* input) { input->mutable_applicant()->set_type("x"); },
      [](auto* input) { input->set_title("x"); },
      [](auto* input) { input->mutable_initiatives(1)->set_school_name("x"); },
      [](auto* input) { input->mutable_initiatives(1)->set_school_reg_no("x"); },
      [](auto* input) { input->mutable_initiatives(1)->set_title("x"); },
      [](auto* input) { input->mutable_initiatives(1)->add_activities("x"); },
      [](auto* input) { input->mutable_initiatives(1)->set_participants(7); },
      [](auto* input) { input->mutable_initiatives(1)->set_amount_cents(7); },
      [](auto* input) { input->mutable_initiatives()->SwapElements(0, 1); },
      [](auto* input) { input->mutable_initiatives()->RemoveLast(); },
      [](auto* input) { input->add_activities("x"); },
      [](auto* input) { input->add_grades("x"); },
      [](auto* input) { input->add_risks("x"); },
      [](auto* input) { input->set_youth_group("x"); },
      [](auto* input) { input->set_participants(7); },
      [](auto* input) { input->add_partners("x"); },
      [](auto* input) { input->set_amount_cents(7); },
      [](auto* input) { input->mutable_personal()->mutable_contact()->set_name("x"); },
      [](auto* input) { input->mutable_personal()->mutable_contact()->set_email("x"); },
      [](auto* input) { input->mutable_personal()->mutable_contact()->set_phone("x"); },
      [](auto* input) { input->mutable_personal()->add_members()->set_name("x"); },
      [](auto* input) { input->mutable_personal()->add_members()->set_birth_date("x"); },
      [](auto* input) { input->mutable_personal()->mutable_support()->set_name("x"); },
      [](auto* input) { input->mutable_personal()->mutable_support()->set_role("x"); },
      [](auto* input) { input->mutable_personal()->mutable_support()->set_email("x"); },
      [](auto* input) { input->mutable_personal()->mutable_support()->set_phone("x"); },
  };
  std::set<std::string> contents;
  for (const Change& change : changes) {
    region::v1::ApplicationInput input = KontaktsApplication(2);
    change(&input);
    contents.insert(CanonicalContent(input));
  }
  EXPECT_EQ(contents.size(), changes.size());
}

TEST_F(Canonical, ApplicantsAreToldApartByNumberElseByName) {
  region::v1::ApplicationInput input = TeamApplication();
  const std::string by_number = ApplicantKey(input);
  input.mutable_applicant()->set_name("Another name");
  EXPECT_EQ(ApplicantKey(input), by_number);
  input.mutable_applicant()->clear_reg_no();
  EXPECT_NE(ApplicantKey(input), by_number);
  const std::string by_name = ApplicantKey(input);
  input.mutable_applicant()->set_name(by_number);
  EXPECT_NE(ApplicantKey(input), by_number);
  EXPECT_NE(ApplicantKey(input), by_name);
}

}  // namespace
}  // namespace kopa::intake
