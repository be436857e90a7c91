#ifndef KOPA_CLIENT_CLI_PRIVATE_FILE_H_
#define KOPA_CLIENT_CLI_PRIVATE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kopa::cli {

// Writes a file that only its owner may read (0600). One that is there is replaced with `replace`
// only; else ALREADY_EXISTS, and nothing is touched.
absl::Status WritePrivateFile(const std::string& path, absl::string_view content, bool replace);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_PRIVATE_FILE_H_
