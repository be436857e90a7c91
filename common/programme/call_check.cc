#include "common/programme/call_check.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/calendar.h"
#include "common/programme/call_rules.h"
#include "common/programme/decimals.h"
#include "common/programme/limits.h"

namespace kopa::programme {
namespace {

constexpr int32_t kAllBasisPoints = 10'000;

// "kontakts-2024": lower case, digits and '-', neither first nor last a '-'. `extra` is allowed
// too.
bool IsId(absl::string_view id, absl::string_view extra = "") {
  if (id.empty() || id.size() > kIdBytesMax || id.front() == '-' || id.back() == '-') return false;
  return std::all_of(id.begin(), id.end(), [&](char c) {
    const unsigned char u = static_cast<unsigned char>(c);
    return absl::ascii_islower(u) || absl::ascii_isdigit(u) || c == '-' ||
           extra.find(c) != absl::string_view::npos;
  });
}

std::string At(absl::string_view list, int index) { return absl::StrCat(list, "[", index, "]"); }

// Collects faults; one use a call.
class CallChecker {
 public:
  CallChecker(const v1::Call& call, const Territory* territory)
      : call_(call), territory_(territory) {}

  std::vector<Fault> Run() {
    CheckIdentity();
    CheckWindows();
    CheckDates();
    CheckMunicipalities();
    CheckLimits();
    CheckAmount();
    CheckVocabularies();
    CheckTeam();
    CheckEvaluation();
    CheckAllotment();
    CheckRanking();
    CheckApplicantLimits();
    CheckMoneyAndPublication();
    CheckAmendment();
    return std::move(faults_);
  }

 private:
  void Add(std::string path, std::string message) {
    faults_.push_back({.field = std::move(path),
                       .code = "BAD_CALL",
                       .message = std::move(message),
                       .message_lv = ""});
  }
  void Require(bool condition, absl::string_view path, absl::string_view message) {
    if (!condition) Add(std::string(path), std::string(message));
  }
  void CheckRange(int64_t value, int64_t least, int64_t most, absl::string_view path) {
    Require(value >= least && value <= most, path,
            absl::StrCat("must be from ", least, " to ", most, ", not ", value));
  }
  void CheckName(const v1::Text& name, const std::string& path) {
    Require(!name.lv().empty(), absl::StrCat(path, ".lv"), "the Latvian name is missing");
    Require(!name.en().empty(), absl::StrCat(path, ".en"), "the English name is missing");
  }
  std::optional<absl::CivilDay> CheckDay(const std::string& text, absl::string_view path) {
    if (text.empty()) return std::nullopt;
    absl::StatusOr<absl::CivilDay> day = ParseDay(text);
    if (day.ok()) return *day;
    Add(std::string(path), std::string(day.status().message()));
    return std::nullopt;
  }

  bool IsForm(v1::ApplicationForm form) const { return call_.form() == form; }
  bool IsTeamForm() const { return IsForm(v1::APPLICATION_FORM_TEAM); }
  bool HasForm() const {
    return v1::ApplicationForm_IsValid(call_.form()) && !IsForm(v1::APPLICATION_FORM_UNSPECIFIED);
  }

  void CheckIdentity();
  std::optional<TimeWindow> CheckWindow(const v1::Window& window, const std::string& path);
  void CheckWindows();
  void CheckDates();
  void CheckMunicipalities();
  void CheckMunicipality(const v1::MunicipalityTerms& terms, const std::string& path);
  void CheckLimits();
  void CheckAmount();
  void CheckVocabulary(const google::protobuf::RepeatedPtrField<v1::Term>& terms,
                       absl::string_view path, bool wanted);
  void CheckVocabularies();
  void CheckTeam();
  void CheckEvaluation();
  int64_t CheckCriterion(const v1::Criterion& criterion, const std::string& path);
  void CheckAllotment();
  void CheckShares();
  void CheckRanking();
  void CheckApplicantLimits();
  void CheckMoneyAndPublication();
  void CheckAmendment();

