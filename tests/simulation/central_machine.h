#ifndef KOPA_TESTS_SIMULATION_CENTRAL_MACHINE_H_
#define KOPA_TESTS_SIMULATION_CENTRAL_MACHINE_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "central/core/central_core.h"
#include "common/storage/memory_store.h"
#include "kopa/programme/v1/call.pb.h"
#include "tests/simulation/session.h"

namespace kopa::simulation {

// The centre: its disk, and while it runs its core and the committer's queue. Does what
// central/service does around the core, one move at a time.
class CentralMachine {
 public:
  CentralMachine(std::vector<NodeId> nodes, std::vector<programme::v1::Call> calls);

  const storage::MemoryStore& store() const { return store_; }
  const std::vector<programme::v1::Call>& calls() const { return calls_; }
  bool is_running() const { return core_ != nullptr; }
  const central::CentralCore& core() const { return *core_; }

  central::CentralEffects Start(absl::Time now, std::string nonce);
  void Crash();
  bool HasWork() const { return is_running() && !queue_.empty(); }
  central::CentralEffects Step(absl::Time now, size_t most);
  void Write(const central::CentralEffects& effects);

  // Takes the next message of the stream; what does not even parse ends the process here, since no
  // simulated node sends such.
  void Receive(Session& session, const NodeId& node);
  void SessionEnded(const Session& session, const NodeId& node);

 private:
  const std::vector<NodeId> nodes_;
  const std::vector<programme::v1::Call> calls_;
  storage::MemoryStore store_;
  std::unique_ptr<central::CentralCore> core_;
  std::deque<central::CentralCommand> queue_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_CENTRAL_MACHINE_H_
