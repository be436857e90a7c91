#ifndef KOPA_TESTS_SIMULATION_CHECKER_H_
#define KOPA_TESTS_SIMULATION_CHECKER_H_

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "common/storage/store.h"
#include "kopa/programme/v1/call.pb.h"
#include "regional-node/core/commands.h"
#include "tests/simulation/central_machine.h"
#include "tests/simulation/node_machine.h"

namespace kopa::simulation {

// Sees everything in a simulated world and believes nobody: it adds up awards from what nodes have
// written, not from any ledger. What it finds wrong it says in faults(); it never ends the process.
class Checker {
 public:
  explicit Checker(const std::vector<programme::v1::Call>& calls);

  // A node's write: the journal goes on without a gap, and the awards of all nodes together stay
  // within the limits of their calls (promise 1).
  void NodeWrote(const NodeMachine& node, const storage::WriteBatch& batch);

  // An answer left: what it says is on disk (promise 2).
  void Answered(const NodeMachine& node, const node::DecisionReply& reply);
  void Answered(const NodeMachine& node, const node::SubmitItemReply& reply);

  // No store in this world is a copy, so nobody may be fenced.
  void NobodyIsFenced(const NodeMachine& node);

  // After faults have stopped and everything is delivered: the centre has what the nodes have
  // (promise 4), every receipt still holds, and nothing that could be awarded waits.
  void Converged(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);

  void NeverCameToRest() { Fault("it goes in circles: messages are sent for ever"); }

  const std::vector<std::string>& faults() const { return faults_; }

 private:
  struct Award {
    CallId call;
    ledger::Amounts amounts;
  };
  struct Receipt {
    size_t node = 0;
    ApplicationId id;
    Seq seq;
    std::string hash;
  };

  void Fault(std::string what) { faults_.push_back(std::move(what)); }
  void NoteSummary(const national::v1::ApplicationSummary& summary);
  void KeepReceipt(const NodeMachine& node, const ApplicationId& id, Seq seq,
                   const std::string& hash);
  void ReceiptsHold(const std::deque<NodeMachine>& nodes);
  void CentreEqualsNodes(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);
  void NothingIsStranded(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);
  void StoresVerify(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);

  std::map<CallId, ledger::UnitLimits> limits_;
  std::map<size_t, journal::Head> heads_;
  std::map<ApplicationId, Award> awards_;
  std::map<CallId, ledger::Amounts> awarded_;
  std::vector<Receipt> receipts_;
  std::vector<std::string> faults_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_CHECKER_H_
