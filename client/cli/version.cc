#include "client/cli/version.h"

#include "common/base/version.h"

namespace kopa::cli {

std::string Version() { return kVersion; }

std::string VersionLine() { return "kopa " + Version(); }

}  // namespace kopa::cli
