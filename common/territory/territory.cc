#include "common/territory/territory.h"

#include <algorithm>
#include <set>

#include "common/base/status.h"
#include "common/territory/municipality_faults.h"

namespace kopa {

struct Territory::Share {
  NodeId node;
  const Municipality* municipality;
  std::vector<std::string> units;
};

absl::StatusOr<Territory> Territory::Load(absl::Span<const EmbeddedFile> files) {
  ASSIGN_OR_RETURN(TerritoryTables tables, LoadTerritoryTables(files));
  Territory territory;
  territory.municipalities_ = std::move(tables.municipalities);
  territory.successions_ = std::move(tables.successions);
  std::set<NodeId> nodes;
  for (NodePeriod& period : tables.node_periods) {
    nodes.insert(period.node);
    territory.periods_by_unit_[period.unit_id].push_back(period);
  }
  territory.nodes_.assign(nodes.begin(), nodes.end());
  RETURN_IF_ERROR(territory.BuildIndexes());
  return territory;
}

absl::Status Territory::BuildIndexes() {
  for (const Municipality& municipality : municipalities_) {
    std::set<std::string> texts(municipality.other_names.begin(), municipality.other_names.end());
    texts.insert(municipality.name);
    texts.insert(municipality.official_name);
    for (const std::string& text : texts) {
      ASSIGN_OR_RETURN(FoldedText folded, FoldedText::Of(text));
      names_by_bases_[folded.bases()].push_back(names_.size());
      names_.push_back({std::move(folded), &municipality});
    }
  }
  return absl::OkStatus();
}

const Municipality* Territory::Find(absl::string_view code) const {
  const auto found =
      std::lower_bound(municipalities_.begin(), municipalities_.end(), code,
                       [](const Municipality& municipality, absl::string_view wanted) {
                         return municipality.code < wanted;
                       });
  return found != municipalities_.end() && found->code == code ? &*found : nullptr;
}

std::vector<const Municipality*> Territory::All(absl::CivilDay day) const {
  std::vector<const Municipality*> valid;
  for (const Municipality& municipality : municipalities_) {
    if (municipality.ValidOn(day)) valid.push_back(&municipality);
  }
  return valid;
}

absl::Span<const SuccessionRow> Territory::RowsFrom(const std::string& code) const {
  struct ByFrom {
    bool operator()(const SuccessionRow& row, const std::string& from) { return row.from < from; }
    bool operator()(const std::string& from, const SuccessionRow& row) { return from < row.from; }
  };
  const auto [first, last] =
      std::equal_range(successions_.begin(), successions_.end(), code, ByFrom());
  return absl::MakeConstSpan(successions_)
      .subspan(static_cast<size_t>(first - successions_.begin()),
               static_cast<size_t>(last - first));
}

void Territory::CollectShares(const Municipality& municipality, absl::CivilDay day,
                              const std::vector<std::string>& units,
                              std::vector<Share>* shares) const {
  if (const auto found = periods_by_unit_.find(municipality.unit_id);
      found != periods_by_unit_.end()) {
    for (const NodePeriod& period : found->second) {
      if (!period.Covers(day)) continue;
      shares->push_back({period.node, &municipality, units});
      return;
    }
  }
  for (const SuccessionRow& row : RowsFrom(municipality.code)) {
    CollectShares(*Find(row.to), std::max(day, row.effective), units.empty() ? row.units : units,
                  shares);
  }
}

absl::StatusOr<NodeId> Territory::NodeOf(const Municipality& municipality,
                                         absl::CivilDay day) const {
  std::vector<Share> shares;
  CollectShares(municipality, day, {}, &shares);
  if (shares.empty()) {
    return absl::FailedPreconditionError(NoNodeMessage(municipality, day));
  }
  const bool same = std::all_of(shares.begin(), shares.end(),
                                [&](const Share& share) { return share.node == shares[0].node; });
  if (same) return shares[0].node;
  std::vector<NodeCandidate> candidates;
  for (const Share& share : shares) {
    candidates.push_back({share.municipality, share.node, share.units});
  }
  return ToStatus(SeveralNodes(municipality, candidates));
}

void Territory::CollectSuccessors(const Successor& from, absl::CivilDay day,
                                  std::vector<Successor>* successors) const {
  if (from.municipality->ValidOn(day)) {
    successors->push_back(from);
    return;
  }
  for (const SuccessionRow& row : RowsFrom(from.municipality->code)) {
    if (day < row.effective) continue;
    Successor next{.municipality = Find(row.to), .extent = from.extent, .units = from.units};
    if (next.extent == Successor::Extent::kFull) {
      next.extent = row.extent;
      next.units = row.units;
    }
    CollectSuccessors(next, day, successors);
  }
}

std::vector<Successor> Territory::Successors(absl::string_view code, absl::CivilDay day) const {
  std::vector<Successor> found;
  const Municipality* municipality = Find(code);
  if (municipality == nullptr) return found;
  CollectSuccessors({.municipality = municipality}, day, &found);
  std::stable_sort(found.begin(), found.end(), [](const Successor& a, const Successor& b) {
    return a.municipality->code < b.municipality->code;
  });
  // Parts that met again later are one successor.
  std::vector<Successor> merged;
  for (Successor& successor : found) {
    if (merged.empty() || merged.back().municipality != successor.municipality) {
      merged.push_back(std::move(successor));
      continue;
    }
    std::vector<std::string>& units = merged.back().units;
    units.insert(units.end(), successor.units.begin(), successor.units.end());
  }
  if (merged.size() == 1) {
    merged[0].extent = Successor::Extent::kFull;
    merged[0].units.clear();
  }
  return merged;
}

std::vector<const Municipality*> Territory::Predecessors(absl::string_view code) const {
  std::vector<const Municipality*> predecessors;
  for (const SuccessionRow& row : successions_) {
    if (row.to == code) predecessors.push_back(Find(row.from));
  }
  return predecessors;
}

}  // namespace kopa
