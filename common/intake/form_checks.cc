// The forms of projects: Kontakts, where one application bundles initiatives of schools, and
// PuMPuRS.
#include "common/intake/form_checks.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/intake/limits.h"
#include "common/programme/decimals.h"
#include "common/programme/limits.h"

namespace kopa::intake {
namespace {

using region::v1::ApplicationInput;
using region::v1::Initiative;

void SortAndDeduplicate(Strings* strings) {
  std::sort(strings->begin(), strings->end());
  strings->erase(std::unique(strings->begin(), strings->end()), strings->end());
}

// Members are often minors: what a form has no use for is not taken in at all.
void RefuseTeamParts(const FormContext& context) {
  const region::v1::PersonalPart& personal = context.input.personal();
  if (personal.members().empty() && personal.support().ByteSizeLong() == 0) return;
  context.checks->Add(
      {.column = "members"}, "FIELD_NOT_ALLOWED",
      "this call has no teams: leave out members and support person",
      "Šajā konkursā nav komandu: komandas dalībniekus un atbalsta personu nenorāda.");
}

void CheckApplicant(const FormContext& context) {
  const region::v1::Organisation& applicant = context.input.applicant();
  region::v1::Organisation* normal = context.out->normal.mutable_applicant();
  FieldChecks& checks = *context.checks;
  normal->set_name(checks.Text({.column = "applicant_name"}, applicant.name(),
                               {.characters_max = kOrganisationCharactersMax}));
  normal->set_reg_no(checks.RegNo({.column = "applicant_reg_no"}, applicant.reg_no()));
  normal->set_type(checks.ApplicantType({.column = "applicant_type"}, applicant.type(),
                                        context.rules.applicant_types()));
  context.out->summary.set_organisation(normal->name());
  context.out->summary.set_organisation_reg_no(normal->reg_no());
  context.out->summary.set_applicant_type(normal->type());
}

void CheckTitle(const FormContext& context) {
  context.out->normal.set_title(
      context.checks->Text({.column = "title"}, context.input.title(),
                           {.characters_max = kTitleCharactersMax, .line_breaks = true}));
}

void CheckContact(const FormContext& context) {
  const region::v1::Contact& contact = context.input.personal().contact();
  region::v1::Contact* normal = context.out->normal.mutable_personal()->mutable_contact();
  FieldChecks& checks = *context.checks;
  normal->set_name(checks.Text({.column = "contact_name"}, contact.name(),
                               {.characters_max = kPersonNameCharactersMax}));
  normal->set_email(checks.Email({.column = "contact_email"}, contact.email()));
  normal->set_phone(checks.Phone({.column = "contact_phone"}, contact.phone(), false));
}

// Adds the initiative's amount to `sum_cents` where it can be reckoned with.
void CheckInitiative(const FormContext& context, const Initiative& initiative, int index,
                     int64_t* sum_cents) {
  FieldChecks& checks = *context.checks;
  Initiative* normal = context.out->normal.add_initiatives();
  const auto field = [index](absl::string_view column) {
    return Field{.column = column, .initiative = index};
  };
  normal->set_school_name(checks.Text(field("school_name"), initiative.school_name(),
                                      {.characters_max = kOrganisationCharactersMax}));
  normal->set_school_reg_no(
      checks.SchoolRegNo(field("school_reg_no"), initiative.school_reg_no(), false));
  normal->set_title(checks.Text(field("initiative_title"), initiative.title(),
                                {.characters_max = kTitleCharactersMax, .line_breaks = true}));
  checks.Words(field("activities"), initiative.activities(), context.rules.activities(),
               normal->mutable_activities());
  checks.Participants(field("participants"), initiative.participants());
  normal->set_participants(initiative.participants());
  const Field amount = field("amount_eur");
  normal->set_amount_cents(initiative.amount_cents());
  if (checks.Amount(amount, initiative.amount_cents())) {
    checks.InitiativeAmount(amount, initiative.amount_cents(), context.rules.amount());
    *sum_cents += initiative.amount_cents();
  }

  national::v1::ApplicationSummary& summary = context.out->summary;
  summary.mutable_activities()->MergeFrom(normal->activities());
  if (!normal->school_reg_no().empty()) summary.add_school_reg_nos(normal->school_reg_no());
}

}  // namespace

void CheckInitiativesForm(const FormContext& context) {
  const ApplicationInput& input = context.input;
  FieldChecks& checks = *context.checks;
  RefuseTeamParts(context);
  CheckApplicant(context);
  CheckTitle(context);
  CheckContact(context);
  const int count = input.initiatives_size();
  if (count == 0) checks.AddMissing({.column = "initiatives"});
  if (count > kInitiativesMax) {
    checks.Add({.column = "initiatives"}, "TOO_LONG",
               absl::StrCat("at most ", kInitiativesMax, " initiatives, not ", count),
               absl::StrCat("Ne vairāk kā ", kInitiativesMax, " iniciatīvas, nevis ", count, "."));
    return;
  }
  int64_t sum_cents = 0;
  for (int i = 0; i < count; ++i) {
    CheckInitiative(context, input.initiatives(i), count > 1 ? i : -1, &sum_cents);
  }
  SortAndDeduplicate(context.out->summary.mutable_activities());
  SortAndDeduplicate(context.out->summary.mutable_school_reg_nos());
  if (count > 0 && input.amount_cents() != 0 && input.amount_cents() != sum_cents) {
    checks.Add({.column = "amount_eur"}, "BAD_AMOUNT",
               absl::StrCat("the initiatives add up to ", programme::FormatCents(sum_cents),
                            " EUR; the amount of the application must be that, or left out"),
               absl::StrCat("Iniciatīvu summa ir ", programme::FormatEurosLatvian(sum_cents),
                            "; pieteikuma summai jābūt tādai pašai vai nenorādītai."));
  }
  if (sum_cents > programme::kCentsMax) {
    checks.Add({.column = "amount_eur"}, "BAD_AMOUNT",
               absl::StrCat("one application asks for at most ",
                            programme::FormatCents(programme::kCentsMax), " EUR"),
               absl::StrCat("Vienā pieteikumā prasa ne vairāk kā ",
                            programme::FormatEurosLatvian(programme::kCentsMax), "."));
    sum_cents = 0;
  }
  context.out->normal.set_amount_cents(sum_cents);
  if (sum_cents > 0) {
    checks.ApplicationAmount({.column = "amount_eur"}, sum_cents, context.rules.amount());
  }
  *context.out->summary.mutable_requested() = context.rules.RequestedUnits(sum_cents, count);
}

void CheckProjectForm(const FormContext& context) {
  const ApplicationInput& input = context.input;
  ApplicationInput& normal = context.out->normal;
  FieldChecks& checks = *context.checks;
  RefuseTeamParts(context);
  CheckApplicant(context);
  normal.set_youth_group(
      checks.Word({.column = "youth_group"}, input.youth_group(), programme::YesNo()));
  CheckTitle(context);
  checks.Words({.column = "activities"}, input.activities(), context.rules.activities(),
               normal.mutable_activities());
  checks.Words({.column = "grades"}, input.grades(), context.rules.grades(),
               normal.mutable_grades());
  checks.Words({.column = "risks"}, input.risks(), context.rules.risks(), normal.mutable_risks());
  checks.Participants({.column = "participants"}, input.participants());
  normal.set_participants(input.participants());
  if (input.partners_size() > kPartnersMax) {
    checks.Add({.column = "partners"}, "TOO_LONG",
               absl::StrCat("at most ", kPartnersMax, " partners"),
               absl::StrCat("Ne vairāk kā ", kPartnersMax, " partneri."));
  } else {
    for (const std::string& partner : input.partners()) {
      std::string name = checks.Text({.column = "partners"}, partner,
                                     {.characters_max = kPartnerCharactersMax, .required = false});
      if (!name.empty()) normal.add_partners(std::move(name));
    }
  }
  const Field amount{.column = "amount_eur"};
  normal.set_amount_cents(input.amount_cents());
  if (checks.Amount(amount, input.amount_cents())) {
    checks.ApplicationAmount(amount, input.amount_cents(), context.rules.amount());
  }
  CheckContact(context);
  if (!input.initiatives().empty()) {
    checks.Add({.column = "initiatives"}, "FIELD_NOT_ALLOWED",
               "this call takes one project an application, without initiatives",
               "Šajā konkursā pieteikumā ir viens projekts bez iniciatīvām.");
  }
  *context.out->summary.mutable_activities() = normal.activities();
  *context.out->summary.mutable_requested() =
      context.rules.RequestedUnits(std::max<int64_t>(input.amount_cents(), 0), 0);
}

}  // namespace kopa::intake
