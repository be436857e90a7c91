#include "regional-node/commands/run.h"

#include <iostream>
#include <memory>
#include <utility>

#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/observability/logging.h"
#include "common/rpc/lifecycle.h"
#include "common/server/data_folder.h"
#include "common/server/restored_marker.h"
#include "regional-node/commands/node_app.h"
#include "regional-node/commands/stores.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_state.h"

namespace kopa::node {

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
  options.data_dir = settings.server.data_dir;
  options.restored = server::RestoredMarker(settings.server.data_dir);
  options.disk_reserve_bytes = settings.server.disk_reserve_bytes;
  ASSIGN_OR_RETURN(const auto app, NodeApp::Start(std::move(options), std::move(store),
                                                  std::move(key_store), &clock, &entropy, &logger));
  // The epoch that it begins is on disk, and so is that it needs the centre's proof. One that is
  // fenced stays marked until it has rejoined, whatever becomes of its fence file.
  if (!app->IsFenced()) RETURN_IF_ERROR(server::ClearRestoredMarker(settings.server.data_dir));
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
