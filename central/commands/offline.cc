#include "central/commands/offline.h"

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "central/commands/definitions.h"
#include "central/core/central_core.h"
#include "central/core/families.h"
#include "central/core/ranking.h"
#include "central/core/verify.h"
#include "central/service/link_stream.h"
#include "central/service/national_service.h"
#include "common/base/status.h"
#include "common/engine/committer.h"
#include "common/rpc/limits.h"
#include "common/server/data_folder.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "data/territory_data.h"

namespace kopa::central {
namespace {

void PrintLimits(std::ostream& out) {
  const LinkLimits link;
  const engine::CommitterLimits committer;
  out << "limits:\n"
      << "  message_bytes " << rpc::kMessageBytesMax << "\n"
      << "  metadata_bytes " << rpc::kMetadataBytesMax << "\n"
      << "  streams_per_connection " << rpc::kStreamsPerConnectionMax << "\n"
      << "  http_connections " << rpc::kHttpConnectionsMax << "\n"
      << "  queue_commands " << QueueCommands(link) << "\n"
      << "  group_commands " << committer.group_commands << "\n"
      << "  group_bytes " << committer.group_bytes << "\n"
      << "  link_streams " << link.streams_max << "\n"
      << "  link_batches_waiting " << link.batches_waiting_max << "\n"
      << "  link_outbox_bytes " << link.outbox_bytes_max << "\n"
      << "  link_silence " << absl::FormatDuration(link.silence_max) << "\n"
      << "  watches " << NationalService::kWatchesMax << "\n"
      << "  ranking_bytes " << kRankingBytesMax << "\n"
      << "  ranking_wait " << absl::FormatDuration(kSweepMost) << "\n";
}

}  // namespace

absl::StatusOr<bool> VerifyFolder(const std::string& data_dir, std::ostream& out) {
  ASSIGN_OR_RETURN(const server::DataFolder folder, server::DataFolder::OpenExisting(data_dir));
  storage::RocksDbOptions options;
  options.path = folder.store_path();
  options.families = FamilyNames();
  options.read_only = true;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Store> store, storage::OpenRocksDb(options));
  ASSIGN_OR_RETURN(const national::v1::VerifyNationalResponse result,
                   Verify(*store->Snapshot(), [] { return false; }));
  for (const auto& check : result.checks()) {
    out << (check.ok() ? "ok    " : "DIFFERS ") << check.name() << ": " << check.detail() << "\n";
  }
  out << (result.ok() ? "all of it holds" : "not all of it holds") << std::endl;
  return result.ok();
}

absl::Status PrintConfig(const settings::Settings& settings, std::ostream& out) {
  out << "settings:\n" << settings.Describe();
  PrintLimits(out);
  ASSIGN_OR_RETURN(const Territory territory, Territory::Load(territory_data::Files()));
  ASSIGN_OR_RETURN(const std::vector<programme::v1::Call> definitions,
                   LoadDefinitions(settings.GetString("programmes"), territory));
  out << "calls:\n";
  for (const programme::v1::Call& call : definitions) {
    out << "  " << call.id() << ": " << call.name().en() << "\n";
  }
  out << "nodes:\n";
  for (const NodeId& node : territory.Nodes()) out << "  " << node.value() << "\n";
  out.flush();
  return absl::OkStatus();
}

}  // namespace kopa::central
