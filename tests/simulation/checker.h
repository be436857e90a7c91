#ifndef KOPA_TESTS_SIMULATION_CHECKER_H_
#define KOPA_TESTS_SIMULATION_CHECKER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
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

// Sees everything in a simulated world and believes nobody: it adds up awards from what is on
// disks, not from any ledger. What it finds wrong it says in faults(); it never ends the process.
// README.md lists what is checked when.
class Checker {
 public:
  explicit Checker(const std::vector<programme::v1::Call>& calls);

  // --- After every write that is synced

  // The journal goes on without a gap, the ledgers are not negative and are what the journal says,
  // nothing is held that the centre has not allotted, and the awards of all nodes together keep to
  // the limits of their calls (promise 1).
  void NodeSynced(const NodeMachine& node, const CentralMachine& centre);
  // What the centre has of each journal is a beginning of the node's, and its ledgers are the fold
  // of it up to the cursor (promise 4).
  void CentreSynced(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);

  // --- When something leaves

  // An answer: what it says is on disk (promise 2).
  void Answered(const NodeMachine& node, const node::DecisionReply& reply);
  void Answered(const NodeMachine& node, const node::SubmitItemReply& reply);
  void AnsweredOffice(const CentralMachine& centre, const CallId& call, uint32_t version);
  void OtherAnswer(const NodeMachine& node, const std::string& what);
  // The centre lets a store in: its history must be what the centre has applied (promise 6).
  void Admitted(const NodeMachine& node, const CentralMachine& centre,
                const std::deque<NodeMachine>& nodes);

  // --- What operators do

  // Another machine gets the copy; the node goes on.
  void Copied(const NodeMachine& node, const NodeMachine& twin, const NodeMachine::Copy& copy);
  // After its copy was put back.
  void CentreRestored(const CentralMachine& centre);
  // Before the copy is put back. What the centre has not heard of and no fence file tells of is
  // beyond the promise: it is what the node held (docs/consistency.md).
  void Restoring(const NodeMachine& node, const NodeMachine::Copy& copy, bool keeps_fence,
                 const CentralMachine& centre);

  // --- After faults have stopped and everything is delivered

  // The centre has what the nodes have, every receipt still holds, no decision is open and nothing
  // that could be awarded waits.
  void Converged(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);
  void NeverCameToRest() { Fault("it goes in circles: messages are sent for ever"); }

  const std::vector<std::string>& faults() const { return faults_; }

 private:
  // What one machine's store has journalled so far, as the checker reads it.
  struct History {
    journal::Head head;
    std::vector<std::string> hashes;  // of record n at n - 1
    std::map<ApplicationId, std::pair<CallId, ledger::Amounts>> awards;
    std::map<CallId, ledger::Amounts> awarded;
    std::map<CallId, ledger::Amounts> handed_back;
    // Awards made by each record that raised one, for what a lost store takes along.
    std::map<uint64_t, std::pair<CallId, ledger::Amounts>> raised;
  };
  struct Award {
    CallId call;
    ledger::Amounts amounts;
  };
  struct Receipt {
    size_t machine = 0;
    size_t restores = 0;
    ApplicationId id;
    Seq seq;
    std::string hash;
  };

  void Fault(std::string what) { faults_.push_back(std::move(what)); }
  // What the copy's journal says; its awards are counted already.
  static History ReadCopy(const NodeMachine::Copy& copy);
  void ReadJournal(const NodeMachine& node);
  void NoteRecord(const NodeMachine& node, History& history,
                  const national::v1::JournalRecord& record);
  // What a record that was found good says of money.
  static void TakeRecord(History& history, const national::v1::JournalRecord& record);
  // One application of a history holds something else than before.
  static void NoteAward(History& history, const national::v1::ApplicationSummary& summary,
                        uint64_t seq);
  void NodeLedgersHold(const NodeMachine& node, const CentralMachine& centre);
  void LimitsHold(const CallId& call);
  void NoteLimits(const CentralMachine& centre);
  void FollowApplied(const CentralMachine& centre, const NodeId& node, const journal::Head& applied,
                     const std::deque<NodeMachine>& nodes);
  bool IsInSomeHistory(const NodeId& node, uint64_t seq, const std::string& hash,
                       const std::deque<NodeMachine>& nodes) const;
  void KeepReceipt(const NodeMachine& node, const ApplicationId& id, Seq seq,
                   const std::string& hash);
  bool HasCopies(const NodeId& node) const { return with_copies_.contains(node); }

  void ReceiptsHold(const std::deque<NodeMachine>& nodes);
  void CentreEqualsNode(const CentralMachine& centre, const NodeMachine& node);
  void NothingIsStranded(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);
  void StoresVerify(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);

  std::map<CallId, ledger::UnitLimits> limits_;
  std::map<CallId, uint32_t> versions_;
  std::map<size_t, History> histories_;                  // by machine
  std::map<NodeId, History> applied_;                    // what the centre has of each node
  std::map<NodeId, std::set<std::string>> lost_hashes_;  // of records that a restore took away
  // What applicants of all nodes hold, by what was last journalled of each.
  std::map<ApplicationId, Award> awards_;
  std::map<CallId, ledger::Amounts> awarded_;
  // What may be awarded beyond the limits because of copies that nobody can tell.
  std::map<CallId, ledger::Amounts> allowances_;
  std::set<std::pair<size_t, size_t>> allowed_pairs_;
  std::set<NodeId> with_copies_;
  bool is_centre_restored_ = false;
  std::vector<Receipt> receipts_;
  std::vector<std::string> faults_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_CHECKER_H_
