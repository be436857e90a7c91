#ifndef KOPA_COMMON_OPERATIONS_BACKUP_COMMAND_H_
#define KOPA_COMMON_OPERATIONS_BACKUP_COMMAND_H_

#include <ostream>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/operations/store_kind.h"
#include "common/settings/settings.h"

namespace kopa::operations {

// What `backup` and `restore` of either server take on the command line, beside the program's own.
std::vector<settings::SettingSpec> BackupSettings();
std::vector<settings::SubcommandSpec> BackupSubcommands();

// `backup --data-dir D --to DIR [--keep N]`: copies the store itself where no server runs on it,
// and asks the one that does otherwise; reads the copy again and compares checksums; then deletes
// all but the newest N. INVALID_ARGUMENT for what was called wrongly.
absl::Status RunBackup(const StoreKind& kind, const settings::Settings& settings,
                       std::ostream& out);

// `restore --data-dir D --from DIR [--backup-id N] [--force]`: checks the copy before anything is
// touched, and puts it in place as the last step, with the marker of common/server.
// FAILED_PRECONDITION where the data folder is in use or, without --force, not empty; with it the
// old one is kept as D.before-restore-<now>.
absl::Status RunRestore(const StoreKind& kind, const settings::Settings& settings, absl::Time now,
                        std::ostream& out);

}  // namespace kopa::operations

#endif  // KOPA_COMMON_OPERATIONS_BACKUP_COMMAND_H_
