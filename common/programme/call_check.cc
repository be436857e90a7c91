#include "common/programme/call_check.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/programme/call_checker.h"

namespace kopa::programme {

void CallChecker::CheckIdentity() {
  constexpr absl::string_view kIdForm =
      "an id is lower-case letters, digits and '-', at most 64 characters";
  Require(!call_.id().empty(), "id", "the id is missing");
  if (!call_.id().empty()) Require(IsId(call_.id()), "id", kIdForm);
  Require(!call_.programme().empty(), "programme", "the programme is missing");
  if (!call_.programme().empty()) Require(IsId(call_.programme()), "programme", kIdForm);
  CheckName(call_.name(), "name");
  Require(call_.version() >= 1, "version", "versions count from 1");
  Require(HasForm(), "form", "the form must be one of the named ones");
  const std::string& team_call = call_.required_team_call();
  if (team_call.empty()) return;
  Require(team_call != call_.id(), "required_team_call", "a call can't require itself");
  Require(IsForm(v1::APPLICATION_FORM_INITIATIVES), "required_team_call",
          "only the initiatives form names schools that could have been trained");
}

std::optional<TimeWindow> CallChecker::CheckWindow(const v1::Window& window,
                                                   const std::string& path) {
  const std::string opens_path = absl::StrCat(path, ".opens");
  const std::string closes_path = absl::StrCat(path, ".closes");
  absl::StatusOr<TimeWindow> compiled = CompileWindow(window);
  if (compiled.ok()) return *compiled;
  // Not valid: find out which part.
  v1::Window part = window;
  part.set_opens("2000-01-01T00:00:00");
  part.set_closes("2000-01-02T00:00:00");
  if (!CompileWindow(part).ok()) {
    Add(absl::StrCat(path, ".zone"), "the time zone is not known; an IANA name is wanted");
    return std::nullopt;
  }
  part.set_opens(window.opens());
  part.set_closes("9999-01-01T00:00:00");
  const absl::Status opens = CompileWindow(part).status();
  part.set_opens("0001-01-01T00:00:00");
  part.set_closes(window.closes());
  const absl::Status closes = CompileWindow(part).status();
  if (!opens.ok()) {
    Add(opens_path, window.opens().empty() ? "is missing" : std::string(opens.message()));
  }
  if (!closes.ok()) {
    Add(closes_path, window.closes().empty() ? "is missing" : std::string(closes.message()));
  }
  if (opens.ok() && closes.ok()) {
    Add(closes_path, absl::StrCat("must be after opens (", window.opens(), ")"));
  }
  return std::nullopt;
}

void CallChecker::CheckWindows() {
  if (!call_.has_window()) {
    Add("window", "the window is missing");
    return;
  }
  const std::optional<TimeWindow> window = CheckWindow(call_.window(), "window");
  if (window.has_value()) territory_day_ = absl::ToCivilDay(window->opens, window->zone);
}

void CallChecker::CheckDates() {
  const std::optional<absl::CivilDay> territory_day =
      CheckDay(call_.territory_date(), "territory_date");
  if (!call_.territory_date().empty()) territory_day_ = territory_day;
  const auto from = CheckDay(call_.eligible_costs_from(), "eligible_costs_from");
  const auto to = CheckDay(call_.eligible_costs_to(), "eligible_costs_to");
  if (from.has_value() && to.has_value()) {
    Require(*from <= *to, "eligible_costs_to", "must not be before eligible_costs_from");
  }
}

void CallChecker::CheckMunicipalities() {
  CheckRange(call_.municipality_terms_size(), 0, kMunicipalityTermsMax, "municipality_terms");
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < call_.municipality_terms_size(); ++i) {
    const v1::MunicipalityTerms& terms = call_.municipality_terms(i);
    const std::string path = At("municipality_terms", i);
    CheckMunicipality(terms, absl::StrCat(path, ".municipality"));
    Require(seen.insert(terms.municipality()).second, absl::StrCat(path, ".municipality"),
            absl::StrCat("municipality ", terms.municipality(), " has terms twice"));
    if (terms.has_window()) CheckWindow(terms.window(), absl::StrCat(path, ".window"));
    if (terms.has_max_awards()) {
      CheckRange(terms.max_awards(), 0, kCountMax, absl::StrCat(path, ".max_awards"));
    }
    Require(terms.has_window() || terms.has_max_awards(), path, "these terms say nothing");
  }
}

void CallChecker::CheckMunicipality(const v1::MunicipalityTerms& terms, const std::string& path) {
  const std::string& code = terms.municipality();
  const bool shape = code.size() == 7 && std::all_of(code.begin(), code.end(), [](char c) {
                       return absl::ascii_isdigit(static_cast<unsigned char>(c));
                     });
  if (!shape) {
    Add(path, "an ATVK code has 7 digits");
    return;
  }
  if (territory_ == nullptr || !territory_day_.has_value()) return;
  const absl::StatusOr<Territory::Resolution> found = territory_->Resolve(code, *territory_day_);
  if (!found.ok()) Add(path, std::string(found.status().message()));
}

