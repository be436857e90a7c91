#ifndef KOPA_CLIENT_CLI_OUTLINE_H_
#define KOPA_CLIENT_CLI_OUTLINE_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cli/session.h"

namespace kopa::cli {

// One thing with many fields, for people: "name: value" a line, nested ones indented, empty ones
// left out. Control characters are shown as spaces.
std::string OutlineText(const Json& json);

// As JSON or as an outline. A usage error for CSV: this is no list.
absl::StatusOr<ExitCode> PrintOutline(Session& session, const Json& json);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_OUTLINE_H_
