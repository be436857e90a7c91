#include "central/service/totals_rollup.h"

#include <compare>
#include <map>

#include "absl/strings/str_cat.h"

namespace kopa::central {

using ::kopa::national::v1::TotalsDimension;
using ::kopa::national::v1::TotalsRow;

namespace {

// What a row is of; dimensions that were not asked for are empty. Orders rows as TotalsRow's fields
// do.
struct RowKey {
  std::string node;
  std::string municipality;
  int status = 0;
  std::string applicant_type;
  std::string activity;
  auto operator<=>(const RowKey&) const = default;
};

void SetSums(const CellSums& sums, TotalsRow* row) {
  row->set_applications(sums.applications);
  row->set_initiatives(sums.initiatives);
  row->set_requested_cents(sums.requested_cents);
  row->set_approved(sums.approved);
  row->set_approved_initiatives(sums.approved_initiatives);
  row->set_approved_cents(sums.approved_cents);
}

void SetKey(const RowKey& key, const Territory& territory, TotalsRow* row) {
  row->set_node(key.node);
  row->set_municipality(key.municipality);
  if (const Municipality* found = territory.Find(key.municipality)) {
    row->set_municipality_name(found->name);
  }
  row->set_status(static_cast<national::v1::ApplicationStatus>(key.status));
  row->set_applicant_type(key.applicant_type);
  row->set_activity(key.activity);
}

RowKey KeyOf(const CellLabels& labels, const TotalsDimensions& by) {
  RowKey key;
  if (by.contains(national::v1::TOTALS_DIMENSION_NODE)) key.node = labels.node;
  if (by.contains(national::v1::TOTALS_DIMENSION_MUNICIPALITY)) {
    key.municipality = labels.municipality;
  }
  if (by.contains(national::v1::TOTALS_DIMENSION_STATUS)) key.status = labels.status;
  if (by.contains(national::v1::TOTALS_DIMENSION_APPLICANT_TYPE)) {
    key.applicant_type = labels.applicant_type;
  }
  return key;
}

}  // namespace

absl::StatusOr<TotalsDimensions> ParseDimensions(
    const google::protobuf::RepeatedField<int>& dimensions) {
  TotalsDimensions by;
  for (const int number : dimensions) {
    if (!national::v1::TotalsDimension_IsValid(number) ||
        number == national::v1::TOTALS_DIMENSION_UNSPECIFIED) {
      return absl::InvalidArgumentError(absl::StrCat("by: there is no dimension ", number));
    }
    const auto dimension = static_cast<TotalsDimension>(number);
    if (!by.insert(dimension).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "by: ", national::v1::TotalsDimension_Name(dimension), " is there more than once"));
    }
  }
  return by;
}

void RollUp(absl::Span<const LabelledCell> cells, const TotalsDimensions& by,
            const Territory& territory, national::v1::GetTotalsResponse* response) {
  const bool by_activity = by.contains(national::v1::TOTALS_DIMENSION_ACTIVITY);
  std::map<RowKey, CellSums> rows;
  CellSums total;
  for (const LabelledCell& cell : cells) {
    if (cell.sums.IsZero()) continue;  // its applications have moved on to other cells
    total += cell.sums;
    RowKey key = KeyOf(*cell.labels, by);
    if (!by_activity || cell.labels->activities.empty()) {
      rows[key] += cell.sums;
      continue;
    }
    for (const std::string& activity : cell.labels->activities) {
      key.activity = activity;
      rows[key] += cell.sums;
    }
  }
  if (by.empty()) rows.try_emplace(RowKey());
  for (const auto& [key, sums] : rows) {
    TotalsRow* row = response->add_rows();
    SetKey(key, territory, row);
    SetSums(sums, row);
  }
  SetSums(total, response->mutable_total());
}

}  // namespace kopa::central
