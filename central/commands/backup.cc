#include "central/commands/backup.h"

#include "central/core/families.h"
#include "central/core/records.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/operations/backup_command.h"

namespace kopa::central {
namespace {

constexpr char kProgram[] = "kopa-central";

absl::StatusOr<operations::StoreIdentity> Identify(const storage::View& view) {
  const auto stored = view.Get(kMeta, kCentralStateKey);
  if (absl::IsNotFound(stored.status())) {
    return absl::NotFoundError("the store is empty: no centre has served from it yet");
  }
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(const CentralState state, CentralState::Parse(*stored));
  return operations::StoreIdentity{kProgram, state.head};
}

}  // namespace

operations::StoreKind CentralStoreKind() {
  operations::StoreKind kind;
  kind.program = kProgram;
  kind.families = FamilyNames();
  kind.identify = Identify;
  kind.after_backup = {"keys are not in it: keep the server's key files apart from its backups"};
  kind.after_restore = {
      "at its next start the centre begins a new incarnation: it allots nothing before every node "
      "has reported what it did meanwhile",
      "a ranking that was applied and had not reached its nodes is gone: look at it and apply it "
      "again"};
  return kind;
}

absl::Status BackUpCentre(const settings::Settings& settings, std::ostream& out) {
  return operations::RunBackup(CentralStoreKind(), settings, out);
}

absl::Status RestoreCentre(const settings::Settings& settings, std::ostream& out) {
  return operations::RunRestore(CentralStoreKind(), settings, SystemClock().Now(), out);
}

}  // namespace kopa::central
