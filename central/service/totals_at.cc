#include "central/service/totals_at.h"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "central/core/families.h"
#include "central/core/records.h"
#include "central/service/totals_rollup.h"
#include "common/base/status.h"
#include "common/journal/chain.h"

namespace kopa::central {

using ::kopa::national::v1::ApplicationSummary;
using ::kopa::national::v1::GetTotalsRequest;
using ::kopa::national::v1::GetTotalsResponse;

namespace {

constexpr uint64_t kAskEvery = 1024;

CellSums SumsOf(const ApplicationSummary& from) {
  Summary summary;
  summary.cell.status = static_cast<uint8_t>(from.status());
  summary.initiatives = static_cast<int32_t>(from.requested().initiatives());
  summary.requested_cents = from.requested().cents();
  summary.awarded = ledger::Amounts::FromProto(from.awarded());
  return summary.Sums();
}

// The applications of one call that one node's journal tells of: of each the newest summary.
class NodeTotals {
 public:
  NodeTotals(std::string node, std::string call) : node_(std::move(node)), call_(std::move(call)) {}

  void Apply(const ApplicationSummary& summary) {
    if (summary.call() != call_) return;
    Standing& standing = standings_[summary.application_id()];
    if (standing.cell != nullptr) standing.cell->sums -= standing.sums;
    standing.cell = &CellOf(summary);
    standing.sums = SumsOf(summary);
    standing.cell->sums += standing.sums;
  }

  // What it adds up to; points into this.
  void AppendTo(std::vector<LabelledCell>* cells) const {
    for (const auto& [key, cell] : cells_) cells->push_back({&cell.labels, cell.sums});
  }

 private:
  using CellName = std::tuple<std::string, int, std::string, std::string>;
  struct Cell {
    CellLabels labels;
    CellSums sums;
  };
  struct Standing {
    Cell* cell = nullptr;  // of cells_, whose elements stay where they are
    CellSums sums;
  };

  Cell& CellOf(const ApplicationSummary& summary) {
    const auto [found, is_new] = cells_.try_emplace(
        CellName(summary.municipality(), summary.status(), summary.applicant_type(),
                 absl::StrJoin(summary.activities(), ",")));
    if (is_new) {
      CellLabels& labels = found->second.labels;
      labels.node = node_;
      labels.municipality = summary.municipality();
      labels.status = summary.status();
      labels.applicant_type = summary.applicant_type();
      labels.activities = {summary.activities().begin(), summary.activities().end()};
    }
    return found->second;
  }

  const std::string node_;
  const std::string call_;
  std::map<CellName, Cell> cells_;
  absl::flat_hash_map<std::string, Standing> standings_;
};

// Up to where each node's journal counts.
using Positions = std::map<std::string, uint64_t>;

absl::StatusOr<Positions> PositionsOf(const storage::View& view, const GetTotalsRequest& request) {
  Positions positions;
  const auto nodes = view.Scan(kNode, "", "");
  for (; nodes->Valid(); nodes->Next()) {
    ASSIGN_OR_RETURN(const NodeRecord record, NodeRecord::Parse(nodes->value()));
    positions[std::string(nodes->key())] = record.applied.seq.value();
  }
  RETURN_IF_ERROR(nodes->status());
  Positions asked;
  for (const national::v1::NodePosition& position : request.at()) {
    const auto applied = positions.find(position.node());
    if (applied == positions.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "at: there is no node \"", position.node(), "\"; known are ",
          absl::StrJoin(positions, ", ",
                        [](std::string* out, const auto& one) { out->append(one.first); })));
    }
    if (position.seq() > applied->second) {
      return absl::InvalidArgumentError(absl::StrCat("at: of ", position.node(), " records 1 to ",
                                                     applied->second, " are here, not ",
                                                     position.seq()));
    }
    if (!asked.emplace(position.node(), position.seq()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("at: ", position.node(), " is there more than once"));
    }
  }
  for (const auto& [node, seq] : asked) positions[node] = seq;
  return positions;
}

absl::Status Fold(const storage::View& view, const NodeId& node, uint64_t last,
                  const std::function<bool()>& cancelled, NodeTotals* totals) {
  journal::Head head;
  const auto records =
      view.Scan(kNodeJournal, NodeSeqKey(node, Seq(1)), NodeSeqKey(node, Seq(last).Next()));
  for (; records->Valid(); records->Next()) {
    if (head.seq.value() % kAskEvery == 0 && cancelled()) {
      return absl::CancelledError("the recomputation was called off");
    }
    national::v1::JournalRecord record;
    if (!record.ParseFromArray(records->value().data(),
                               static_cast<int>(records->value().size()))) {
      return absl::DataLossError(
          absl::StrCat("record ", head.seq.Next().value(), " does not parse"));
    }
    RETURN_IF_ERROR(journal::Follow(head, record));
    national::v1::PublicRecord what;
    RETURN_IF_ERROR(journal::ParsePublic(record, &what));
    if (what.has_application_changed()) totals->Apply(what.application_changed().summary());
  }
  RETURN_IF_ERROR(records->status());
  if (head.seq.value() == last) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("record ", head.seq.Next().value(), " is gone"));
}

}  // namespace

absl::StatusOr<GetTotalsResponse> TotalsAt(const NationalView& view, const storage::Store& store,
                                           const GetTotalsRequest& request,
                                           const std::function<bool()>& cancelled) {
  ASSIGN_OR_RETURN(const TotalsDimensions by, ParseDimensions(request.by()));
  national::v1::GetCallRequest known;
  known.set_call(request.call());
  RETURN_IF_ERROR(view.GetCall(known).status());
  const auto snapshot = store.Snapshot();
  ASSIGN_OR_RETURN(const Positions positions, PositionsOf(*snapshot, request));

  std::deque<NodeTotals> nodes;
  std::vector<LabelledCell> cells;
  for (const auto& [node, seq] : positions) {
    NodeTotals& totals = nodes.emplace_back(node, request.call());
    if (absl::Status folded = Fold(*snapshot, NodeId(node), seq, cancelled, &totals);
        !folded.ok()) {
      return Annotate(folded, absl::StrCat("the journal of ", node));
    }
    totals.AppendTo(&cells);
  }
  GetTotalsResponse response;
  response.set_call(request.call());
  RollUp(cells, by, view.territory(), &response);
  view.FillFreshness(response.mutable_freshness());
  for (national::v1::NodeFreshness& freshness : *response.mutable_freshness()) {
    const auto position = positions.find(freshness.node());
    // A node that joined meanwhile has no part in this.
    freshness.set_applied_seq(position == positions.end() ? 0 : position->second);
  }
  return response;
}

}  // namespace kopa::central
