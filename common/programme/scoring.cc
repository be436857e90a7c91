#include "common/programme/scoring.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/programme/decimals.h"

namespace kopa::programme {
namespace {

const v1::Criterion* FindCriterion(const v1::Evaluation& rules, absl::string_view id) {
  for (const v1::Criterion& criterion : rules.criteria()) {
    if (criterion.id() == id) return &criterion;
  }
  return nullptr;
}

std::string CriteriaNames(const v1::Evaluation& rules) {
  return absl::StrJoin(rules.criteria(), ", ", [](std::string* out, const v1::Criterion& c) {
    absl::StrAppend(out, c.id());
  });
}

Fault UnknownCriterion(const v1::Evaluation& rules, const std::string& id) {
  const std::string names = CriteriaNames(rules);
  return {.field = id,
          .code = "UNKNOWN_CRITERION",
          .message = absl::StrCat("the call has no such criterion; it has ", names),
          .message_lv = absl::StrCat("Konkursam nav šāda kritērija; ir ", names, ".")};
}

// At most one fault of the points themselves: off step and out of range at once says nothing more.
void CheckOnePoints(const v1::Criterion& criterion, int64_t hundredths,
                    std::vector<Fault>* faults) {
  const std::string most = FormatHundredths(criterion.max_hundredths());
  if (hundredths < 0 || hundredths > criterion.max_hundredths()) {
    faults->push_back({.field = criterion.id(),
                       .code = "SCORE_OUT_OF_RANGE",
                       .message = absl::StrCat("points run from 0 to ", most),
                       .message_lv = absl::StrCat("Punkti ir no 0 līdz ", most, ".")});
  } else if (criterion.step_hundredths() > 0 && hundredths % criterion.step_hundredths() != 0) {
    const std::string step = FormatHundredths(criterion.step_hundredths());
    faults->push_back({.field = criterion.id(),
                       .code = "SCORE_OFF_STEP",
                       .message = absl::StrCat("points go in steps of ", step),
                       .message_lv = absl::StrCat("Punktu solis ir ", step, ".")});
  }
}

std::string BelowLeast(absl::string_view what, int64_t has, int64_t least) {
  return absl::StrCat(what, " has ", FormatHundredths(has), has == 100 ? " point" : " points",
                      ", at least ", FormatHundredths(least), least == 100 ? " is" : " are",
                      " needed");
}

// The form that goes with the number: zero, one and other of CLDR for "lv".
absl::string_view PointsLatvian(int64_t hundredths) {
  if (hundredths % 100 != 0) return "punkti";
  const int64_t last_two = hundredths / 100 % 100;
  if (last_two % 10 == 0 || (last_two > 10 && last_two < 20)) return "punktu";
  return last_two % 10 == 1 ? "punkts" : "punkti";
}

std::string BelowLeastLatvian(absl::string_view what, int64_t has, int64_t least) {
  return absl::StrCat(what, ": ", FormatHundredths(has), " ", PointsLatvian(has), ", vajag vismaz ",
                      FormatHundredths(least), ".");
}

// One value out of several evaluations, exactly: sum / parts.
struct Combined {
  int64_t sum = 0;
  int64_t parts = 1;

