#ifndef KOPA_CENTRAL_CORE_CENTRAL_CORE_H_
#define KOPA_CENTRAL_CORE_CENTRAL_CORE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "central/core/commands.h"
#include "central/core/fold.h"
#include "central/core/records.h"
#include "common/base/strong.h"
#include "common/engine/effects.h"
#include "common/storage/store.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

// Everything the centre decides, as a pure state machine: whom to admit, what to apply, what to
// allot and what to recall. The committer feeds it commands one by one and writes what it puts into
// the effects; the simulator feeds the very same class.
class CentralCore {
 public:
  using Command = CentralCommand;
  using Reply = CentralReply;
  using Effects = CentralEffects;

  // Reads what an earlier run left, or begins an empty centre for these nodes. DATA_LOSS where what
  // is stored does not parse.
  static absl::StatusOr<std::unique_ptr<CentralCore>> Recover(absl::Span<const NodeId> nodes,
                                                              const storage::View& view);

  // Begins an incarnation if there is none yet (`nonce`: 16 random bytes), and publishes the calls
  // that are new or changed. FAILED_PRECONDITION where a limit would fall below what is out.
  absl::Status Open(absl::Time now, std::string nonce,
                    absl::Span<const programme::v1::Call> definitions, Effects& effects);

  static Command Tick() { return TimePassed{}; }
  bool WantsTick() const { return false; }
  void Step(absl::Time now, engine::Ticket ticket, Command&& command, Effects& effects);
  void Finish(Effects& effects);

  // For the read side, called on the committer's thread after a group is durable.
  struct NodeStatus {
    NodeRecord record;
    Session session;         // zero where there is none
    bool connected = false;  // a session that has proved itself
    uint64_t head_at_hello = 0;
  };
  const std::map<NodeId, NodeStatus>& nodes() const { return nodes_; }
  const NationalFold& fold() const { return fold_; }
  const std::map<CallId, programme::v1::CallPublication>& calls() const { return calls_; }
  const CentralState& state() const { return state_; }

 private:
  struct Greeting {  // what a Hello claimed, until its proof
    EpochNumber epoch;
    std::string epoch_nonce;
    uint64_t incarnation_seen = 0;
    uint64_t down_cursor = 0;
    std::string address;
  };
  struct Asked {  // the newest recall sent to a node under a call
    ledger::Amounts target;
    Seq applied;
  };

  CentralCore() = default;
  absl::Status RecoverNodes(const storage::View& view);
  absl::Status RecoverFold(const storage::View& view);
  absl::Status Publish(absl::Time now, const programme::v1::Call& definition, Effects& effects);

  // Puts a call into the down-log of one node.
  void Tell(const NodeId& node, const programme::v1::CallPublication& publication,
            Effects& effects);
  // A node that was added after calls were published has to hear of them, too.
  void CatchUpDownLogs(Effects& effects);

  void Do(absl::Time, TimePassed&&, Effects&) {}
  void Do(absl::Time now, HelloCommand&& command, Effects& effects);
  void Do(absl::Time now, ProofCommand&& command, Effects& effects);
  void Do(absl::Time now, RecordsCommand&& command, Effects& effects);
  void Do(absl::Time now, DemandCommand&& command, Effects& effects);
  void Do(absl::Time now, SessionLost&& command, Effects& effects);

  // The node, if `session` is the stream that speaks for it now; nullptr otherwise.
  NodeStatus* Speaking(const NodeId& id, Session session);
  // Drops what is known of a node by its stream alone, and has every call settled anew.
  void ForgetSession(const NodeId& id);
  // Why a Hello can't be let in; unspecified where it can.
  national::v1::FenceReason Judge(const NodeStatus& node, const national::v1::Hello& hello,
                                  std::string* detail) const;
  void FenceNode(absl::Time now, const NodeId& id, Session session, uint64_t epoch,
                 const std::string& nonce, national::v1::FenceReason reason, std::string detail,
                 Effects& effects);
  void Admit(absl::Time now, const NodeId& id, NodeStatus& node, Effects& effects);
  void SendDownLog(const NodeId& id, const NodeStatus& node, Effects& effects);
  // Applies one record; false where the node was fenced for it.
  bool ApplyRecord(absl::Time now, const NodeId& id, NodeStatus& node,
                   RecordsCommand::Record& record, Effects& effects);

  // Serves what waits and what is asked for ahead of need, or calls money back for it.
  void Settle(absl::Time now, const CallId& id, Effects& effects);
  // True while some connected node has a pending award that could not be covered.
  bool ServePending(absl::Time now, const CallId& id, Effects& effects);
  void ServeDemands(absl::Time now, const CallId& id, Effects& effects);
  void GiveFixedShare(absl::Time now, const CallId& id, const NodeId& node, Effects& effects);
  ledger::Amounts ChunkOf(const CallId& id) const;
  void Allot(absl::Time now, const CallId& call, const NodeId& node, const ledger::Amounts& more,
             Effects& effects);
  void Recall(const CallId& call, const NodeId& node, const ledger::Amounts& more,
              Effects& effects);
  void SendAllotment(const CallId& call, const NodeId& node, Effects& effects);
  bool Connected(const NodeId& node) const;

  void Journal(absl::Time now, const national::v1::PublicRecord& what, Effects& effects);
  void Send(Session session, national::v1::ConnectResponse message, Effects& effects);

  CentralState state_;
  bool state_changed_ = false;
  std::map<NodeId, NodeStatus> nodes_;
  NationalFold fold_;
  std::map<CallId, programme::v1::CallPublication> calls_;
  std::map<NodeId, std::vector<national::v1::DownEntry>> down_logs_;

  // Of sessions; gone with them.
  std::map<NodeId, Greeting> greeted_;
  std::map<CallId, std::map<NodeId, ledger::Amounts>> demands_;
  std::map<CallId, std::map<NodeId, Asked>> asked_;
  std::set<CallId> unsettled_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_CENTRAL_CORE_H_
