#ifndef KOPA_TESTS_SIMULATION_NODE_MACHINE_H_
#define KOPA_TESTS_SIMULATION_NODE_MACHINE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "common/base/strong.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "regional-node/core/node_core.h"
#include "regional-node/core/rejoin.h"
#include "regional-node/fence/fence.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/planted.h"
#include "tests/simulation/session.h"

namespace kopa::simulation {

// A machine that runs a regional node: its disk, its fence file, and while the process runs its
// core, the committer's queue and the node's end of the link. Does what regional-node/service and
// NodeApp do around the core, one move at a time. Two machines may hold copies of one node.
class NodeMachine {
 public:
  NodeMachine(size_t index, NodeId id, Planted planted);

  size_t index() const { return index_; }
  const NodeId& id() const { return id_; }
  // "node-1", or "node-1 on machine 3" where that is not the node's own.
  std::string Name() const;
  const storage::MemoryStore& store() const { return disk_.store(); }
  const storage::MemoryStore& durable() const { return disk_.durable(); }
  bool is_running() const { return core_ != nullptr; }
  bool is_lost() const { return is_lost_; }
  // How often this machine's data became others: an old copy was put in their place, or what they
  // had gave way at a rejoin.
  size_t restores() const { return restores_; }
  const node::NodeCore& core() const { return *core_; }
  // A handler takes nothing under a call that the node has not heard of.
  bool Knows(const CallId& call) const { return calls_.contains(call); }

  // --- The process
  // Opens the store, judged by the fence file; what comes back is to be written before anything
  // else happens.
  node::NodeEffects Start(absl::Time now, std::string nonce);
  // The process ends; with `power_loss` so does the machine's run, and what was not synced is gone.
  void Crash(bool power_loss);
  // Ends in order.
  void Stop();
  void Queue(engine::Ticket ticket, node::NodeCommand command);
  bool HasWork() const { return is_running() && !queue_.empty(); }
  bool WantsTick() const { return is_running() && core_->WantsTick(); }
  // A tick and up to `most` queued commands, as one group, in memory alone.
  node::NodeEffects Step(absl::Time now, size_t most);
  void Write(const node::NodeEffects& effects);
  // What was written is on disk, and the fence file says so.
  void Sync();

  // --- What operators do
  struct Copy {
    std::unique_ptr<storage::MemoryStore> store;
    uint64_t head = 0;
  };
  Copy TakeCopy() const;
  // The process must not run. The fence file stays, as evidence, or is lost with the old disk.
  void Restore(const Copy& copy, bool keep_fence);
  void Lose();
  // Fenced, running or not.
  bool IsFenced() const { return is_running() ? core_->state().fenced() : was_fenced_; }
  size_t rejoins() const { return rejoins_; }
  // `kopa-node rejoin`, in three parts; the process must not run. Between them it may die.
  absl::StatusOr<node::RejoinPlan> PlanRejoin(absl::Time now, std::string nonce,
                                              node::CentreCopy centre);
  void WriteRejoin(const node::RejoinPlan& plan);
  // The last one: the fence file says so, too.
  void NoteRejoin(const node::RejoinReport& report);

  // --- Its end of the link
  bool has_session() const { return session_ != 0; }
  uint64_t session() const { return session_; }
  bool is_admitted() const { return is_admitted_; }
  // Dials in a row that led to nothing.
  size_t vain_dials() const { return vain_dials_; }
  void ForgetVainDials() { vain_dials_ = 0; }
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
  fence::FenceVerdict JudgeByFence(const node::NodeState& state) const;
  void NoteFence();
  std::string BootId() const;

  const size_t index_;
  const NodeId id_;
  const Planted planted_;
  Disk disk_;
  bool is_lost_ = false;
  size_t restores_ = 0;
  size_t rejoins_ = 0;
  bool was_fenced_ = false;  // when the process ended
  uint64_t boots_ = 1;
  // What the file holds, and what of it would survive a loss of power.
  std::optional<fence::FenceRecord> fence_;
  std::optional<fence::FenceRecord> fence_synced_;
  std::optional<fence::FenceRecord> opening_;  // replaces the file once the opening is written

  std::unique_ptr<node::NodeCore> core_;
  std::set<CallId> calls_;  // that the process has heard of
  std::deque<std::pair<engine::Ticket, node::NodeCommand>> queue_;
  storage::WriteBatch held_back_;  // by a planted fault

  uint64_t session_ = 0;
  bool is_admitted_ = false;
  size_t vain_dials_ = 0;
  national::v1::Welcome welcome_;
  journal::Head sent_;
  std::map<CallId, ledger::Amounts> asked_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_NODE_MACHINE_H_
