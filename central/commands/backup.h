#ifndef KOPA_CENTRAL_COMMANDS_BACKUP_H_
#define KOPA_CENTRAL_COMMANDS_BACKUP_H_

#include <ostream>

#include "absl/status/status.h"
#include "common/operations/store_kind.h"
#include "common/settings/settings.h"

namespace kopa::central {

// The centre's store, for backups while it runs and at rest.
operations::StoreKind CentralStoreKind();

// `backup` and `restore`; common/operations/backup_command.h has what they do.
absl::Status BackUpCentre(const settings::Settings& settings, std::ostream& out);
absl::Status RestoreCentre(const settings::Settings& settings, std::ostream& out);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_COMMANDS_BACKUP_H_
