#ifndef KOPA_COMMON_BASE_EMBEDDED_H_
#define KOPA_COMMON_BASE_EMBEDDED_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kopa {

// A file that was compiled into the program, so that binaries run from any folder.
// scripts/cmake/Embed.cmake writes the tables; each defines `Files()` in its own namespace.
struct EmbeddedFile {
  absl::string_view path;  // relative, with '/'
  absl::string_view bytes;
};

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_EMBEDDED_H_
