#ifndef KOPA_CENTRAL_COMMANDS_VERSION_H_
#define KOPA_CENTRAL_COMMANDS_VERSION_H_

#include <string>

namespace kopa::central {

// "0.1.0".
std::string Version();

// "kopa-central 0.1.0 (Release, 12.2.0)": what `kopa-central version` prints.
std::string VersionLine();

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_COMMANDS_VERSION_H_
