#ifndef KOPA_TESTS_SIMULATION_CENTRAL_MACHINE_H_
#define KOPA_TESTS_SIMULATION_CENTRAL_MACHINE_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "central/core/central_core.h"
#include "kopa/programme/v1/call.pb.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/planted.h"
#include "tests/simulation/session.h"

namespace kopa::simulation {

// The machine of the centre: its disk, and while the process runs its core and the committer's
// queue. Does what central/service does around the core, one move at a time.
class CentralMachine {
 public:
  CentralMachine(std::vector<NodeId> nodes, std::vector<programme::v1::Call> calls,
                 Planted planted);

  const storage::MemoryStore& store() const { return disk_.store(); }
  const storage::MemoryStore& durable() const { return disk_.durable(); }
  const std::vector<programme::v1::Call>& calls() const { return calls_; }
  bool is_running() const { return core_ != nullptr; }
  const central::CentralCore& core() const { return *core_; }

  // --- The process
  central::CentralEffects Start(absl::Time now, std::string nonce);
  void Crash(bool power_loss);
  void Queue(engine::Ticket ticket, central::CentralCommand command);
  bool HasWork() const { return is_running() && !queue_.empty(); }
  bool WantsTick() const { return is_running() && core_->WantsTick(); }
  // A tick and up to `most` queued commands, as one group, in memory alone.
  central::CentralEffects Step(absl::Time now, size_t most);
  // The first half is nothing unless a planted fault tears the group apart.
  void WriteFirstHalf(const central::CentralEffects& effects);
  void Write(const central::CentralEffects& effects);
  void Sync() { disk_.Sync(); }

  // A node that the configuration names from the next start on.
  void AddNode(const NodeId& node) { nodes_.push_back(node); }
  bool KnowsNode(const NodeId& node) const;

  // --- The link
  // Takes the next message of the stream; what does not even parse ends the process here, since no
  // simulated node sends such.
  void Receive(Session& session, const NodeId& node);
  void SessionEnded(const Session& session, const NodeId& node);
  // Puts a message of the core on the stream, after what of the centre's own journal the node must
  // have seen before it.
  void Send(Session& session, Session::Down message) const;

  // --- What operators do
  std::unique_ptr<storage::MemoryStore> TakeCopy() const { return durable().Clone(); }
  // The process must not run. With `marked` the next start is told of it.
  void Restore(const storage::MemoryStore& copy, bool marked);
  size_t restores() const { return restores_; }

 private:
  void Greet(Session& session, national::v1::Hello hello);
  // Empty where there is none.
  national::v1::JournalRecord OwnRecord(uint64_t seq) const;

  std::vector<NodeId> nodes_;
  const std::vector<programme::v1::Call> calls_;
  const Planted planted_;
  Disk disk_;
  bool is_marked_restored_ = false;
  size_t restores_ = 0;
  std::unique_ptr<central::CentralCore> core_;
  std::deque<std::pair<engine::Ticket, central::CentralCommand>> queue_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_CENTRAL_MACHINE_H_
