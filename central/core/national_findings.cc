#include "central/core/national_findings.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/application_keys.h"
#include "common/base/status.h"
#include "common/programme/lifecycle.h"

namespace kopa::central {

using ::kopa::national::v1::Finding;

namespace {

using Group = std::vector<FoundApplication>;

// What a list shows of one finding; more than that nobody looks through one by one.
constexpr size_t kShownMax = 1000;

national::v1::ApplicationStatus StatusOf(const FoundApplication& one) {
  return static_cast<national::v1::ApplicationStatus>(one.stored.summary.cell.status);
}

bool IsWithdrawn(const FoundApplication& one) {
  return StatusOf(one) == national::v1::APPLICATION_STATUS_WITHDRAWN;
}

bool IsAlive(const FoundApplication& one) {
  return !IsWithdrawn(one) && StatusOf(one) != national::v1::APPLICATION_STATUS_REJECTED &&
         StatusOf(one) != national::v1::APPLICATION_STATUS_INELIGIBLE;
}

bool IsAwarded(const FoundApplication& one) {
  return programme::HoldsAward(StatusOf(one)) && !one.stored.summary.awarded.IsZero();
}

Group Those(const Group& group, bool (*test)(const FoundApplication&)) {
  Group some;
  std::copy_if(group.begin(), group.end(), std::back_inserter(some), test);
  return some;
}

// Looks at one call.
class Search {
 public:
  Search(const storage::View& view, const programme::v1::Call& call)
      : call_(call),
        id_(call.id()),
        is_team_(call.form() == programme::v1::APPLICATION_FORM_TEAM),
        finder_(view) {}

  absl::Status Applicants();
  absl::Status Schools();
  absl::Status Municipalities(const std::map<std::string, int64_t>& awards);
  std::vector<Finding> Take();

 private:
  void LookAtApplicant(const std::string& reg_no, const Group& group);
  void LookAtSchool(const std::string& subject, const Group& group);
  void Add(const std::string& code, const std::string& subject, const Group& group,
           std::string message, std::string message_lv);
  std::string NodeOf(const FoundApplication& one) const {
    return finder_.names().nodes.Name(one.stored.summary.cell.node);
  }

