#include "common/programme/scoring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "common/programme/decimals.h"
#include "common/programme/loader.h"
#include "data/programme_data.h"

namespace kopa::programme {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

v1::Evaluation RulesOf(absl::string_view id) {
  const std::vector<v1::Call> calls = *LoadCalls(programme_data::Files());
  for (const v1::Call& call : calls) {
    if (call.id() == id) return call.evaluation();
  }
  return {};
}

class PumpursScoring : public ::testing::Test {
 protected:
  // Points in the order of the criteria: 2.1 2.2 2.3 2.4.1 2.4.2 2.4.3 2.5 2.6 2.7 2.8.
  EvaluationPoints Points(const std::vector<const char*>& points) const {
    EvaluationPoints result;
    for (size_t i = 0; i < points.size(); ++i) {
      result.push_back({.criterion = rules_.criteria(static_cast<int>(i)).id(),
                        .hundredths = *ParseHundredths(points[i])});
    }
    return result;
  }
  Outcome JudgeOne(const std::vector<const char*>& points) const {
    return *Judge(rules_, {Points(points)});
  }

  const v1::Evaluation rules_ = RulesOf("pumpurs-2020");
};

// The four applications of a municipality's published decision of 2020.

TEST_F(PumpursScoring, FortyEightIsApproved) {
  const Outcome outcome = JudgeOne({"5", "5", "5", "5", "5", "4.5", "5", "4.5", "4.5", "4.5"});
  EXPECT_EQ(outcome.total_hundredths, 4800);
  EXPECT_TRUE(outcome.thresholds_met);
  EXPECT_TRUE(RequireThresholds(outcome).ok());
}

TEST_F(PumpursScoring, FortyFourAndAHalfWithOneCriterionUnderThreeIsNot) {
  const Outcome outcome =
      JudgeOne({"5", "2.5", "5", "5", "4.5", "4.5", "4.5", "4.5", "4.5", "4.5"});
  EXPECT_EQ(outcome.total_hundredths, 4450);
  EXPECT_FALSE(outcome.thresholds_met);
  EXPECT_THAT(outcome.why, ElementsAre("criterion 2.2 has 2.5 points, at least 3 are needed"));
}

TEST_F(PumpursScoring, ThirtyThreeWithThreeCriteriaUnderThreeIsNot) {
  const Outcome outcome = JudgeOne({"4", "2", "4", "2.5", "3.5", "2", "3.5", "4", "4", "3.5"});
  EXPECT_EQ(outcome.total_hundredths, 3300);
  EXPECT_THAT(outcome.why, ElementsAre("criterion 2.2 has 2 points, at least 3 are needed",
                                       "criterion 2.4.1 has 2.5 points, at least 3 are needed",
                                       "criterion 2.4.3 has 2 points, at least 3 are needed"));
  EXPECT_EQ(FaultsOf(RequireThresholds(outcome)).size(), 3u);
  EXPECT_EQ(RequireThresholds(outcome).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(PumpursScoring, SeventeenIsNot) {
  const Outcome outcome = JudgeOne({"2", "1.5", "2", "1.5", "1.5", "2", "1.5", "2", "1.5", "1.5"});
  EXPECT_EQ(outcome.total_hundredths, 1700);
  EXPECT_FALSE(outcome.thresholds_met);
  EXPECT_EQ(outcome.why.back(), "the total has 17 points, at least 30 are needed");
}

TEST_F(PumpursScoring, ThePointsAreCountedInWords) {
  const Outcome outcome = JudgeOne({"5", "1", "5", "0", "5", "2", "5", "5", "5", "5"});
  EXPECT_EQ(outcome.why[0], "criterion 2.2 has 1 point, at least 3 are needed");
  EXPECT_EQ(outcome.why_lv[0], "Kritērijs 2.2: 1 punkts, vajag vismaz 3.");
  EXPECT_EQ(outcome.why_lv[1], "Kritērijs 2.4.1: 0 punktu, vajag vismaz 3.");
  EXPECT_EQ(outcome.why_lv[2], "Kritērijs 2.4.3: 2 punkti, vajag vismaz 3.");
}

TEST_F(PumpursScoring, ThirtyWithThreeEachIsEnough) {
  const Outcome outcome = JudgeOne({"3", "3", "3", "3", "3", "3", "3", "3", "3", "3"});
  EXPECT_EQ(outcome.total_hundredths, 3000);
  EXPECT_TRUE(outcome.thresholds_met);
}

TEST_F(PumpursScoring, AllFaultsOfPointsAreToldAtOnce) {
  EvaluationPoints points = Points({"5.5", "-0.5", "2.25", "3", "3", "3", "3", "3", "3"});
  points.push_back({.criterion = "2.4.1", .hundredths = 300});
  points.push_back({.criterion = "2.4", .hundredths = 300});
  const std::vector<Fault> faults = CheckPoints(rules_, points);
  std::vector<std::string> codes;
  for (const Fault& fault : faults) codes.push_back(fault.field + " " + fault.code);
  EXPECT_THAT(codes, UnorderedElementsAre("2.1 SCORE_OUT_OF_RANGE", "2.2 SCORE_OUT_OF_RANGE",
                                          "2.3 SCORE_OFF_STEP", "2.4.1 DUPLICATE_SCORE",
                                          "2.4 UNKNOWN_CRITERION", "2.8 MISSING_SCORE"));
  const absl::Status status = TotalHundredths(rules_, points).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultsOf(status), faults);
  for (const Fault& fault : faults) EXPECT_FALSE(fault.message_lv.empty()) << fault.code;
  EXPECT_THAT(CheckPoints(rules_, Points({"5", "0", "0.5", "3", "3", "3", "3", "3", "3", "3"})),
              IsEmpty());
}

TEST_F(PumpursScoring, RoundingNeverLiftsAMeanOverAThreshold) {
  // 2.2: 3, 3 and 2.5 points: the mean, 2.83, is under 3.
  const EvaluationPoints high = Points({"5", "3", "5", "5", "5", "5", "5", "5", "5", "5"});
  const EvaluationPoints low = Points({"5", "2.5", "5", "5", "5", "5", "5", "5", "5", "5"});
  const Outcome outcome = *Judge(rules_, {high, high, low});
  EXPECT_EQ(outcome.criteria[1].hundredths, 283);
  EXPECT_EQ(outcome.total_hundredths, 4783);
  EXPECT_THAT(outcome.why, ElementsAre("criterion 2.2 has 2.83 points, at least 3 are needed"));
}

TEST_F(PumpursScoring, RoundingNeverDropsAMeanUnderAThreshold) {
  // Each mean, 10/3, is shown as 3.33; the total is the exact 33 1/3, not ten times 3.33.
  const EvaluationPoints three = Points({"3", "3", "3", "3", "3", "3", "3", "3", "3", "3"});
  const EvaluationPoints four = Points({"4", "4", "4", "4", "4", "4", "4", "4", "4", "4"});
  const Outcome outcome = *Judge(rules_, {three, three, four});
  EXPECT_EQ(outcome.criteria[0].hundredths, 333);
  EXPECT_EQ(outcome.total_hundredths, 3333);
  EXPECT_TRUE(outcome.thresholds_met);
}

TEST_F(PumpursScoring, WithoutEvaluationThereIsNoOutcome) { EXPECT_FALSE(Judge(rules_, {}).ok()); }

class Combinations : public ::testing::Test {
 protected:
  Combinations() {
    for (const char* id : {"a", "b"}) {
      v1::Criterion* criterion = rules_.add_criteria();
      criterion->set_id(id);
      criterion->set_max_hundredths(1000);
      criterion->set_step_hundredths(1);
    }
  }
  static EvaluationPoints Points(int64_t a, int64_t b) {
    return {{.criterion = "a", .hundredths = a}, {.criterion = "b", .hundredths = b}};
  }
  // Total, then the criteria.
  std::vector<int64_t> Judged(v1::Combination combination,
                              const std::vector<EvaluationPoints>& evaluations) {
    rules_.set_combination(combination);
    const Outcome outcome = *Judge(rules_, evaluations);
    return {outcome.total_hundredths, outcome.criteria[0].hundredths,
            outcome.criteria[1].hundredths};
  }
  // Whether a threshold of the total is met.
  bool Meets(v1::Combination combination, int64_t least,
             const std::vector<EvaluationPoints>& evaluations) {
    rules_.set_combination(combination);
    rules_.set_min_total_hundredths(least);
    return Judge(rules_, evaluations)->thresholds_met;
  }

  v1::Evaluation rules_;
};

TEST_F(Combinations, WithoutAWordItIsTheMean) {
  const std::vector<EvaluationPoints> evaluations = {Points(100, 0), Points(200, 0),
                                                     Points(600, 1)};
  EXPECT_THAT(Judged(v1::COMBINATION_UNSPECIFIED, evaluations), ElementsAre(300, 300, 0));
  EXPECT_THAT(Judged(v1::COMBINATION_MEAN, evaluations), ElementsAre(300, 300, 0));
}

TEST_F(Combinations, OfAnOddNumberTheMedianIsTheMiddleOne) {
  // Each criterion has a middle of its own: 200 and 40, from different evaluators.
  EXPECT_THAT(Judged(v1::COMBINATION_MEDIAN, {Points(900, 10), Points(100, 900), Points(200, 40)}),
              ElementsAre(910, 200, 40));
  EXPECT_THAT(Judged(v1::COMBINATION_MEDIAN, {Points(7, 8)}), ElementsAre(15, 7, 8));
}

TEST_F(Combinations, OfAnEvenNumberTheMedianIsTheExactMeanOfTheTwoInTheMiddle) {
  const std::vector<EvaluationPoints> evaluations = {Points(999, 0), Points(100, 0), Points(301, 0),
                                                     Points(200, 0)};
  EXPECT_THAT(Judged(v1::COMBINATION_MEDIAN, evaluations), ElementsAre(250, 250, 0));
  // 250.5 is shown as 250, but is over 250 and under 251.
  EXPECT_TRUE(Meets(v1::COMBINATION_MEDIAN, 250, evaluations));
  EXPECT_FALSE(Meets(v1::COMBINATION_MEDIAN, 251, evaluations));
}

TEST_F(Combinations, TheLowestTotalCountsWithItsOwnCriteria) {
  EXPECT_THAT(Judged(v1::COMBINATION_LOWEST, {Points(500, 500), Points(800, 100), Points(0, 950)}),
              ElementsAre(900, 800, 100));
}

TEST_F(Combinations, AmongEqualLowestTotalsTheEarlierOneCounts) {
  EXPECT_THAT(
      Judged(v1::COMBINATION_LOWEST, {Points(500, 500), Points(300, 100), Points(100, 300)}),
      ElementsAre(400, 300, 100));
}

TEST_F(Combinations, ThresholdsOfCriteriaGoByTheSameCombination) {
  rules_.mutable_criteria(0)->set_min_hundredths(300);
  const std::vector<EvaluationPoints> evaluations = {Points(200, 900), Points(300, 0),
                                                     Points(300, 700)};
  rules_.set_combination(v1::COMBINATION_MEAN);
  EXPECT_THAT(Judge(rules_, evaluations)->why,
              ElementsAre("criterion a has 2.66 points, at least 3 are needed"));
  rules_.set_combination(v1::COMBINATION_MEDIAN);
  EXPECT_TRUE(Judge(rules_, evaluations)->thresholds_met);
  rules_.set_combination(v1::COMBINATION_LOWEST);
  EXPECT_TRUE(Judge(rules_, evaluations)->thresholds_met);
}

TEST(KontaktsScoring, TwentyInTotalIsNeeded) {
  const v1::Evaluation rules = RulesOf("kontakts-2024");
  const auto points = [](int64_t last) {
    return EvaluationPoints{{.criterion = "relevance", .hundredths = 500},
                            {.criterion = "participation", .hundredths = 500},
                            {.criterion = "feasibility", .hundredths = 500},
                            {.criterion = "impact", .hundredths = last}};
  };
  EXPECT_TRUE(Judge(rules, {points(500)})->thresholds_met);
  EXPECT_FALSE(Judge(rules, {points(450)})->thresholds_met);
}

}  // namespace
}  // namespace kopa::programme
