// The form of student council teams (Kontakts).
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/calendar.h"
#include "common/intake/form_checks.h"
#include "common/intake/limits.h"
#include "common/intake/text.h"
#include "common/programme/limits.h"

namespace kopa::intake {
namespace {

using region::v1::TeamMember;

// The bands under which ages are told to the centre; cut to what the call admits.
struct AgeBand {
  int from_age;
  int to_age;
};
constexpr AgeBand kAgeBands[] = {{0, 12}, {13, 15}, {16, 17}, {18, 25}, {26, programme::kAgeMax}};

constexpr char kSchoolType[] = "school";

// The age on the call's day; -1 where there is no valid date.
int CheckBirthDate(const FormContext& context, const Field& field, TeamMember* normal) {
  if (normal->birth_date().empty()) return -1;
  const absl::StatusOr<absl::CivilDay> birth = ParseDay(normal->birth_date());
  if (!birth.ok()) {
    context.checks->Add(field, "BAD_DATE", "a date looks like 2008-05-17 and must exist",
                        "Datums izskatās kā 2008-05-17, un tādam jābūt kalendārā.");
    return -1;
  }
  const programme::v1::TeamRule& team = context.rules.call().team();
  const absl::CivilDay day = context.rules.team_age_day();
  const int age = AgeOn(*birth, day);
  if (age < team.min_age() || age > team.max_age()) {
    context.checks->Add(
        field, "AGE_OUT_OF_RANGE",
        absl::StrCat("on ", absl::FormatCivilTime(day), " a member must be ", team.min_age(),
                     " to ", team.max_age(), " years old"),
        absl::StrFormat("%02d.%02d.%04d. dalībniekam jābūt %d līdz %d gadus vecam.", day.day(),
                        day.month(), day.year(), team.min_age(), team.max_age()));
  }
  return age;
}

// A member without a name is an empty place in the team, whatever else is filled in.
void CheckMember(const FormContext& context, const TeamMember& member, int number,
                 std::vector<int>* ages) {
  FieldChecks& checks = *context.checks;
  TeamMember* normal = context.out->normal.mutable_personal()->add_members();
  const Field name{.column = "name", .member = number};
  const Field birth_date{.column = "birth_date", .member = number};
  const bool empty = TrimText(member.name()).empty();
  if (empty) {
    checks.Add(name, "TEAM_INCOMPLETE",
               absl::StrCat("a team has ", context.rules.call().team().members(),
                            " members; member ", number, " is missing"),
               absl::StrCat("Komandā ir ", context.rules.call().team().members(),
                            " dalībnieki; trūkst ", number, ". dalībnieka."));
  }
  normal->set_name(checks.Text(name, member.name(),
                               {.characters_max = kPersonNameCharactersMax, .required = false}));
  normal->set_birth_date(checks.Text(birth_date, member.birth_date(),
                                     {.characters_max = kShortCharactersMax, .required = !empty}));
  const int age = CheckBirthDate(context, birth_date, normal);
  if (age >= 0) ages->push_back(age);
}

void CheckMembers(const FormContext& context, std::vector<int>* ages) {
  const auto& members = context.input.personal().members();
  const int needed = context.rules.call().team().members();
  if (members.size() > needed) {
    context.checks->Add(
        {.column = "members"}, "TEAM_INCOMPLETE",
        absl::StrCat("a team has exactly ", needed, " members, not ", members.size()),
        absl::StrCat("Komandā ir tieši ", needed, " dalībnieki, nevis ", members.size(), "."));
    return;
  }
  for (int i = 0; i < needed; ++i) {
    CheckMember(context, i < members.size() ? members[i] : TeamMember::default_instance(), i + 1,
                ages);
  }
}

void CheckSupport(const FormContext& context) {
  const region::v1::SupportPerson& support = context.input.personal().support();
  region::v1::SupportPerson* normal = context.out->normal.mutable_personal()->mutable_support();
  FieldChecks& checks = *context.checks;
  normal->set_name(checks.Text({.column = "support_name"}, support.name(),
                               {.characters_max = kPersonNameCharactersMax}));
  normal->set_role(
      checks.Word({.column = "support_role"}, support.role(), context.rules.support_roles()));
  normal->set_email(checks.Email({.column = "support_email"}, support.email()));
  normal->set_phone(checks.Phone({.column = "support_phone"}, support.phone(), true));
}

void CountAges(const FormContext& context, const std::vector<int>& ages) {
  const programme::v1::TeamRule& team = context.rules.call().team();
  for (const AgeBand& band : kAgeBands) {
    const int from = std::max(band.from_age, team.min_age());
    const int to = std::min(band.to_age, team.max_age());
    const auto people =
        std::count_if(ages.begin(), ages.end(), [&](int age) { return age >= from && age <= to; });
    if (people == 0) continue;
    national::v1::AgeBandCount* count = context.out->summary.add_age_bands();
    count->set_from_age(from);
    count->set_to_age(to);
    count->set_people(people);
  }
}

void RefuseProjectParts(const FormContext& context) {
  const region::v1::ApplicationInput& input = context.input;
  if (!input.initiatives().empty() || input.personal().contact().ByteSizeLong() > 0) {
    context.checks->Add({.column = input.initiatives().empty() ? "contact_name" : "initiatives"},
                        "FIELD_NOT_ALLOWED",
                        "a team has neither initiatives nor a contact beside its support person",
                        "Komandai nav iniciatīvu un citas kontaktpersonas kā atbalsta persona.");
  }
  if (input.amount_cents() != 0) {
    context.checks->Add({.column = "amount_eur"}, "BAD_AMOUNT",
                        "no money is given out by this call",
                        "Šajā konkursā finansējumu nepiešķir.");
  }
}

}  // namespace

void CheckTeamForm(const FormContext& context) {
  const region::v1::Organisation& school = context.input.applicant();
  region::v1::Organisation* normal = context.out->normal.mutable_applicant();
  FieldChecks& checks = *context.checks;
  RefuseProjectParts(context);
  normal->set_name(checks.Text({.column = "school_name"}, school.name(),
                               {.characters_max = kOrganisationCharactersMax}));
  normal->set_reg_no(checks.SchoolRegNo({.column = "school_reg_no"}, school.reg_no(), false));
  std::vector<int> ages;
  CheckMembers(context, &ages);
  CheckSupport(context);
  CountAges(context, ages);

  national::v1::ApplicationSummary& summary = context.out->summary;
  summary.set_applicant_type(kSchoolType);
  summary.set_organisation(normal->name());
  summary.set_organisation_reg_no(normal->reg_no());
  if (!normal->reg_no().empty()) summary.add_school_reg_nos(normal->reg_no());
  *summary.mutable_requested() = context.rules.RequestedUnits(0, 0);
}

}  // namespace kopa::intake
