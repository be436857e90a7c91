#include "common/programme/call_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/calendar.h"
#include "common/base/status.h"
#include "common/programme/call_check.h"

namespace kopa::programme {
namespace {

constexpr char kDefaultZone[] = "Europe/Riga";

// `text` must be local: a time with an offset would make `zone` a lie.
absl::StatusOr<absl::Time> ParseLocal(absl::string_view text, absl::TimeZone zone) {
  absl::Time with_offset;
  if (absl::ParseTime(absl::RFC3339_full, text, &with_offset, nullptr)) {
    return absl::InvalidArgumentError("takes local time without an offset");
  }
  return ParseTime(text, zone);
}

}  // namespace

absl::CivilDay TimeWindow::LastDay() const {
  return absl::ToCivilDay(closes - absl::Microseconds(1), zone);
}

absl::StatusOr<TimeWindow> CompileWindow(const v1::Window& window) {
  TimeWindow compiled;
  const std::string& zone = window.zone().empty() ? kDefaultZone : window.zone();
  if (!absl::LoadTimeZone(zone, &compiled.zone)) {
    return absl::InvalidArgumentError("the time zone is not known");
  }
  ASSIGN_OR_RETURN(compiled.opens, ParseLocal(window.opens(), compiled.zone));
  ASSIGN_OR_RETURN(compiled.closes, ParseLocal(window.closes(), compiled.zone));
  if (compiled.closes <= compiled.opens) {
    return absl::InvalidArgumentError("the window closes before it opens");
  }
  return compiled;
}

absl::StatusOr<CallRules> CallRules::Compile(v1::Call call) {
  RETURN_IF_ERROR(CheckCall(call, nullptr));
  CallRules rules;
  ASSIGN_OR_RETURN(rules.window_, CompileWindow(call.window()));
  for (const v1::MunicipalityTerms& own : call.municipality_terms()) {
    Terms terms;
    if (own.has_window()) {
      ASSIGN_OR_RETURN(terms.window, CompileWindow(own.window()));
    }
    if (own.has_max_awards()) terms.max_awards = own.max_awards();
    rules.terms_.emplace(own.municipality(), std::move(terms));
  }
  rules.territory_day_ = absl::ToCivilDay(rules.window_.opens, rules.window_.zone);
  if (!call.territory_date().empty()) {
    ASSIGN_OR_RETURN(rules.territory_day_, ParseDay(call.territory_date()));
  }
  rules.team_age_day_ = rules.window_.LastDay();
  if (!call.team().age_on().empty()) {
    ASSIGN_OR_RETURN(rules.team_age_day_, ParseDay(call.team().age_on()));
  }
  rules.applicant_types_ = Vocabulary(call.applicant_types());
  rules.activities_ = Vocabulary(call.activities());
  rules.grades_ = Vocabulary(call.grades());
  rules.risks_ = Vocabulary(call.risks());
  rules.support_roles_ = Vocabulary(call.support_roles());
  rules.call_ = std::move(call);
  return rules;
}

const TimeWindow& CallRules::WindowOf(absl::string_view municipality) const {
  const auto found = terms_.find(municipality);
  if (found == terms_.end() || !found->second.window.has_value()) return window_;
  return *found->second.window;
}

std::optional<int64_t> CallRules::MaxAwards(absl::string_view municipality) const {
  const auto found = terms_.find(municipality);
  if (found == terms_.end()) return std::nullopt;
  return found->second.max_awards;
}

std::optional<int64_t> CallRules::budget_cents() const {
  if (!call_.limits().has_budget_cents()) return std::nullopt;
  return call_.limits().budget_cents();
}

std::optional<int64_t> CallRules::initiatives_limit() const {
  if (!call_.limits().has_initiatives()) return std::nullopt;
  return call_.limits().initiatives();
}

std::optional<int64_t> CallRules::teams_limit() const {
  if (!call_.limits().has_teams()) return std::nullopt;
  return call_.limits().teams();
}

v1::Units CallRules::RequestedUnits(int64_t cents, int64_t initiatives) const {
  v1::Units units;
  switch (form()) {
    case v1::APPLICATION_FORM_INITIATIVES:
      units.set_cents(cents);
      units.set_initiatives(initiatives);
      break;
    case v1::APPLICATION_FORM_TEAM:
      units.set_teams(1);
      break;
    default:
      units.set_cents(cents);
      break;
  }
  return units;
}

int64_t CallRules::typical_award_cents() const {
  if (call_.allotment().typical_award_cents() > 0) return call_.allotment().typical_award_cents();
  switch (call_.amount().rule_case()) {
    case v1::AmountRule::kFixedCents:
      return call_.amount().fixed_cents();
    case v1::AmountRule::kCeilingPerApplicationCents:
      return call_.amount().ceiling_per_application_cents();
    case v1::AmountRule::kCeilingPerInitiativeCents:
      return call_.amount().ceiling_per_initiative_cents();
    default:
      return 0;
  }
}

int32_t CallRules::evaluations_needed() const {
  if (call_.evaluation().criteria().empty()) return 0;
  return std::max(1, call_.evaluation().evaluations_needed());
}

Life CallRules::life() const {
  return Life{.evaluated = !call_.evaluation().criteria().empty(),
              .team = form() == v1::APPLICATION_FORM_TEAM};
}

}  // namespace kopa::programme