void CallChecker::CheckLimits() {
  const v1::Limits& limits = call_.limits();
  if (limits.has_budget_cents()) {
    CheckRange(limits.budget_cents(), 0, kCentsMax, "limits.budget_cents");
    Require(!IsTeamForm(), "limits.budget_cents", "a team call gives out no money");
  }
  if (limits.has_initiatives()) {
    CheckRange(limits.initiatives(), 0, kCountMax, "limits.initiatives");
    Require(IsForm(v1::APPLICATION_FORM_INITIATIVES) || !HasForm(), "limits.initiatives",
            "only the initiatives form has initiatives to count");
  }
  if (limits.has_teams()) {
    CheckRange(limits.teams(), 0, kCountMax, "limits.teams");
    Require(IsTeamForm() || !HasForm(), "limits.teams", "only the team form has teams to count");
  }
}

void CallChecker::CheckAmount() {
  const v1::AmountRule& amount = call_.amount();
  switch (amount.rule_case()) {
    case v1::AmountRule::kFixedCents:
      CheckRange(amount.fixed_cents(), 1, kCentsMax, "amount.fixed_cents");
      break;
    case v1::AmountRule::kCeilingPerApplicationCents:
      CheckRange(amount.ceiling_per_application_cents(), 1, kCentsMax,
                 "amount.ceiling_per_application_cents");
      break;
    case v1::AmountRule::kCeilingPerInitiativeCents:
      CheckRange(amount.ceiling_per_initiative_cents(), 1, kCentsMax,
                 "amount.ceiling_per_initiative_cents");
      Require(IsForm(v1::APPLICATION_FORM_INITIATIVES) || !HasForm(),
              "amount.ceiling_per_initiative_cents", "only the initiatives form has initiatives");
      break;
    case v1::AmountRule::kNoMoney:
      Require(amount.no_money(), "amount.no_money", "can only be true");
      Require(IsTeamForm() || !HasForm(), "amount.no_money", "only for the team form");
      break;
    case v1::AmountRule::RULE_NOT_SET:
      Add("amount", "the amount rule is missing");
      break;
  }
  if (IsTeamForm() && amount.rule_case() != v1::AmountRule::RULE_NOT_SET) {
    Require(amount.has_no_money(), "amount", "the team form asks for no money: use no_money");
  }
}

void CallChecker::CheckVocabulary(const google::protobuf::RepeatedPtrField<v1::Term>& terms,
                                  absl::string_view path, bool wanted) {
  CheckRange(terms.size(), 0, kTermsMax, path);
  if (HasForm() && wanted) {
    Require(!terms.empty(), path, "the form needs at least one of these");
  } else if (HasForm()) {
    Require(terms.empty(), path, "the form has no such field");
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < terms.size(); ++i) {
    const std::string at = At(path, i);
    Require(IsId(terms[i].id(), "."), absl::StrCat(at, ".id"),
            "an id is lower-case letters, digits, '-' and '.', at most 64 characters");
    Require(seen.insert(terms[i].id()).second, absl::StrCat(at, ".id"),
            absl::StrCat("the id ", terms[i].id(), " is there twice"));
    CheckName(terms[i].name(), absl::StrCat(at, ".name"));
  }
}

void CallChecker::CheckVocabularies() {
  const bool project = IsForm(v1::APPLICATION_FORM_PROJECT);
  const bool money = project || IsForm(v1::APPLICATION_FORM_INITIATIVES);
  CheckVocabulary(call_.applicant_types(), "applicant_types", money);
  CheckVocabulary(call_.activities(), "activities", money);
  CheckVocabulary(call_.grades(), "grades", project);
  CheckVocabulary(call_.risks(), "risks", project);
  CheckVocabulary(call_.support_roles(), "support_roles", IsTeamForm());
}

void CallChecker::CheckTeam() {
  if (!IsTeamForm()) {
    Require(!call_.has_team() || !HasForm(), "team", "only the team form has a team rule");
    return;
  }
  if (!call_.has_team()) {
    Add("team", "the team form needs a team rule");
    return;
  }
  const v1::TeamRule& team = call_.team();
  CheckRange(team.members(), 1, kTeamMembersMax, "team.members");
  CheckRange(team.min_age(), 0, kAgeMax, "team.min_age");
  CheckRange(team.max_age(), 0, kAgeMax, "team.max_age");
  Require(team.min_age() <= team.max_age(), "team.max_age", "must not be under min_age");
  CheckDay(team.age_on(), "team.age_on");
}

std::vector<Fault> FindCallFaults(const v1::Call& call, const Territory* territory) {
  return CallChecker(call, territory).Run();
}

absl::Status CheckCall(const v1::Call& call, const Territory* territory) {
  const std::vector<Fault> faults = FindCallFaults(call, territory);
  if (faults.empty()) return absl::OkStatus();
  const std::string list = absl::StrJoin(faults, "; ", [](std::string* out, const Fault& fault) {
    absl::StrAppend(out, fault.field, ": ", fault.message);
  });
  return WithFaults(absl::InvalidArgumentError(absl::StrCat("call ", call.id(), ": ", list)),
                    faults);
}

}  // namespace kopa::programme
