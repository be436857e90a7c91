#ifndef KOPA_COMMON_PROGRAMME_CALL_CHECKER_H_
#define KOPA_COMMON_PROGRAMME_CALL_CHECKER_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/calendar.h"
#include "common/base/status.h"
#include "common/programme/call_rules.h"
#include "common/programme/limits.h"
#include "common/territory/territory.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::programme {

// "kontakts-2024": lower case, digits and '-', neither first nor last a '-'. `extra` is allowed
// too.
inline bool IsId(absl::string_view id, absl::string_view extra = "") {
  if (id.empty() || id.size() > kIdBytesMax || id.front() == '-' || id.back() == '-') return false;
  return std::all_of(id.begin(), id.end(), [&](char c) {
    const unsigned char u = static_cast<unsigned char>(c);
    return absl::ascii_islower(u) || absl::ascii_isdigit(u) || c == '-' ||
           extra.find(c) != absl::string_view::npos;
  });
}

inline std::string At(absl::string_view list, int index) {
  return absl::StrCat(list, "[", index, "]");
}

// What is wrong with a definition; for call_check.h only, and for one use. The parts that say what
// may be asked for are in call_check.cc, those that say how it is decided and paid in
// call_check_decisions.cc.
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

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_CALL_CHECKER_H_
