#ifndef KOPA_COMMON_INTAKE_FORM_CHECKS_H_
#define KOPA_COMMON_INTAKE_FORM_CHECKS_H_

#include "common/intake/check.h"
#include "common/intake/field_checks.h"
#include "common/programme/call_rules.h"
#include "kopa/region/v1/application.pb.h"

namespace kopa::intake {

// What the checks of one application work with.
struct FormContext {
  const programme::CallRules& rules;
  const region::v1::ApplicationInput& input;
  FieldChecks* checks;
  CheckedApplication* out;  // `normal` and `summary` are filled in
};

// Each checks the fields that its form has, beyond those of every form, and fills in the normal
// form, the applicant's kind, organisation, activities, schools and what is asked for.
void CheckInitiativesForm(const FormContext& context);
void CheckProjectForm(const FormContext& context);
void CheckTeamForm(const FormContext& context);

}  // namespace kopa::intake

#endif  // KOPA_COMMON_INTAKE_FORM_CHECKS_H_