  const programme::v1::Call& call_;
  const CallId id_;
  const bool is_team_;
  ApplicationFinder finder_;
  std::vector<Finding> findings_;
  // By number and by name the same two teams are one finding.
  std::set<std::set<ApplicationId>> schools_found_;
};

void Search::Add(const std::string& code, const std::string& subject, const Group& group,
                 std::string message, std::string message_lv) {
  Finding& finding = findings_.emplace_back();
  finding.set_code(code);
  finding.set_subject(subject);
  finding.set_message(std::move(message));
  finding.set_message_lv(std::move(message_lv));
  std::map<ApplicationId, std::string> nodes;
  for (const FoundApplication& one : group) nodes[one.id] = NodeOf(one);
  for (const auto& [id, node] : nodes) {
    if (static_cast<size_t>(finding.applications_size()) >= kShownMax) break;
    auto* location = finding.add_applications();
    location->set_application_id(std::string(id.bytes()));
    location->set_node(node);
  }
}

void Search::LookAtApplicant(const std::string& reg_no, const Group& group) {
  const Group alive = Those(group, IsAlive);
  std::set<std::string> nodes;
  for (const FoundApplication& one : alive) nodes.insert(NodeOf(one));
  if (nodes.size() > 1) {
    Add("SAME_APPLICANT", reg_no, alive,
        absl::StrCat("applicant ", reg_no, " has ", alive.size(), " applications in ", nodes.size(),
                     " regions"),
        absl::StrCat("pieteikuma iesniedzējam ", reg_no, " ir pieteikumi vairākos reģionos: ",
                     alive.size(), " pieteikumi, ", nodes.size(), " reģioni"));
  }
  const programme::v1::ApplicantLimits& limits = call_.applicant_limits();
  Group counted = group;
  counted.erase(std::remove_if(counted.begin(), counted.end(), IsWithdrawn), counted.end());
  if (limits.has_max_applications() &&
      static_cast<int64_t>(counted.size()) > limits.max_applications()) {
    Add("APPLICANT_LIMIT", reg_no, counted,
        absl::StrCat("applicant ", reg_no, " has ", counted.size(),
                     " applications; the call allows ", limits.max_applications()),
        absl::StrCat("pieteikuma iesniedzējam ", reg_no, " ir ", counted.size(),
                     " pieteikumi; konkursā atļauti ", limits.max_applications()));
  }
  const Group awarded = Those(group, IsAwarded);
  if (limits.has_max_awards() && static_cast<int64_t>(awarded.size()) > limits.max_awards()) {
    Add("APPLICANT_LIMIT", reg_no, awarded,
        absl::StrCat("applicant ", reg_no, " holds ", awarded.size(), " awards; the call allows ",
                     limits.max_awards()),
        absl::StrCat("pieteikuma iesniedzējam ", reg_no, " ir ", awarded.size(),
                     " piešķīrumi; konkursā atļauti ", limits.max_awards()));
  }
}

void Search::LookAtSchool(const std::string& subject, const Group& group) {
  const Group alive = Those(group, IsAlive);
  if (alive.size() < 2) return;
  std::set<ApplicationId> ids;
  for (const FoundApplication& one : alive) ids.insert(one.id);
  if (!schools_found_.insert(std::move(ids)).second) return;
  if (is_team_) {
    Add("SAME_SCHOOL", subject, alive,
        absl::StrCat("school ", subject, " has ", alive.size(), " teams; a school has one"),
        absl::StrCat("skolai ", subject, " ir ", alive.size(),
                     " komandas; vienai skolai ir viena komanda"));
  } else {
    Add("SAME_SCHOOL", subject, alive,
        absl::StrCat("school ", subject, " takes part in ", alive.size(), " applications"),
        absl::StrCat("skola ", subject, " piedalās vairākos pieteikumos: ", alive.size()));
  }
}

absl::Status Search::Applicants() {
  if (is_team_) return absl::OkStatus();
  const programme::v1::ApplicantLimits& limits = call_.applicant_limits();
  // One alone passes a limit of nought.
  const bool of_one = (limits.has_max_applications() && limits.max_applications() < 1) ||
                      (limits.has_max_awards() && limits.max_awards() < 1);
  return finder_.ForEachGroup(
      id_, KeyKind::kRegNo, is_team_, of_one ? 1 : 2,
      [&](const std::string& reg_no, Group&& group) { LookAtApplicant(reg_no, group); });
}

absl::Status Search::Schools() {
  RETURN_IF_ERROR(finder_.ForEachGroup(
      id_, KeyKind::kSchool, is_team_, 2,
      [&](const std::string& reg_no, Group&& group) { LookAtSchool(reg_no, group); }));
  if (!is_team_) return absl::OkStatus();
  return finder_.ForEachGroup(id_, KeyKind::kSchoolName, is_team_, 2,
                              [&](const std::string&, Group&& group) {
                                LookAtSchool(group.front().stored.details.organisation, group);
                              });
}

absl::Status Search::Municipalities(const std::map<std::string, int64_t>& awards) {
  for (const programme::v1::MunicipalityTerms& terms : call_.municipality_terms()) {
    if (!terms.has_max_awards()) continue;
    const auto found = awards.find(terms.municipality());
    if (found == awards.end() || found->second <= terms.max_awards()) continue;
    ASSIGN_OR_RETURN(
        const Group all,
        finder_.WithKey(id_, {KeyKind::kMunicipality, terms.municipality()}, is_team_));
    const Group awarded = Those(all, IsAwarded);
    if (static_cast<int64_t>(awarded.size()) <= terms.max_awards()) continue;
    Add("MUNICIPALITY_LIMIT", terms.municipality(), awarded,
        absl::StrCat("municipality ", terms.municipality(), " has ", awarded.size(),
                     " awards; the call allows ", terms.max_awards()),
        absl::StrCat("pašvaldībā ", terms.municipality(), " ir ", awarded.size(),
                     " piešķīrumi; konkursā atļauti ", terms.max_awards()));
  }
  return absl::OkStatus();
}

std::vector<Finding> Search::Take() {
  std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.code(), a.subject()) < std::tie(b.code(), b.subject());
  });
  return std::move(findings_);
}

}  // namespace

absl::StatusOr<std::vector<Finding>> FindNationally(const storage::View& view,
                                                    const programme::v1::Call& call,
                                                    const std::map<std::string, int64_t>& awards) {
  Search search(view, call);
  RETURN_IF_ERROR(search.Applicants());
  RETURN_IF_ERROR(search.Schools());
  RETURN_IF_ERROR(search.Municipalities(awards));
  return search.Take();
}

}  // namespace kopa::central
