#ifndef KOPA_CENTRAL_SERVICE_NATIONAL_QUERIES_H_
#define KOPA_CENTRAL_SERVICE_NATIONAL_QUERIES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "central/service/national_view.h"
#include "common/storage/store.h"
#include "kopa/national/v1/service.pb.h"

namespace kopa::central {

// Answers that are made of applications one by one, from a snapshot of the store: for a worker's
// thread, as they take milliseconds to seconds. NOT_FOUND for an unknown call; DATA_LOSS where what
// is stored does not parse.

absl::StatusOr<national::v1::RankCallResponse> RankNow(const NationalView& view,
                                                       const storage::Store& store,
                                                       const std::string& call);

absl::StatusOr<national::v1::ListFindingsResponse> FindingsNow(const NationalView& view,
                                                               const storage::Store& store,
                                                               const std::string& call);

// Puts in the names of the organisations, which the core does not keep.
absl::Status FillOrganisations(const storage::Store& store,
                               national::v1::RankCallResponse* ranking);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_NATIONAL_QUERIES_H_
