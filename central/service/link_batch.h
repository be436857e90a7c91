#ifndef KOPA_CENTRAL_SERVICE_LINK_BATCH_H_
#define KOPA_CENTRAL_SERVICE_LINK_BATCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "central/core/commands.h"
#include "kopa/national/v1/link.pb.h"

namespace kopa::central {

// Checks what can be checked of a batch by itself, away from the committer: each record's hash is
// recomputed, each follows the one before it, the first follows what the batch claims, and each
// public part parses without a field that this version does not know. Whether the batch fits on to
// what is applied is the core's to say.
//
// INVALID_ARGUMENT for a batch without records or with a first number of 0; DATA_LOSS naming the
// record otherwise.
absl::StatusOr<std::vector<RecordsCommand::Record>> TakeBatch(national::v1::RecordBatch&& batch);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_LINK_BATCH_H_
