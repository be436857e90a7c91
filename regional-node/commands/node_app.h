#ifndef KOPA_REGIONAL_NODE_COMMANDS_NODE_APP_H_
#define KOPA_REGIONAL_NODE_COMMANDS_NODE_APP_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/base/signing.h"
#include "common/base/strong.h"
#include "common/engine/committer.h"
#include "common/engine/space_guard.h"
#include "common/engine/worker.h"
#include "common/http/server.h"
#include "common/observability/logging.h"
#include "common/observability/metrics.h"
#include "common/operations/operations_service.h"
#include "common/rpc/server.h"
#include "common/rpc/tls.h"
#include "common/storage/store.h"
#include "common/territory/territory.h"
#include "regional-node/core/node_core.h"
#include "regional-node/fence/fence_file.h"
#include "regional-node/service/call_directory.h"
#include "regional-node/service/context.h"
#include "regional-node/service/link_client.h"
#include "regional-node/service/node_view.h"
#include "regional-node/service/region_service.h"
#include "regional-node/service/request_pruner.h"
#include "regional-node/service/school_directory.h"
#include "regional-node/service/sealer.h"

namespace kopa::node {

struct NodeOptions {
  NodeId node;
  std::string listen;     // gRPC
  std::string http;       // metrics and health; empty: none
  std::string central;    // where the centre is
  std::string advertise;  // empty: the address that was listened on
  bool insecure = false;
  rpc::TlsFiles tls;
  std::string fence_file;
  std::string key_file;
  std::string data_dir;  // for backups while it runs; empty: none are made
  // The store was put there from a backup and neither opened for writing nor rejoined since: fenced
  // unless the fence file says that the backup is the newest.
  bool restored = false;
  uint64_t disk_reserve_bytes = 0;
};

// A running node, wired together: recovers, begins an epoch, serves, links, and stops in order. The
// stores are picked by main() and handed in; the data folder's lock is held by the caller.
class NodeApp {
 public:
  static absl::StatusOr<std::unique_ptr<NodeApp>> Start(NodeOptions options,
                                                        std::unique_ptr<storage::Store> store,
                                                        std::unique_ptr<storage::Store> key_store,
                                                        const Clock* clock, Entropy* entropy,
                                                        observability::Logger* logger);
  ~NodeApp();

  // "listening grpc=ADDR:PORT http=ADDR:PORT"
  std::string ListeningLine() const;

  // Whether it serves reads alone. Thread-safe.
  bool IsFenced() const;

  // Drains: not ready, running calls finish, the link flushes, then everything stops.
  void Stop();

 private:
  NodeApp(NodeOptions options, const Clock* clock, Entropy* entropy, observability::Logger* logger);
  absl::Status Recover(std::unique_ptr<storage::Store> store,
                       std::unique_ptr<storage::Store> key_store);
  absl::Status OpenEpoch();
  void StartCommitter();
  absl::Status StartServers();
  void RegisterMetrics();
  // What a node that is ready does not do all the same; empty for one that does everything.
  std::string Restrictions() const;
  absl::Status BeforeWrite(NodeEffects& effects);
  void AfterWrite(NodeCore& core, NodeEffects& effects);

  const NodeOptions options_;
  const Clock* const clock_;
  Entropy* const entropy_;
  observability::Logger* const logger_;

  observability::Metrics metrics_;
  std::unique_ptr<Territory> territory_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<vault::NodeKey> key_;
  std::unique_ptr<SigningKey> signing_;
  std::unique_ptr<vault::KeyStore> keys_;
  const storage::Store* key_space_ = nullptr;  // what keys_ writes to
  std::unique_ptr<Sealer> sealer_;
  CallDirectory calls_;
  SchoolDirectory schools_;
  NodeView view_;
  std::unique_ptr<NodeCore> core_;
  std::unique_ptr<fence::FenceFile> fence_;  // none while the node is fenced
  std::unique_ptr<engine::SpaceGuard> space_;
  std::unique_ptr<RequestPruner> pruner_;
  std::unique_ptr<NodeCommitter> committer_;
  std::unique_ptr<engine::Worker> worker_;
  std::unique_ptr<engine::Worker> verifier_;
  Context context_;
  std::unique_ptr<RegionService> service_;
  std::unique_ptr<operations::OperationsService> operations_;  // none without a data folder
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<LinkClient> link_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> link_started_{false};
  bool was_connected_ = false;  // the committer's thread only
  bool stopped_ = false;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_NODE_APP_H_
