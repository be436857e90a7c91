#ifndef KOPA_TESTS_SIMULATION_NODE_MACHINE_H_
#define KOPA_TESTS_SIMULATION_NODE_MACHINE_H_

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/strong.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "common/storage/memory_store.h"
#include "regional-node/core/node_core.h"
#include "tests/simulation/session.h"

namespace kopa::simulation {

// A regional node: its disk, and while it runs its core, the committer's queue and the node's end
// of the link. Does what regional-node/service does around the core, one move at a time.
class NodeMachine {
 public:
  NodeMachine(size_t index, NodeId id);

  size_t index() const { return index_; }
  const NodeId& id() const { return id_; }
  const storage::MemoryStore& store() const { return store_; }
  bool is_running() const { return core_ != nullptr; }
  const node::NodeCore& core() const { return *core_; }

  // --- The process
  // Opens the store; what comes back is to be written (Write) before anything else happens.
  node::NodeEffects Start(absl::Time now, std::string nonce, bool may_spend);
  void Crash();
  void Queue(engine::Ticket ticket, node::NodeCommand command);
  bool HasWork() const { return is_running() && !queue_.empty(); }
  bool WantsTick() const { return is_running() && core_->WantsTick(); }
  // A tick and up to `most` queued commands, as one group, in memory alone.
  node::NodeEffects Step(absl::Time now, size_t most);
  void Write(const node::NodeEffects& effects);

  // --- Its end of the link
  bool has_session() const { return session_ != 0; }
  uint64_t session() const { return session_; }
  bool is_admitted() const { return is_admitted_; }
  void Dial(Session& session);
  void Receive(Session& session);
  void SessionEnded();
  // Something to send on an admitted stream: a demand, or records.
  bool HasNews() const;
  // Sends a demand or up to `most` records, beginning up to `overlap` records before what is new.
  void SendNews(Session& session, size_t most, size_t overlap);

 private:
  journal::Head HeadAt(uint64_t seq) const;
  const CallId* NewDemand() const;

  const size_t index_;
  const NodeId id_;
  storage::MemoryStore store_;
  std::unique_ptr<node::NodeCore> core_;
  std::deque<std::pair<engine::Ticket, node::NodeCommand>> queue_;

  uint64_t session_ = 0;
  bool is_admitted_ = false;
  national::v1::Welcome welcome_;
  journal::Head sent_;
  std::map<CallId, ledger::Amounts> asked_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_NODE_MACHINE_H_
