// One team a school: which schools have one, and what a second one is told.

#include "regional-node/core/teams.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/territory/folded_text.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::national::v1::ApplicationStatus;

namespace {

Digest DigestOf(absl::string_view call, absl::string_view kind, absl::string_view what) {
  return Digest::FromBytes(Sha256(absl::StrCat(call, "\n", kind, "\n", what)));
}

// Without case and diacritics, as names of municipalities are compared.
std::string Folded(const std::string& name) {
  const auto folded = FoldedText::Of(name);
  if (!folded.ok()) return name;
  const std::u32string& letters = folded->bases();
  return std::string(reinterpret_cast<const char*>(letters.data()),
                     letters.size() * sizeof(letters[0]));
}

// A team that is out of the running leaves its school free for another one.
bool HoldsPlace(ApplicationStatus status) {
  return status != national::v1::APPLICATION_STATUS_WITHDRAWN &&
         status != national::v1::APPLICATION_STATUS_INELIGIBLE &&
         status != national::v1::APPLICATION_STATUS_REJECTED;
}

}  // namespace

std::optional<SchoolKeys> SchoolOf(const region::v1::Application& record) {
  const region::v1::Organisation& school = record.content().applicant();
  if (school.name().empty() && school.reg_no().empty()) return std::nullopt;
  const std::string& call = record.summary().call();
  SchoolKeys keys;
  if (!school.reg_no().empty()) keys.number = DigestOf(call, "number", school.reg_no());
  keys.name = DigestOf(call, "name",
                       absl::StrCat(record.summary().municipality(), "\n", Folded(school.name())));
  return keys;
}

void TeamIndex::Add(const SchoolKeys& school, const ApplicationId& id) {
  if (school.number.has_value()) by_number_[*school.number].push_back(id);
  by_name_[school.name].push_back({id, school.number.has_value()});
}

void TeamIndex::Remove(const SchoolKeys& school, const ApplicationId& id) {
  if (school.number.has_value()) {
    const auto numbered = by_number_.find(*school.number);
    if (numbered != by_number_.end()) std::erase(numbered->second, id);
  }
  const auto named = by_name_.find(school.name);
  if (named == by_name_.end()) return;
  std::erase_if(named->second, [&](const Team& team) { return team.id == id; });
}

bool TeamIndex::HasOther(const SchoolKeys& school, const ApplicationId& self,
                         absl::FunctionRef<bool(const ApplicationId&)> counts) const {
  const auto is_other = [&](const ApplicationId& id) { return id != self && counts(id); };
  if (school.number.has_value()) {
    const auto numbered = by_number_.find(*school.number);
    if (numbered != by_number_.end() &&
        std::any_of(numbered->second.begin(), numbered->second.end(), is_other)) {
      return true;
    }
  }
  const auto named = by_name_.find(school.name);
  if (named == by_name_.end()) return false;
  return std::any_of(named->second.begin(), named->second.end(), [&](const Team& team) {
    const bool comparable = !school.number.has_value() || !team.has_number;
    return comparable && is_other(team.id);
  });
}

bool NodeCore::IsTeamCall(const CallId& id) {
  const CallState* call = FindCall(id);
  return call != nullptr && LifeOf(call->definition).team;
}

std::optional<Fault> NodeCore::CheckTeam(const region::v1::Application& record,
                                         const ApplicationId& self, const TeamIndex* earlier_rows) {
  if (!IsTeamCall(CallId(record.summary().call()))) return std::nullopt;
  const auto school = SchoolOf(record);
  if (!school.has_value()) return std::nullopt;
  const bool is_stored = teams_.HasOther(*school, self, [this](const ApplicationId& id) {
    return HoldsPlace(headers_.at(id).status);
  });
  const bool is_row =
      earlier_rows != nullptr &&
      earlier_rows->HasOther(*school, self, [](const ApplicationId&) { return true; });
  if (!is_stored && !is_row) return std::nullopt;
  return Fault{
      school->number.has_value() ? "school_reg_no" : "school_name", "TEAM_EXISTS",
      "the school has a team in this call already, under another reference or with another "
      "number or name; a school takes "
      "part with one team: correct that application, or have it withdrawn first",
      "skolai šajā konkursā jau ir komanda ar citu atsauci, numuru vai nosaukumu; no skolas "
      "piedalās viena "
      "komanda: labojiet iepriekšējo iesniegumu vai vispirms to atsauciet"};
}

void NodeCore::NoteTeam(const region::v1::Application& record, const ApplicationId& id) {
  if (!IsTeamCall(CallId(record.summary().call()))) return;
  if (const auto school = SchoolOf(record); school.has_value()) teams_.Add(*school, id);
}

void NodeCore::ForgetTeam(const region::v1::Application& record, const ApplicationId& id) {
  if (!IsTeamCall(CallId(record.summary().call()))) return;
  if (const auto school = SchoolOf(record); school.has_value()) teams_.Remove(*school, id);
}

}  // namespace kopa::node