  const v1::Call& call_;
  const Territory* const territory_;
  std::optional<absl::CivilDay> territory_day_;
  std::vector<Fault> faults_;
};

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

int64_t CallChecker::CheckCriterion(const v1::Criterion& criterion, const std::string& path) {
  Require(IsId(criterion.id(), "."), absl::StrCat(path, ".id"),
          "an id is lower-case letters, digits, '-' and '.', at most 64 characters");
  CheckName(criterion.name(), absl::StrCat(path, ".name"));
  CheckRange(criterion.max_hundredths(), 1, kCriterionHundredthsMax,
             absl::StrCat(path, ".max_hundredths"));
  const int64_t most = std::clamp(criterion.max_hundredths(), int64_t{1}, kCriterionHundredthsMax);
  CheckRange(criterion.step_hundredths(), 1, most, absl::StrCat(path, ".step_hundredths"));
  Require(criterion.step_hundredths() < 1 || most % criterion.step_hundredths() == 0,
          absl::StrCat(path, ".step_hundredths"), "the most points must be a multiple of the step");
  Require(criterion.min_hundredths() >= 0 && criterion.min_hundredths() <= most,
          absl::StrCat(path, ".min_hundredths"),
          absl::StrCat("the threshold must be from 0 to the most points (", most, ")"));
  return most;
}

void CallChecker::CheckEvaluation() {
  const v1::Evaluation& evaluation = call_.evaluation();
  CheckRange(evaluation.criteria_size(), 0, kCriteriaMax, "evaluation.criteria");
  absl::flat_hash_set<absl::string_view> seen;
  int64_t most = 0;
  for (int i = 0; i < evaluation.criteria_size(); ++i) {
    const v1::Criterion& criterion = evaluation.criteria(i);
    const std::string path = At("evaluation.criteria", i);
    Require(seen.insert(criterion.id()).second, absl::StrCat(path, ".id"),
            absl::StrCat("the criterion ", criterion.id(), " is there twice"));
    most += CheckCriterion(criterion, path);
  }
  Require(evaluation.min_total_hundredths() >= 0 && evaluation.min_total_hundredths() <= most,
          "evaluation.min_total_hundredths",
          absl::StrCat("the threshold must be from 0 to the sum of the most points (", most, ")"));
  CheckRange(evaluation.evaluations_needed(), 0, kEvaluationsNeededMax,
             "evaluation.evaluations_needed");
  Require(v1::Combination_IsValid(evaluation.combination()), "evaluation.combination",
          "must be COMBINATION_MEAN, COMBINATION_MEDIAN or COMBINATION_LOWEST");
}

void CallChecker::CheckAllotment() {
  const v1::Allotment& allotment = call_.allotment();
  Require(v1::AllotmentPolicy_IsValid(allotment.policy()) &&
              allotment.policy() != v1::ALLOTMENT_POLICY_UNSPECIFIED,
          "allotment.policy", "the policy must be one of the named ones");
  Require(v1::PendingPolicy_IsValid(allotment.pending()) &&
              allotment.pending() != v1::PENDING_POLICY_UNSPECIFIED,
          "allotment.pending", "must be PENDING_POLICY_STRICT or PENDING_POLICY_SKIP");
  CheckRange(allotment.typical_award_cents(), 0, kCentsMax, "allotment.typical_award_cents");
  CheckShares();
}

void CallChecker::CheckShares() {
  const v1::Allotment& allotment = call_.allotment();
  if (allotment.policy() != v1::ALLOTMENT_POLICY_FIXED_SHARES) {
    Require(allotment.shares().empty(), "allotment.shares", "only for fixed shares");
    return;
  }
  absl::flat_hash_set<absl::string_view> seen;
  int64_t sum = 0;
  for (int i = 0; i < allotment.shares_size(); ++i) {
    const v1::Share& share = allotment.shares(i);
    const std::string path = At("allotment.shares", i);
    const std::string node_path = absl::StrCat(path, ".node");
    Require(IsId(share.node()), node_path, "the id of a node is wanted");
    Require(seen.insert(share.node()).second, node_path,
            absl::StrCat("the node ", share.node(), " is there twice"));
    if (territory_ != nullptr) {
      const std::vector<NodeId>& nodes = territory_->Nodes();
      Require(std::find(nodes.begin(), nodes.end(), NodeId(share.node())) != nodes.end(), node_path,
              "no municipality is covered by a node of this id");
    }
    CheckRange(share.basis_points(), 1, kAllBasisPoints, absl::StrCat(path, ".basis_points"));
    sum += share.basis_points();
  }
  Require(sum == kAllBasisPoints, "allotment.shares",
          absl::StrCat("must add up to ", kAllBasisPoints, " basis points, not ", sum));
}

void CallChecker::CheckRanking() {
  const v1::Ranking& ranking = call_.ranking();
  absl::flat_hash_set<int> seen;
  for (int i = 0; i < ranking.tie_breaks_size(); ++i) {
    const v1::TieBreak tie_break = ranking.tie_breaks(i);
    const std::string path = At("ranking.tie_breaks", i);
    Require(v1::TieBreak_IsValid(tie_break) && tie_break != v1::TIE_BREAK_UNSPECIFIED, path,
            "must be one of the named ones");
    Require(seen.insert(tie_break).second, path, "the tie-break is there twice");
  }
  Require(v1::PendingPolicy_IsValid(ranking.cut()), "ranking.cut",
          "must be PENDING_POLICY_STRICT or PENDING_POLICY_SKIP");
}

void CallChecker::CheckApplicantLimits() {
  const v1::ApplicantLimits& limits = call_.applicant_limits();
  if (limits.has_max_applications()) {
    CheckRange(limits.max_applications(), 1, kCountMax, "applicant_limits.max_applications");
  }
  if (limits.has_max_awards()) {
    CheckRange(limits.max_awards(), 1, kCountMax, "applicant_limits.max_awards");
  }
}

void CallChecker::CheckMoneyAndPublication() {
  CheckRange(call_.payments().advance_basis_points(), 0, kAllBasisPoints,
             "payments.advance_basis_points");
  if (!call_.has_open_data()) return;
  const v1::OpenData& open_data = call_.open_data();
  Require(IsId(open_data.prefix()), "open_data.prefix",
          "the publisher's prefix is lower-case letters, digits and '-', at most 64 characters");
  Require(open_data.funder_id().empty() || !open_data.funder_name().empty(),
          "open_data.funder_name", "an identifier of the funder needs the funder's name, too");
  Require(open_data.funder_name().empty() || !open_data.funder_id().empty(), "open_data.funder_id",
          "a funder's name needs the funder's identifier, too");
  if (!open_data.has_description()) return;
  Require(!open_data.description().lv().empty(), "open_data.description.lv",
          "the Latvian description is missing");
  Require(!open_data.description().en().empty(), "open_data.description.en",
          "the English description is missing");
}

void CallChecker::CheckAmendment() {
  if (!call_.has_amendment()) return;
  Require(call_.amendment().from_version() >= 1, "amendment.from_version",
          "the version that is changed; versions count from 1");
  Require(!call_.amendment().reason().empty(), "amendment.reason", "an amendment needs a reason");
}

}  // namespace

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
