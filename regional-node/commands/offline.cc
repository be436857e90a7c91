#include "regional-node/commands/offline.h"

#include <memory>
#include <string>

#include "common/base/status.h"
#include "common/engine/committer.h"
#include "common/rpc/limits.h"
#include "common/server/data_folder.h"
#include "common/storage/store.h"
#include "regional-node/commands/command_line.h"
#include "regional-node/commands/stores.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"
#include "regional-node/core/node_state.h"
#include "regional-node/core/verify.h"
#include "regional-node/service/decisions.h"
#include "regional-node/service/link_client.h"
#include "regional-node/service/request_pruner.h"
#include "regional-node/service/submission.h"
#include "regional-node/vault/key_store.h"

namespace kopa::node {

namespace {

// Looks into the key store. Null where there is none beside the folder: a copy of the data may be
// looked at without it.
KeyLost KeysOf(const settings::Settings& settings, std::ostream& out) {
  const std::string path = KeyStorePath(settings);
  auto opened = OpenKeyStoreReadOnly(path);
  if (absl::IsNotFound(opened.status()) && settings.GetString("key-store").empty()) {
    out << "there is no key store at " << path << ": keys are not looked for\n";
    return nullptr;
  }
  if (!opened.ok()) {
    return
        [status = opened.status()](const ApplicationId&) -> absl::StatusOr<bool> { return status; };
  }
  const std::shared_ptr<const storage::Store> keys = *std::move(opened);
  return [keys](const ApplicationId& id) { return vault::IsKeyLost(*keys->Snapshot(), id); };
}

}  // namespace

absl::Status VerifyFolder(const settings::Settings& settings, std::ostream& out) {
  const std::string& data_dir = settings.GetString("data-dir");
  if (data_dir.empty()) return absl::InvalidArgumentError("--data-dir is missing");
  ASSIGN_OR_RETURN(const server::DataFolder folder, server::DataFolder::OpenExisting(data_dir));
  ASSIGN_OR_RETURN(const auto store, OpenStoreReadOnly(folder.store_path()));
  const auto view = store->Snapshot();
  ASSIGN_OR_RETURN(const std::string stored, view->Get(kMeta, kNodeStateKey));
  ASSIGN_OR_RETURN(const NodeState state, NodeState::Parse(stored));
  const auto result = VerifyNode(state.node, *view, 0, nullptr, nullptr, KeysOf(settings, out));
  for (const auto& check : result.checks()) {
    out << (check.ok() ? "ok    " : "DIFFERS ") << check.name() << ": " << check.detail() << "\n";
  }
  if (!result.ok()) return absl::DataLossError("not all of it holds");
  out << "all of it holds" << std::endl;
  return absl::OkStatus();
}

absl::Status PrintConfig(const settings::Settings& settings, std::ostream& out) {
  const engine::CommitterLimits committer;
  out << "settings:\n"
      << settings.Describe() << "limits:\n"
      << "  message_bytes " << rpc::kMessageBytesMax << "\n"
      << "  metadata_bytes " << rpc::kMetadataBytesMax << "\n"
      << "  streams_per_connection " << rpc::kStreamsPerConnectionMax << "\n"
      << "  http_connections " << rpc::kHttpConnectionsMax << "\n"
      << "  queue_commands " << committer.queue_commands << "\n"
      << "  group_commands " << committer.group_commands << "\n"
      << "  group_bytes " << committer.group_bytes << "\n"
      << "  batch_applications " << kBatchApplicationsMax << "\n"
      << "  batch_bytes " << kBatchBytesMax << "\n"
      << "  decisions " << kDecisionsMax << "\n"
      << "  reason_bytes " << kReasonBytesMax << "\n"
      << "  link_unacknowledged_bytes " << kUnacknowledgedBytesMax << "\n"
      << "  link_silence " << absl::FormatDuration(kSilenceMax) << "\n"
      << "  requests_kept " << absl::FormatDuration(kRequestsKept) << "\n"
      << "  requests_forgotten_per_group " << kRequestsForgottenPerGroup << "\n"
      << "  funds_wait " << absl::FormatDuration(kFundsWait) << std::endl;
  return absl::OkStatus();
}

}  // namespace kopa::node
