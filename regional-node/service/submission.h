#ifndef KOPA_REGIONAL_NODE_SERVICE_SUBMISSION_H_
#define KOPA_REGIONAL_NODE_SERVICE_SUBMISSION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/engine/committer.h"
#include "google/protobuf/repeated_field.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"

namespace kopa::node {

// Most applications in one request, and most bytes.
inline constexpr int kBatchApplicationsMax = 1000;
inline constexpr size_t kBatchBytesMax = 1024 * 1024;

// What one request hands in.
struct Submission {
  std::string actor;
  std::string request_id;  // as it came: 16 bytes or empty
  std::string call;
  bool dry_run = false;
  google::protobuf::RepeatedPtrField<region::v1::ApplicationInput> applications;
};

using SubmissionResults = std::vector<region::v1::SubmitResult>;
using SubmissionDone = std::function<void(absl::StatusOr<SubmissionResults>)>;

// Checks, seals and hands in. Checking and sealing run on the calling thread; `done` runs once, on
// the committer's thread or a worker's, after what was accepted is on disk. An error is of the
// request as a whole; faults of single applications are in their results.
void Submit(const Context& context, engine::Lane lane, Submission submission, SubmissionDone done);

// INVALID_ARGUMENT unless empty or 16 bytes; the nil id for empty.
absl::StatusOr<Uuid> ParseRequestId(absl::string_view bytes);

// The earlier answer to this request id, if any; ALREADY_EXISTS where that request had other
// content, INVALID_ARGUMENT where the id is too old to be known by it.
absl::StatusOr<std::optional<RequestEntry>> FindEarlier(const Context& context,
                                                        const RequestKey& request);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_SUBMISSION_H_
