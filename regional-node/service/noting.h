#ifndef KOPA_REGIONAL_NODE_SERVICE_NOTING_H_
#define KOPA_REGIONAL_NODE_SERVICE_NOTING_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/engine/committer.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"

namespace kopa::node {

// What the handlers have in common that lay something to applications: remarks, documents,
// assignments and conflicts of interest. For threads that may read the store, unless said.

// Which request it is. `content` is all that a retry must have in common with it.
absl::StatusOr<RequestKey> MakeRequestKey(const Context& context, absl::string_view kind,
                                          absl::string_view actor, absl::string_view request_id,
                                          absl::string_view content);

// NOT_FOUND with a fault where this node has no such application.
absl::Status CheckApplicationExists(const storage::View& view, const ApplicationId& id);

// A fault as the status of a whole call: NOT_FOUND for an unknown application, else
// FAILED_PRECONDITION.
absl::Status StatusOfFault(const Fault& fault);

// One required field of text in normal form. INVALID_ARGUMENT with the faults MISSING_FIELD,
// BAD_TEXT or TOO_LONG. Any thread.
absl::StatusOr<std::string> CheckedText(absl::string_view field, absl::string_view text,
                                        size_t characters_max, bool line_breaks);

using RepliesDone = std::function<void(absl::StatusOr<std::vector<DecisionReply>>)>;

// Queues a NoteCommand or ConflictCommand. `done` runs once: on the committer's thread after the
// command is durable, or on a worker's where the answer is one of the past, whose receipts lie in
// the store.
void QueueNoting(const Context& context, engine::Lane lane, NodeCommand command, RepliesDone done);

// The receipt of a reply. Reads the store only for an answer of the past.
region::v1::Receipt ReceiptOf(const Context& context, const DecisionReply& reply);

// What became of one application of a request.
void FillResult(const Context& context, const DecisionReply& reply,
                region::v1::DecisionResult* result);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_NOTING_H_
