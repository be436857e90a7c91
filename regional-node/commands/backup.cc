#include "regional-node/commands/backup.h"

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/operations/backup_command.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_state.h"

namespace kopa::node {
namespace {

constexpr char kProgram[] = "kopa-node";

absl::StatusOr<operations::StoreIdentity> Identify(const storage::View& view) {
  const auto stored = view.Get(kMeta, kNodeStateKey);
  if (absl::IsNotFound(stored.status())) {
    return absl::NotFoundError("the store is empty: no node has served from it yet");
  }
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(const NodeState state, NodeState::Parse(*stored));
  return operations::StoreIdentity{absl::StrCat(kProgram, " ", state.node.value()), state.head};
}

}  // namespace

operations::StoreKind NodeStoreKind() {
  operations::StoreKind kind;
  kind.program = kProgram;
  kind.families = FamilyNames();
  kind.identify = Identify;
  kind.after_backup = {
      "key file, key store and fence file are not in it: keep key file and key store apart, each "
      "in a place of its own; never put an old fence file back"};
  kind.after_restore = {
      "key file, key store and fence file are those that lie beside the data folder: leave them, "
      "or put the newest key file and key store back",
      "where the fence file says that this copy is the newest, the node goes on, and spends once "
      "the "
      "centre has confirmed its journal; otherwise it is FENCED: run `kopa-node rejoin`",
      "erasures of persons since the backup must be replayed before anybody reads from it"};
  return kind;
}

absl::Status BackUpNode(const settings::Settings& settings, std::ostream& out) {
  return operations::RunBackup(NodeStoreKind(), settings, out);
}

absl::Status RestoreNode(const settings::Settings& settings, std::ostream& out) {
  operations::StoreKind kind = NodeStoreKind();
  const std::string& node = settings.GetString("node");
  if (!node.empty()) kind.owner = absl::StrCat(kProgram, " ", node);
  return operations::RunRestore(kind, settings, SystemClock().Now(), out);
}

}  // namespace kopa::node
