#include "regional-node/commands/run.h"

#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/observability/logging.h"
#include "common/rpc/lifecycle.h"
#include "common/server/data_folder.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "regional-node/commands/node_app.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_state.h"
#include "regional-node/vault/key_store.h"

namespace kopa::node {

namespace {

// The key store is small beside the applications: it gets an eighth of their memory.
constexpr size_t kKeyStoreBytes = size_t{8} << 20;

absl::StatusOr<std::unique_ptr<storage::Store>> OpenStore(const std::string& path) {
  storage::RocksDbOptions options;
  options.path = path;
  options.families = FamilyNames();
  options.create_if_missing = true;
  return storage::OpenRocksDb(options);
}

// A key store is made for a node that begins, and for no other: `begun` says that there are data.
absl::StatusOr<std::unique_ptr<storage::Store>> OpenKeyStore(const std::string& path, bool begun) {
  if (begun && !FileExists(path)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data folder is in use since earlier, but its key store ", path,
                     " is missing; put it back, or name it with --key-store"));
  }
  storage::RocksDbOptions options;
  options.path = path;
  options.families = vault::KeyStoreFamilies();
  options.create_if_missing = !begun;
  options.block_cache_bytes = kKeyStoreBytes;
  options.write_buffer_bytes = kKeyStoreBytes;
  return storage::OpenRocksDb(options);
}

}  // namespace

absl::Status Run(const NodeSettings& settings) {
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc::StopSignal> stop, rpc::StopSignal::Create());
  const SystemClock clock;
  SystemEntropy entropy;
  observability::Logger logger(&clock, settings.server.log_level, settings.server.log_format);
  ASSIGN_OR_RETURN(const server::DataFolder folder,
                   server::DataFolder::Create(settings.server.data_dir));
  ASSIGN_OR_RETURN(auto store, OpenStore(folder.store_path()));
  const bool begun = store->Get(kMeta, kNodeStateKey).ok();
  ASSIGN_OR_RETURN(auto key_store, OpenKeyStore(settings.key_store, begun));

  NodeOptions options;
  options.node = settings.node;
  options.listen = settings.server.listen;
  options.http = settings.server.http;
  options.central = settings.central;
  options.advertise = settings.advertise;
  options.insecure = settings.server.insecure;
  options.tls = settings.server.tls;
  options.key_file = settings.key_file;
  options.fence_file = settings.fence_file;
  options.disk_reserve_bytes = settings.server.disk_reserve_bytes;
  ASSIGN_OR_RETURN(const auto app, NodeApp::Start(std::move(options), std::move(store),
                                                  std::move(key_store), &clock, &entropy, &logger));
  logger.Info("the node is recovered", {{"version", kVersion}, {"node", settings.node}});
  if (settings.server.insecure) {
    logger.Warning("plaintext: callers are believed; for trials on this machine only");
  }
  std::cout << app->ListeningLine() << std::endl;
  const int signal = stop->WaitForStop();
  logger.Info("the node is stopping", {{"signal", signal}});
  app->Stop();
  logger.Info("the node has stopped");
  return absl::OkStatus();
}

}  // namespace kopa::node
