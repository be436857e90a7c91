#ifndef KOPA_CLIENT_CLI_VERSION_H_
#define KOPA_CLIENT_CLI_VERSION_H_

#include <string>

namespace kopa::cli {

// "0.1.0", as the build says.
std::string Version();

// "kopa 0.1.0".
std::string VersionLine();

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_VERSION_H_
