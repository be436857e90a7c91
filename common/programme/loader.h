#ifndef KOPA_COMMON_PROGRAMME_LOADER_H_
#define KOPA_COMMON_PROGRAMME_LOADER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/embedded.h"
#include "common/territory/territory.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::programme {

// Definitions of calls from their files: textproto of kopa.programme.v1.Call, one call a file,
// named
// "<id>.textproto". Errors are INVALID_ARGUMENT, one line for each: "file:line:column: field:
// message", and the same as faults (code BAD_CALL).

// One file. Checked as FindCallFaults() says, that the file is named after the call, and that it is
// not closed, which only the centre does to a call that it has published; all faults at once,
// unless the text is no textproto. `territory` may be null.
absl::StatusOr<v1::Call> ParseCall(absl::string_view file_name, absl::string_view text,
                                   const Territory* territory = nullptr);

// A whole set (kopa::programme_data::Files(), or an operator's own), sorted by id. On top of the
// above, ids must differ and required_team_call must name a team call of the set.
absl::StatusOr<std::vector<v1::Call>> LoadCalls(absl::Span<const EmbeddedFile> files,
                                                const Territory* territory = nullptr);

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_LOADER_H_
