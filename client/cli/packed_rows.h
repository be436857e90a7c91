#ifndef KOPA_CLIENT_CLI_PACKED_ROWS_H_
#define KOPA_CLIENT_CLI_PACKED_ROWS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kopa::cli {

// Cells of rows in one text, which takes a third of their memory: most are kept only until their
// application is in.
//   rows = row*   row = count:u32 cell*   cell = length:u32 bytes
std::string PackRows(const std::vector<std::vector<std::string>>& rows);
std::vector<std::vector<std::string>> UnpackRows(absl::string_view packed);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_PACKED_ROWS_H_
