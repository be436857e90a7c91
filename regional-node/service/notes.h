#ifndef KOPA_REGIONAL_NODE_SERVICE_NOTES_H_
#define KOPA_REGIONAL_NODE_SERVICE_NOTES_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"

namespace kopa::node {

using AddNoteDone = std::function<void(absl::StatusOr<region::v1::AddNoteResponse>)>;

// Seals a remark and lays it to an application. The calling thread reads the store, so it must be
// one that may; `done` runs once, on the committer's thread or a worker's, after all is on disk.
void AddNote(const Context& context, const std::string& actor,
             const region::v1::AddNoteRequest& request, AddNoteDone done);

// Opens the remarks on an application; none where it was erased. Thread-safe.
absl::StatusOr<region::v1::ListNotesResponse> ListNotes(
    const Context& context, const region::v1::ListNotesRequest& request);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_NOTES_H_
