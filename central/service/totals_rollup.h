#ifndef KOPA_CENTRAL_SERVICE_TOTALS_ROLLUP_H_
#define KOPA_CENTRAL_SERVICE_TOTALS_ROLLUP_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "central/core/totals.h"
#include "common/territory/territory.h"
#include "google/protobuf/repeated_field.h"
#include "kopa/national/v1/service.pb.h"

namespace kopa::central {

// What a cell stands for, in names.
struct CellLabels {
  std::string node;
  std::string municipality;
  national::v1::ApplicationStatus status = national::v1::APPLICATION_STATUS_UNSPECIFIED;
  std::string applicant_type;
  std::vector<std::string> activities;
};

struct LabelledCell {
  const CellLabels* labels = nullptr;  // of the view, which outlives every answer
  CellSums sums;
};

using TotalsDimensions = std::set<national::v1::TotalsDimension>;

// INVALID_ARGUMENT where a dimension comes twice, is unspecified or unknown.
absl::StatusOr<TotalsDimensions> ParseDimensions(
    const google::protobuf::RepeatedField<int>& dimensions);

// Sums the cells of one call up by the dimensions, into `rows` and `total`. By activity an
// application counts in each of its activities (one without any under the empty name), so those
// rows add up to more than `total`, which counts every application once. Without dimensions there
// is exactly one row.
void RollUp(absl::Span<const LabelledCell> cells, const TotalsDimensions& by,
            const Territory& territory, national::v1::GetTotalsResponse* response);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_TOTALS_ROLLUP_H_