  int64_t RoundedDown() const { return sum / parts; }
  bool IsBelow(int64_t least) const { return sum < least * parts; }
};

Combined Mean(const std::vector<int64_t>& values) {
  Combined mean{0, static_cast<int64_t>(values.size())};
  for (const int64_t value : values) mean.sum += value;
  return mean;
}

// The middle one, or the mean of the two in the middle.
Combined Median(std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return {values[middle], 1};
  return {values[middle - 1] + values[middle], 2};
}

// `lowest`: which of the values belongs to the evaluation with the lowest total.
Combined Combine(v1::Combination combination, std::vector<int64_t> values, size_t lowest) {
  switch (combination) {
    case v1::COMBINATION_MEDIAN:
      return Median(std::move(values));
    case v1::COMBINATION_LOWEST:
      return {values[lowest], 1};
    default:
      return Mean(values);
  }
}

// Points that each evaluation gives for the criterion; all were checked to have it once.
std::vector<int64_t> PointsFor(absl::Span<const EvaluationPoints> evaluations,
                               const std::string& criterion) {
  std::vector<int64_t> values;
  values.reserve(evaluations.size());
  for (const EvaluationPoints& points : evaluations) {
    for (const CriterionPoints& given : points) {
      if (given.criterion == criterion) values.push_back(given.hundredths);
    }
  }
  return values;
}

void TestThreshold(absl::string_view what, absl::string_view what_lv, const Combined& has,
                   int64_t least, Outcome* outcome) {
  if (!has.IsBelow(least)) return;
  outcome->why.push_back(BelowLeast(what, has.RoundedDown(), least));
  outcome->why_lv.push_back(BelowLeastLatvian(what_lv, has.RoundedDown(), least));
}

}  // namespace

std::vector<Fault> CheckPoints(const v1::Evaluation& rules,
                               absl::Span<const CriterionPoints> points) {
  std::vector<Fault> faults;
  for (size_t i = 0; i < points.size(); ++i) {
    const v1::Criterion* criterion = FindCriterion(rules, points[i].criterion);
    if (criterion == nullptr) {
      faults.push_back(UnknownCriterion(rules, points[i].criterion));
      continue;
    }
    bool repeated = false;
    for (size_t j = 0; j < i; ++j) {
      repeated = repeated || points[j].criterion == points[i].criterion;
    }
    if (repeated) {
      faults.push_back({.field = criterion->id(),
                        .code = "DUPLICATE_SCORE",
                        .message = "the criterion has points twice",
                        .message_lv = "Kritērijam punkti doti divreiz."});
      continue;
    }
    CheckOnePoints(*criterion, points[i].hundredths, &faults);
  }
  for (const v1::Criterion& criterion : rules.criteria()) {
    bool found = false;
    for (const CriterionPoints& given : points) found = found || given.criterion == criterion.id();
    if (!found) {
      faults.push_back({.field = criterion.id(),
                        .code = "MISSING_SCORE",
                        .message = "the criterion has no points",
                        .message_lv = "Kritērijam nav punktu."});
    }
  }
  return faults;
}

absl::StatusOr<int64_t> TotalHundredths(const v1::Evaluation& rules,
                                        absl::Span<const CriterionPoints> points) {
  const std::vector<Fault> faults = CheckPoints(rules, points);
  if (!faults.empty()) {
    return WithFaults(absl::InvalidArgumentError(
                          absl::StrCat("criterion ", faults[0].field, ": ", faults[0].message)),
                      faults);
  }
  int64_t total = 0;
  // Checked points are at most the maxima, and CheckCall() has seen that those add up.
  for (const CriterionPoints& given : points) total += given.hundredths;
  return total;
}

absl::StatusOr<Outcome> Judge(const v1::Evaluation& rules,
                              absl::Span<const EvaluationPoints> evaluations) {
  if (evaluations.empty()) return absl::InvalidArgumentError("there is no evaluation yet");
  std::vector<int64_t> totals;
  totals.reserve(evaluations.size());
  for (const EvaluationPoints& points : evaluations) {
    ASSIGN_OR_RETURN(const int64_t total, TotalHundredths(rules, points));
    totals.push_back(total);
  }
  // The first among equals.
  const size_t lowest =
      static_cast<size_t>(std::min_element(totals.begin(), totals.end()) - totals.begin());
  Outcome outcome;
  for (const v1::Criterion& criterion : rules.criteria()) {
    const Combined points =
        Combine(rules.combination(), PointsFor(evaluations, criterion.id()), lowest);
    outcome.criteria.push_back({.criterion = criterion.id(), .hundredths = points.RoundedDown()});
    TestThreshold(absl::StrCat("criterion ", criterion.id()),
                  absl::StrCat("Kritērijs ", criterion.id()), points, criterion.min_hundredths(),
                  &outcome);
  }
  const Combined total = Combine(rules.combination(), std::move(totals), lowest);
  outcome.total_hundredths = total.RoundedDown();
  TestThreshold("the total", "Kopā", total, rules.min_total_hundredths(), &outcome);
  outcome.thresholds_met = outcome.why.empty();
  return outcome;
}

absl::Status RequireThresholds(const Outcome& outcome) {
  if (outcome.thresholds_met) return absl::OkStatus();
  std::vector<Fault> faults;
  for (size_t i = 0; i < outcome.why.size(); ++i) {
    faults.push_back({.field = "score",
                      .code = "THRESHOLD_NOT_MET",
                      .message = outcome.why[i],
                      .message_lv = outcome.why_lv[i]});
  }
  return WithFaults(absl::FailedPreconditionError(absl::StrJoin(outcome.why, "; ")), faults);
}

}  // namespace kopa::programme
