#ifndef KOPA_REGIONAL_NODE_SERVICE_CONTEXT_H_
#define KOPA_REGIONAL_NODE_SERVICE_CONTEXT_H_

#include <atomic>

#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/strong.h"
#include "common/engine/committer.h"
#include "common/engine/worker.h"
#include "common/observability/logging.h"
#include "common/storage/store.h"
#include "common/territory/territory.h"
#include "regional-node/core/node_core.h"
#include "regional-node/service/call_directory.h"
#include "regional-node/service/node_view.h"
#include "regional-node/service/school_directory.h"
#include "regional-node/service/sealer.h"
#include "regional-node/vault/key_store.h"
#include "regional-node/vault/node_key.h"

namespace kopa::node {

using NodeCommitter = engine::Committer<NodeCore>;

// What handlers work with. Everything outlives them; main() owns it.
struct Context {
  NodeId node;
  const storage::Store* store = nullptr;
  NodeCommitter* committer = nullptr;
  const CallDirectory* calls = nullptr;
  const SchoolDirectory* schools = nullptr;
  const Territory* territory = nullptr;
  const vault::NodeKey* key = nullptr;
  const vault::KeyStore* keys = nullptr;
  const Sealer* sealer = nullptr;
  const NodeView* view = nullptr;
  engine::Worker* worker = nullptr;    // for what takes longer than a handler may
  engine::Worker* verifier = nullptr;  // for recomputing everything, which takes much longer
  const std::atomic<bool>* stopping = nullptr;
  Entropy* entropy = nullptr;
  const Clock* clock = nullptr;
  observability::Logger* logger = nullptr;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_CONTEXT_H_
