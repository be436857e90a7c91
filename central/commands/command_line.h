#ifndef KOPA_CENTRAL_COMMANDS_COMMAND_LINE_H_
#define KOPA_CENTRAL_COMMANDS_COMMAND_LINE_H_

#include "common/settings/settings.h"

namespace kopa::central {

// What `kopa-central` takes on its command line.
settings::CommandLine CentralCommandLine();

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_COMMANDS_COMMAND_LINE_H_
