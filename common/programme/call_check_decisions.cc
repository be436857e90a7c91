#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/programme/call_checker.h"

namespace kopa::programme {
namespace {

constexpr int32_t kAllBasisPoints = 10'000;

}  // namespace

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

}  // namespace kopa::programme
