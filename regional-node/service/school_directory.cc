#include "regional-node/service/school_directory.h"

#include "absl/strings/str_cat.h"
#include "common/territory/folded_text.h"
#include "regional-node/core/families.h"

namespace kopa::node {
namespace {

std::u32string Folded(absl::string_view name) {
  const auto folded = FoldedText::Of(name);
  return folded.ok() ? folded->bases() : std::u32string();
}

Fault NotTrained(const CallId& team_call, const std::string& field, const std::string& school) {
  return {field, "SCHOOL_NOT_TRAINED",
          absl::StrCat("the team of \"", school, "\" did not take part in the training of call ",
                       team_call.value(), ", as far as this node knows"),
          absl::StrCat("skolas \"", school, "\" komanda nav piedalījusies konkursa ",
                       team_call.value(), " mācībās, cik šim mezglam zināms")};
}

}  // namespace

absl::Status SchoolDirectory::Load(const storage::View& view) {
  const auto entries = view.Scan(kSchool, "", "");
  for (; entries->Valid(); entries->Next()) {
    national::v1::SchoolAnnounced announced;
    if (!announced.ParseFromArray(entries->value().data(),
                                  static_cast<int>(entries->value().size()))) {
      return absl::DataLossError("a stored school does not parse");
    }
    Add(announced);
  }
  return entries->status();
}

void SchoolDirectory::Add(const national::v1::SchoolAnnounced& announced) {
  const national::v1::School& school = announced.school();
  const std::u32string name = Folded(school.name());
  MutexLock lock(&mutex_);
  Schools& schools = trained_[CallId(announced.call())];
  schools.names.insert(name);
  if (school.reg_no().empty()) {
    schools.names_without_number.insert(name);
  } else {
    schools.numbers.insert(school.reg_no());
  }
}

bool SchoolDirectory::IsTrained(const CallId& team_call, absl::string_view reg_no,
                                absl::string_view name) const {
  const std::u32string folded = Folded(name);
  MutexLock lock(&mutex_);
  const auto found = trained_.find(team_call);
  if (found == trained_.end()) return false;
  const Schools& schools = found->second;
  if (reg_no.empty()) return schools.names.contains(folded);
  return schools.numbers.contains(reg_no) || schools.names_without_number.contains(folded);
}

std::vector<Fault> SchoolDirectory::Check(const programme::CallRules& rules,
                                          const region::v1::ApplicationInput& input) const {
  std::vector<Fault> faults;
  const CallId team_call(rules.call().required_team_call());
  if (team_call.value().empty()) return faults;
  for (int i = 0; i < input.initiatives_size(); ++i) {
    const region::v1::Initiative& initiative = input.initiatives(i);
    // One without a name has a fault of its own.
    if (initiative.school_name().empty() ||
        IsTrained(team_call, initiative.school_reg_no(), initiative.school_name())) {
      continue;
    }
    const std::string path =
        input.initiatives_size() > 1 ? absl::StrCat("initiatives[", i, "].") : std::string();
    const bool by_number = !initiative.school_reg_no().empty();
    faults.push_back(NotTrained(team_call,
                                absl::StrCat(path, by_number ? "school_reg_no" : "school_name"),
                                initiative.school_name()));
  }
  return faults;
}

}  // namespace kopa::node
