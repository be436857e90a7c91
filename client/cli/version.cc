#include "client/cli/version.h"

namespace kopa::cli {

std::string Version() { return KOPA_VERSION; }

std::string VersionLine() { return "kopa " + Version(); }

}  // namespace kopa::cli
