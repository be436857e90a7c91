#ifndef KOPA_TESTS_SIMULATION_CHECKER_H_
#define KOPA_TESTS_SIMULATION_CHECKER_H_

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
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
  void CentreSynced(const CentralMachine& centre);

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
  // The store was made the node's again: what it had after `common` gave way to what the centre
  // has, and was journalled anew. No headroom may be left in it.
  void Rejoined(const NodeMachine& node, Seq common);
  void RejoinFailed(const NodeMachine& node, const absl::Status& status);
  // What people who know everything may attest: of what is frozen at a node the part that no store
  // of it has awarded. Zero as long as one of them could still spend some.
  ledger::Amounts Unspent(const NodeId& node, const CallId& call, const CentralMachine& centre,
                          const std::deque<NodeMachine>& nodes) const;

  // --- After faults have stopped and everything is delivered

  // The centre has what the nodes have, every receipt still holds, no decision is open and nothing
  // that could be awarded waits.
  void Converged(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);
  void NeverCameToRest() { Fault("it goes in circles: messages are sent for ever"); }

  const std::vector<std::string>& faults() const { return faults_; }

 private:
  // A record as some store of a node has, or had, it on disk: read and hashed once, known by its
  // bytes ever after.
  struct Journalled {
    enum class Says { kNothingOfMoney, kHeld, kHandedBack, kFrozen };

    std::string bytes;
    std::string prev_hash;
    journal::Head head;  // with it
    Says says = Says::kNothingOfMoney;
    CallId call;
    ApplicationId application;
    ledger::Amounts amounts;  // a total
  };
  struct Award {
    CallId call;
    ledger::Amounts amounts;
  };
  // What one store's journal, or the centre's copy of it, says so far.
  struct History {
    std::vector<const Journalled*> records;  // number n at n - 1
    absl::flat_hash_map<ApplicationId, Award> awards;
    std::map<CallId, ledger::Amounts> awarded;
    std::map<CallId, ledger::Amounts> handed_back;
    std::map<CallId, ledger::Amounts> frozen;
    // Awards made by each record that raised one, for what a lost store takes along.
    std::map<uint64_t, Award> raised;

    uint64_t seq() const { return records.size(); }
    const std::string& hash() const;
    // Whether it has this very record.
    bool Has(const journal::Head& head) const;
    void Take(const Journalled& record);
  };
  // What the applicant holds, by what was last journalled anywhere.
  struct Held {
    NodeId node;
    Award award;
  };
  struct Receipt {
    size_t machine = 0;
    size_t restores = 0;
    ApplicationId id;
    Seq seq;
    std::string hash;
  };

  void Fault(std::string what) { faults_.push_back(std::move(what)); }
  // The record of these bytes; `is_new` where no store of the node had it before.
  absl::StatusOr<const Journalled*> Read(const NodeId& node, uint64_t seq, absl::string_view bytes,
                                         bool* is_new);
  // What the journal in this store says, whatever was known of it.
  History ReadAnew(const NodeId& node, const storage::Store& store);
  void ReadJournal(const NodeMachine& node);
  void NoteAward(const NodeId& node, const Journalled& record);
  void NodeLedgersHold(const NodeMachine& node, const CentralMachine& centre);
  void LimitsHold(const CallId& call);
  void NoteLimits(const CentralMachine& centre);
  void FollowApplied(const CentralMachine& centre, const NodeId& node,
                     const journal::Head& applied);
  void CentralLedgerHolds(const CallId& id, const ledger::CentralLedger& ledger);
  void KeepReceipt(const NodeMachine& node, const ApplicationId& id, Seq seq,
                   const std::string& hash);
  // Some store of the node may be older than another, or the node was given up for lost.
  bool MayBeFenced(const NodeId& node) const {
    return with_copies_.contains(node) || retired_.contains(node);
  }

  void JournalsStand(const std::deque<NodeMachine>& nodes);
  void ReceiptsHold(const std::deque<NodeMachine>& nodes);
  void CentreEqualsNode(const CentralMachine& centre, const NodeMachine& node);
  void NothingIsStranded(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);
  void StoresVerify(const CentralMachine& centre, const std::deque<NodeMachine>& nodes);

  std::map<CallId, ledger::UnitLimits> limits_;
  std::map<CallId, uint32_t> versions_;
  // All that was ever on a disk, by node and number; several of one number where stores parted.
  std::map<NodeId, std::vector<std::list<Journalled>>> journalled_;
  std::map<size_t, History> histories_;  // by machine
  std::map<NodeId, History> applied_;    // what the centre has of each node
  absl::flat_hash_map<ApplicationId, Held> held_;
  std::map<CallId, ledger::Amounts> awarded_;  // all of held_
  // What a node's ledger takes for allotted and the centre's disk was seen to say.
  std::map<std::pair<size_t, CallId>, ledger::Amounts> allotted_seen_;
  // What may be awarded beyond the limits because of copies that nobody can tell.
  std::map<CallId, ledger::Amounts> allowances_;
  std::set<std::pair<size_t, size_t>> allowed_pairs_;
  std::set<NodeId> with_copies_;
  std::set<NodeId> retired_;
  // Machines whose store may be an old copy, as far as anybody but this checker can tell: they must
  // not award before the centre has let them in.
  std::set<size_t> unproven_;
  bool is_centre_restored_ = false;
  std::vector<Receipt> receipts_;
  std::vector<std::string> faults_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_CHECKER_H_
