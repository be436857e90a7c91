#ifndef KOPA_CENTRAL_SERVICE_TOTALS_AT_H_
#define KOPA_CENTRAL_SERVICE_TOTALS_AT_H_

#include <functional>

#include "absl/status/statusor.h"
#include "central/service/national_view.h"
#include "common/storage/store.h"
#include "kopa/national/v1/service.pb.h"

namespace kopa::central {

// Totals of a call up to the places of `request.at()`, made from nothing but the stored journals,
// whose chains are followed on the way: whoever has the same records gets the same answer. Up to
// what is applied it is the live answer, byte by byte. Reads every record up to there, so it is for
// a worker's thread; `cancelled` is asked now and then.
//
// INVALID_ARGUMENT for a node that is unknown or named twice, for a place beyond what is applied
// and for dimensions as GetTotals; NOT_FOUND for an unknown call; CANCELLED; DATA_LOSS where the
// records do not follow one another.
absl::StatusOr<national::v1::GetTotalsResponse> TotalsAt(
    const NationalView& view, const storage::Store& store,
    const national::v1::GetTotalsRequest& request, const std::function<bool()>& cancelled);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_TOTALS_AT_H_
