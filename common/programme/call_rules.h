#ifndef KOPA_COMMON_PROGRAMME_CALL_RULES_H_
#define KOPA_COMMON_PROGRAMME_CALL_RULES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/programme/lifecycle.h"
#include "common/programme/vocabulary.h"
#include "kopa/programme/v1/call.pb.h"
#include "kopa/programme/v1/units.pb.h"

namespace kopa::programme {

// When applications are taken: opens <= received < closes.
struct TimeWindow {
  absl::Time opens;
  absl::Time closes;
  absl::TimeZone zone;  // that people are told the times in

  // Last day on which applications are taken at some time.
  absl::CivilDay LastDay() const;
};

// Fails with INVALID_ARGUMENT where the zone or a time is none, or the window is empty. `zone` is
// the default of a window that names none.
absl::StatusOr<TimeWindow> CompileWindow(const v1::Window& window);

// A call's definition made quick to ask: times parsed, words and municipalities looked up at once.
// Immutable; any thread may use it.
class CallRules {
 public:
  // INVALID_ARGUMENT with all faults where the definition breaks a rule of CheckCall().
  static absl::StatusOr<CallRules> Compile(v1::Call call);

  CallRules(CallRules&&) = default;
  CallRules& operator=(CallRules&&) = default;
  CallRules(const CallRules&) = delete;
  CallRules& operator=(const CallRules&) = delete;

  const v1::Call& call() const { return call_; }
  const std::string& id() const { return call_.id(); }
  v1::ApplicationForm form() const { return call_.form(); }
  const v1::AmountRule& amount() const { return call_.amount(); }

  const TimeWindow& window() const { return window_; }
  // The municipality's own window where it has one, else the call's. By ATVK code of the territory
  // day; any other text gives the call's.
  const TimeWindow& WindowOf(absl::string_view municipality) const;
  // Most awards in the municipality; absent: no limit of its own.
  std::optional<int64_t> MaxAwards(absl::string_view municipality) const;

  // The day whose municipalities count.
  absl::CivilDay territory_day() const { return territory_day_; }
  // The day on which a team's members must have the age; the last day of the window unless the call
  // says otherwise.
  absl::CivilDay team_age_day() const { return team_age_day_; }

  const Vocabulary& applicant_types() const { return applicant_types_; }
  const Vocabulary& activities() const { return activities_; }
  const Vocabulary& grades() const { return grades_; }
  const Vocabulary& risks() const { return risks_; }
  const Vocabulary& support_roles() const { return support_roles_; }

  // Absent: no limit.
  std::optional<int64_t> budget_cents() const;
  std::optional<int64_t> initiatives_limit() const;
  std::optional<int64_t> teams_limit() const;

  // What an application takes of each unit: a project of the initiatives form counts its
  // initiatives, a team counts as one team, a project of one applicant takes cents only.
  v1::Units RequestedUnits(int64_t cents, int64_t initiatives) const;

  // Cents that one award typically takes, for sizing chunks: what the call says, else the fixed
  // amount or the ceiling; 0 where no money is given out.
  int64_t typical_award_cents() const;

  // Evaluations before a decision: at least 1; 0 for a call without criteria.
  int32_t evaluations_needed() const;
  // Which steps an application of this call can take; see lifecycle.h.
  Life life() const;

 private:
  struct Terms {
    std::optional<TimeWindow> window;
    std::optional<int64_t> max_awards;
  };

  CallRules() = default;

  v1::Call call_;
  TimeWindow window_;
  absl::flat_hash_map<std::string, Terms> terms_;  // by ATVK code
  absl::CivilDay territory_day_;
  absl::CivilDay team_age_day_;
  Vocabulary applicant_types_;
  Vocabulary activities_;
  Vocabulary grades_;
  Vocabulary risks_;
  Vocabulary support_roles_;
};

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_CALL_RULES_H_
