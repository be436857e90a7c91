#include "common/programme/call_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/calendar.h"
#include "common/programme/loader.h"
#include "data/programme_data.h"

namespace kopa::programme {
namespace {

using ::testing::ElementsAre;

v1::Call CallOf(absl::string_view id) {
  const std::vector<v1::Call> calls = *LoadCalls(programme_data::Files());
  for (const v1::Call& call : calls) {
    if (call.id() == id) return call;
  }
  return {};
}

CallRules RulesOf(absl::string_view id) { return *CallRules::Compile(CallOf(id)); }

absl::Time Utc(absl::string_view text) { return *ParseTime(text, absl::UTCTimeZone()); }

TEST(CallRules, TheWindowIsLocalTimeOfRigaInSummerAndWinter) {
  const CallRules rules = RulesOf("kontakts-2024");
  EXPECT_EQ(rules.window().opens, Utc("2024-02-05T22:00:00Z"));
  EXPECT_EQ(rules.window().closes, Utc("2024-05-17T21:00:00Z"));
  EXPECT_EQ(rules.window().LastDay(), absl::CivilDay(2024, 5, 17));
}

TEST(CallRules, AMunicipalityMayHaveItsOwnWindowOrLimit) {
  const CallRules of_2019 = RulesOf("pumpurs-2019");
  EXPECT_EQ(of_2019.WindowOf("0741001").LastDay(), absl::CivilDay(2019, 6, 20));
  EXPECT_EQ(of_2019.WindowOf("0010000").LastDay(), absl::CivilDay(2019, 6, 30));
  const CallRules of_2020 = RulesOf("pumpurs-2020");
  EXPECT_EQ(of_2020.WindowOf("0429300").LastDay(), absl::CivilDay(2020, 5, 14));
  EXPECT_EQ(of_2020.WindowOf("0641600").LastDay(), absl::CivilDay(2020, 5, 31));
  EXPECT_EQ(of_2020.MaxAwards("0641600"), 3);
  EXPECT_EQ(of_2020.MaxAwards("0429300"), std::nullopt);
  EXPECT_EQ(of_2020.MaxAwards("0010000"), std::nullopt);
}

TEST(CallRules, DaysComeFromTheWindowUnlessTheCallSaysOtherwise) {
  v1::Call call = CallOf("kontakts-teams-2024");
  const CallRules plain = *CallRules::Compile(call);
  EXPECT_EQ(plain.territory_day(), absl::CivilDay(2024, 1, 17));
  EXPECT_EQ(plain.team_age_day(), absl::CivilDay(2024, 1, 31));
  call.set_territory_date("2023-12-31");
  call.mutable_team()->set_age_on("2024-09-01");
  const CallRules other = *CallRules::Compile(call);
  EXPECT_EQ(other.territory_day(), absl::CivilDay(2023, 12, 31));
  EXPECT_EQ(other.team_age_day(), absl::CivilDay(2024, 9, 1));
}

TEST(CallRules, AbsentLimitsAreNotZero) {
  const CallRules projects = RulesOf("kontakts-2023");
  EXPECT_EQ(projects.budget_cents(), 12'000'000);
  EXPECT_EQ(projects.initiatives_limit(), std::nullopt);
  const CallRules teams = RulesOf("kontakts-teams-2024");
  EXPECT_EQ(teams.budget_cents(), std::nullopt);
  EXPECT_EQ(teams.teams_limit(), 126);
  EXPECT_EQ(RulesOf("kontakts-2024").initiatives_limit(), 100);
}

TEST(CallRules, EachFormTakesItsOwnUnits) {
  const v1::Units initiatives = RulesOf("kontakts-2024").RequestedUnits(270'000, 2);
  EXPECT_EQ(initiatives.cents(), 270'000);
  EXPECT_EQ(initiatives.initiatives(), 2);
  const v1::Units project = RulesOf("pumpurs-2020").RequestedUnits(460'000, 0);
  EXPECT_EQ(project.cents(), 460'000);
  EXPECT_EQ(project.initiatives(), 0);
  const v1::Units team = RulesOf("kontakts-teams-2024").RequestedUnits(0, 0);
  EXPECT_EQ(team.cents(), 0);
  EXPECT_EQ(team.teams(), 1);
}

TEST(CallRules, ATypicalAwardFollowsFromTheAmountRule) {
  EXPECT_EQ(RulesOf("pumpurs-2020").typical_award_cents(), 460'000);
  EXPECT_EQ(RulesOf("kontakts-2023").typical_award_cents(), 120'000);
  EXPECT_EQ(RulesOf("kontakts-teams-2024").typical_award_cents(), 0);
  v1::Call call = CallOf("kontakts-2023");
  call.mutable_allotment()->set_typical_award_cents(240'000);
  EXPECT_EQ(CallRules::Compile(call)->typical_award_cents(), 240'000);
}

TEST(CallRules, WithoutCriteriaThereIsNoEvaluation) {
  EXPECT_EQ(RulesOf("kontakts-teams-2024").evaluations_needed(), 0);
  EXPECT_FALSE(RulesOf("kontakts-teams-2024").life().evaluated);
  EXPECT_TRUE(RulesOf("kontakts-teams-2024").life().team);
  v1::Call call = CallOf("pumpurs-2020");
  call.mutable_evaluation()->set_evaluations_needed(0);
  EXPECT_EQ(CallRules::Compile(call)->evaluations_needed(), 1);
  EXPECT_TRUE(CallRules::Compile(call)->life().evaluated);
}

TEST(CallRules, WordsAreFoundAndMistypedOnesGuessed) {
  const CallRules rules = RulesOf("pumpurs-2020");
  EXPECT_THAT(rules.applicant_types().ids(),
              ElementsAre("youth-organisation", "association", "foundation"));
  EXPECT_TRUE(rules.grades().Contains("v4"));
  EXPECT_FALSE(rules.grades().Contains("13"));
  EXPECT_EQ(rules.activities().Nearest("motivacion"), "motivation");
  EXPECT_EQ(rules.activities().Nearest("MOTIVATION"), "motivation");
  EXPECT_EQ(rules.risks().Nearest("social health"), "social-health");
  EXPECT_EQ(rules.risks().Nearest("xyzzy"), "");
}

TEST(CallRules, ACallThatIsWrongIsNotCompiled) {
  v1::Call call = CallOf("pumpurs-2020");
  call.clear_window();
  EXPECT_EQ(CallRules::Compile(call).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(CallRules, RulesStayRightWhenMoved) {
  CallRules rules = RulesOf("pumpurs-2020");
  const CallRules moved = std::move(rules);
  EXPECT_EQ(moved.id(), "pumpurs-2020");
  EXPECT_EQ(moved.MaxAwards("0641600"), 3);
  EXPECT_TRUE(moved.grades().Contains("5"));
}

}  // namespace
}  // namespace kopa::programme
