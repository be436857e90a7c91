#ifndef KOPA_CENTRAL_COMMANDS_DEFINITIONS_H_
#define KOPA_CENTRAL_COMMANDS_DEFINITIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/territory/territory.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

// The definitions of calls to serve, checked, sorted by id: every *.textproto file in `folder`, or
// the embedded ones where that is empty. INVALID_ARGUMENT with file, line and field where one is
// wrong; NOT_FOUND where the folder is not there or has none.
absl::StatusOr<std::vector<programme::v1::Call>> LoadDefinitions(const std::string& folder,
                                                                 const Territory& territory);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_COMMANDS_DEFINITIONS_H_
