#include "common/intake/check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "common/intake/field_checks.h"
#include "common/intake/form_checks.h"
#include "common/intake/limits.h"
#include "common/intake/text.h"
#include "common/intake/window_check.h"

namespace kopa::intake {
namespace {

constexpr Field kMunicipality{.column = "municipality"};

void AddFaultsOf(const absl::Status& status, CheckedApplication* out) {
  std::vector<Fault> faults = FaultsOf(status);
  if (faults.empty()) {
    // A municipality that no node covered yet on the call's day.
    faults.push_back({.field = std::string(kMunicipality.column),
                      .code = "UNKNOWN_MUNICIPALITY",
                      .message = std::string(status.message()),
                      .message_lv = ""});
  }
  for (Fault& fault : faults) out->faults.push_back(std::move(fault));
}

// An exact code is found without comparing names; most files have codes.
absl::StatusOr<Territory::Resolution> Resolve(const Territory& territory, absl::string_view text,
                                              absl::CivilDay day) {
  const Municipality* municipality = territory.Find(text);
  if (municipality != nullptr && municipality->ValidOn(day)) {
    return Territory::Resolution{.municipality = municipality};
  }
  return territory.Resolve(text, day);
}

void CheckMunicipality(const FormContext& context, const Territory& territory) {
  CheckedApplication* out = context.out;
  std::string text = context.checks->Text(kMunicipality, context.input.municipality(),
                                          {.characters_max = kMunicipalityCharactersMax});
  out->normal.set_municipality(text);
  if (text.empty()) return;
  const absl::CivilDay day = context.rules.territory_day();
  const absl::StatusOr<Territory::Resolution> found = Resolve(territory, text, day);
  if (!found.ok()) return AddFaultsOf(found.status(), out);
  const Municipality& municipality = *found->municipality;
  out->normal.set_municipality(municipality.code);
  out->summary.set_municipality(municipality.code);
  out->municipality_name = municipality.name;
  if (found->repaired) {
    out->notices.push_back(
        {.field = std::string(kMunicipality.column),
         .code = "MUNICIPALITY_REPAIRED",
         .message = absl::StrCat("leading zeros were missing; read as ", NameAndCode(municipality)),
         .message_lv =
             absl::StrCat("Trūka nulļu sākumā; saprasts kā ", NameAndCode(municipality), ".")});
  }
  const absl::StatusOr<NodeId> node = territory.NodeOf(municipality, day);
  if (!node.ok()) return AddFaultsOf(node.status(), out);
  out->node = node->value();
}

}  // namespace

CheckedApplication CheckApplication(const programme::CallRules& rules, const Territory& territory,
                                    const region::v1::ApplicationInput& input, absl::Time received,
                                    absl::Time now) {
  CheckedApplication out;
  FieldChecks checks(&out.faults);
  const FormContext context{.rules = rules, .input = input, .checks = &checks, .out = &out};
  out.summary.set_call(rules.id());
  out.summary.set_status(national::v1::APPLICATION_STATUS_SUBMITTED);
  out.normal.set_external_ref(checks.Text({.column = "external_ref"}, input.external_ref(),
                                          {.characters_max = kExternalRefCharactersMax}));
  if (input.has_received_time()) *out.normal.mutable_received_time() = input.received_time();
  CheckMunicipality(context, territory);
  switch (rules.form()) {
    case programme::v1::APPLICATION_FORM_INITIATIVES:
      CheckInitiativesForm(context);
      break;
    case programme::v1::APPLICATION_FORM_PROJECT:
      CheckProjectForm(context);
      break;
    case programme::v1::APPLICATION_FORM_TEAM:
      CheckTeamForm(context);
      break;
    default:
      KOPA_CHECK_MSG(false, "compiled rules have a form");
  }
  SetTimestamp(out.summary.mutable_received_time(), received);
  for (Fault& fault : CheckWindow(rules, out.normal.municipality(), received, now)) {
    out.faults.push_back(std::move(fault));
  }
  return out;
}

}  // namespace kopa::intake
