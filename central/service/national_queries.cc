#include "central/service/national_queries.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "central/core/application_keys.h"
#include "central/core/families.h"
#include "central/core/national_findings.h"
#include "central/core/ranking.h"
#include "common/base/status.h"

namespace kopa::central {
namespace {

// An answer stays below what a message may have.
constexpr size_t kFindingsBytesMax = 3 * 1024 * 1024;

}  // namespace

absl::StatusOr<national::v1::RankCallResponse> RankNow(const NationalView& view,
                                                       const storage::Store& store,
                                                       const std::string& call) {
  ASSIGN_OR_RETURN(const NationalView::RankingBasis basis, view.BasisOf(call));
  const auto snapshot = store.Snapshot();
  ApplicationFinder finder(*snapshot);
  std::set<NodeId> retired;
  for (const NodeId& node : view.Nodes()) {
    const auto known = view.FindNode(node);
    if (known.has_value() && known->state() == national::v1::NODE_STATE_RETIRED) {
      retired.insert(node);
    }
  }
  std::vector<Candidate> candidates;
  RETURN_IF_ERROR(finder.ForEach(CallId(call), [&](FoundApplication&& found) {
    auto candidate = CandidateOf(basis.definition, found.id, found.stored.summary, finder.names(),
                                 found.stored.pending, basis.decisions.Find(found.id));
    if (!candidate.has_value()) return;
    // As when it is applied: nobody is left at a retired node to take a decision over.
    if (!candidate->has_award && retired.contains(candidate->node)) return;
    candidate->organisation = std::move(found.stored.details.organisation);
    candidates.push_back(*std::move(candidate));
  }));
  const Ranking ranking =
      Rank(basis.definition, std::move(candidates), basis.limits, basis.spendable);
  national::v1::RankCallResponse response = ToResponse(basis.definition, ranking, kRankingBytesMax);
  view.FillFreshness(response.mutable_freshness());
  return response;
}

absl::StatusOr<national::v1::ListFindingsResponse> FindingsNow(const NationalView& view,
                                                               const storage::Store& store,
                                                               const std::string& call) {
  ASSIGN_OR_RETURN(const NationalView::RankingBasis basis, view.BasisOf(call));
  ASSIGN_OR_RETURN(const auto awards, view.AwardsByMunicipality(call));
  ASSIGN_OR_RETURN(std::vector<national::v1::Finding> findings,
                   FindNationally(*store.Snapshot(), basis.definition, awards));
  national::v1::ListFindingsResponse response;
  size_t bytes = 0;
  for (national::v1::Finding& finding : findings) {
    bytes += finding.ByteSizeLong();
    if (bytes > kFindingsBytesMax) break;
    *response.add_findings() = std::move(finding);
  }
  view.FillFreshness(response.mutable_freshness());
  return response;
}

absl::Status FillOrganisations(const storage::Store& store,
                               national::v1::RankCallResponse* ranking) {
  std::vector<std::string> ids;
  for (const auto& row : ranking->rows()) ids.push_back(row.application_id());
  const auto summaries = store.Snapshot()->MultiGet(kSummary, ids);
  CellNames names;
  for (size_t i = 0; i < ids.size(); ++i) {
    RETURN_IF_ERROR(summaries[i].status());
    ASSIGN_OR_RETURN(StoredSummary stored, StoredSummary::Parse(names, *summaries[i]));
    ranking->mutable_rows(static_cast<int>(i))
        ->set_organisation(std::move(stored.details.organisation));
  }
  return absl::OkStatus();
}

}  // namespace kopa::central
