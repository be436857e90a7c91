#include "regional-node/commands/offline.h"

#include <memory>

#include "common/base/status.h"
#include "common/engine/committer.h"
#include "common/rpc/limits.h"
#include "common/server/data_folder.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"
#include "regional-node/core/node_state.h"
#include "regional-node/core/verify.h"
#include "regional-node/service/decisions.h"
#include "regional-node/service/link_client.h"
#include "regional-node/service/request_pruner.h"
#include "regional-node/service/submission.h"

namespace kopa::node {

absl::StatusOr<bool> VerifyFolder(const std::string& data_dir, std::ostream& out) {
  ASSIGN_OR_RETURN(const server::DataFolder folder, server::DataFolder::OpenExisting(data_dir));
  storage::RocksDbOptions options;
  options.path = folder.store_path();
  options.families = FamilyNames();
  options.read_only = true;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Store> store, storage::OpenRocksDb(options));
  const auto view = store->Snapshot();
  ASSIGN_OR_RETURN(const std::string stored, view->Get(kMeta, kNodeStateKey));
  ASSIGN_OR_RETURN(const NodeState state, NodeState::Parse(stored));
  const auto result = VerifyNode(state.node, *view, 0, nullptr);
  for (const auto& check : result.checks()) {
    out << (check.ok() ? "ok    " : "DIFFERS ") << check.name() << ": " << check.detail() << "\n";
  }
  out << (result.ok() ? "all of it holds" : "not all of it holds") << std::endl;
  return result.ok();
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
