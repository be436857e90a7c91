#include "central/commands/version.h"

#include "absl/strings/str_cat.h"

namespace kopa::central {

std::string Version() { return KOPA_VERSION; }

std::string VersionLine() {
  return absl::StrCat("kopa-central ", Version(), " (", KOPA_BUILD_TYPE, ", compiler ", __VERSION__,
                      ")");
}

}  // namespace kopa::central
