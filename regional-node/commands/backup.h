#ifndef KOPA_REGIONAL_NODE_COMMANDS_BACKUP_H_
#define KOPA_REGIONAL_NODE_COMMANDS_BACKUP_H_

#include <ostream>

#include "absl/status/status.h"
#include "common/operations/store_kind.h"
#include "common/settings/settings.h"

namespace kopa::node {

// A node's store, for backups while it runs and at rest.
operations::StoreKind NodeStoreKind();

// `backup` and `restore`; common/operations/backup_command.h has what they do.
absl::Status BackUpNode(const settings::Settings& settings, std::ostream& out);
absl::Status RestoreNode(const settings::Settings& settings, std::ostream& out);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_BACKUP_H_
