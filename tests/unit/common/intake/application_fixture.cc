#include "tests/unit/common/intake/application_fixture.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/calendar.h"
#include "common/programme/loader.h"
#include "data/programme_data.h"
#include "data/territory_data.h"

namespace kopa::intake {

Territory* ApplicationCheck::territory_ = nullptr;

void ApplicationCheck::SetUpTestSuite() {
  territory_ = new Territory(*Territory::Load(territory_data::Files()));
}

void ApplicationCheck::TearDownTestSuite() {
  delete territory_;
  territory_ = nullptr;
}

programme::v1::Call CallOf(absl::string_view id) {
  const std::vector<programme::v1::Call> calls = *programme::LoadCalls(programme_data::Files());
  for (const programme::v1::Call& call : calls) {
    if (call.id() == id) return call;
  }
  return {};
}

programme::CallRules RulesOf(absl::string_view id) {
  return *programme::CallRules::Compile(CallOf(id));
}

absl::Time At(absl::string_view utc) { return *ParseTime(utc, absl::UTCTimeZone()); }

std::vector<std::string> FaultsAsText(const std::vector<Fault>& faults) {
  std::vector<std::string> texts;
  for (const Fault& fault : faults) {
    EXPECT_FALSE(fault.message.empty()) << fault.code;
    EXPECT_FALSE(fault.message_lv.empty()) << fault.code;
    texts.push_back(absl::StrCat(fault.field, " ", fault.code));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

namespace {

void FillContact(region::v1::ApplicationInput* input) {
  region::v1::Contact* contact = input->mutable_personal()->mutable_contact();
  contact->set_name("Paraugs Paraudziņš");
  contact->set_email("paraugs@example.lv");
  contact->set_phone("67356253");
}

}  // namespace

region::v1::ApplicationInput KontaktsApplication(int initiatives) {
  region::v1::ApplicationInput input;
  input.set_external_ref("K-1");
  input.set_municipality("0026000");
  input.mutable_applicant()->set_name("Cēsu novada pašvaldība");
  input.mutable_applicant()->set_reg_no("90009900003");
  input.mutable_applicant()->set_type("municipality");
  input.set_title("Kopā");
  for (int i = 0; i < initiatives; ++i) {
    region::v1::Initiative* initiative = input.add_initiatives();
    initiative->set_school_name(absl::StrCat("Paraugu ", i + 1, ". vidusskola"));
    initiative->set_school_reg_no(absl::StrCat(4'219'902'690 + i));
    initiative->set_title("Skolas radio");
    initiative->add_activities("communication");
    initiative->set_participants(40);
    initiative->set_amount_cents(100'000);
  }
  FillContact(&input);
  return input;
}

region::v1::ApplicationInput PumpursApplication() {
  region::v1::ApplicationInput input;
  input.set_external_ref("P-1");
  input.set_municipality("0429300");
  input.mutable_applicant()->set_name("Biedrība \"Paraugs\"");
  input.mutable_applicant()->set_reg_no("40008900007");
  input.mutable_applicant()->set_type("association");
  input.set_youth_group("yes");
  input.set_title("Es varu");
  input.add_activities("motivation");
  input.add_grades("7");
  input.add_risks("learning");
  input.set_participants(25);
  input.add_partners("Jauniešu centrs");
  input.set_amount_cents(460'000);
  FillContact(&input);
  return input;
}

region::v1::ApplicationInput TeamApplication() {
  region::v1::ApplicationInput input;
  input.set_external_ref("T-1");
  input.set_municipality("0001000");
  input.mutable_applicant()->set_name("Paraugu vidusskola");
  input.mutable_applicant()->set_reg_no("4219902694");
  for (const auto& [name, birth_date] : {std::pair("Anna Viena", "2010-05-17"),
                                         {"Bruno Otrs", "2007-01-31"},
                                         {"Cilda Trešā", "2006-02-01"}}) {
    region::v1::TeamMember* member = input.mutable_personal()->add_members();
    member->set_name(name);
    member->set_birth_date(birth_date);
  }
  region::v1::SupportPerson* support = input.mutable_personal()->mutable_support();
  support->set_name("Daina Atbalsta");
  support->set_role("teacher");
  support->set_email("daina@example.lv");
  support->set_phone("28638431");
  return input;
}

}  // namespace kopa::intake
