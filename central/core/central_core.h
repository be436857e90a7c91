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
#include "central/core/ranking.h"
#include "central/core/records.h"
#include "common/base/strong.h"
#include "common/engine/effects.h"
#include "common/storage/store.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

// How long a ranking that is to be applied waits for nodes to hand back what lies idle with them.
inline constexpr absl::Duration kSweepMost = absl::Seconds(5);

// What is answered to what must wait until a restored centre has heard from its nodes.
absl::Status StillRecovering();

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
  // that are new. A definition that differs from what is published replaces it where its amendment
  // names that version, or where the call has not opened and nobody has changed it while the centre
  // ran; otherwise what is published stays, and a warning in the effects says so.
  // One that would replace another and can't follow it is warned of, too: what is published stays.
  // FAILED_PRECONDITION where a new one can't be published.
  //
  // `restored`: something tells that the store is an older copy; a new incarnation begins at once.
  absl::Status Open(absl::Time now, std::string nonce,
                    absl::Span<const programme::v1::Call> definitions, Effects& effects,
                    bool restored = false);

  static Command Tick() { return TimePassed{}; }
  bool WantsTick() const { return !sweeps_.empty(); }
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
  // Decisions of the call's ranking that nodes have not answered.
  const OpenDecisions& decisions(const CallId& call) const;
  // Nodes that a restored centre waits for; empty where it waits for none.
  std::vector<NodeId> Awaited() const;

 private:
  struct Greeting {  // what a Hello claimed, until its proof
    EpochNumber epoch;
    std::string epoch_nonce;
    uint64_t incarnation_seen = 0;
    uint64_t down_cursor = 0;
    std::string address;
    std::string public_key;
    // What in it this store can't have been: it is an older copy, or the greeting lies. Empty where
    // there is nothing.
    std::string contradiction = {};
    bool is_signed = false;              // by the centre itself: it is this store that is wrong
    std::string incarnation_nonce = {};  // for the incarnation that begins then
  };
  struct Asked {  // the newest recall sent to a node under a call
    ledger::Amounts target;
    Seq applied;
  };

  struct Sweep {  // a ranking that is being applied
    engine::Ticket ticket = 0;
    ApplyRankingCommand command;
    absl::Time deadline;
  };

  CentralCore() = default;
  absl::Status RecoverNodes(const storage::View& view);
  absl::Status RecoverFold(const storage::View& view);
  absl::Status RecoverOffice(const storage::View& view);
  void RecoverDecisions();

  // --- Calls (publish.cc)

  // What becomes of a definition from a file.
  absl::Status TakeDefinition(absl::Time now, const programme::v1::Call& definition,
                              Effects& effects);
  // The next version of a call, or the first. `staff` is null where nobody of the office acts.
  absl::Status Publish(absl::Time now, programme::v1::Call next, const StaffEntry* staff,
                       Effects& effects);
  void NoteSource(const CallId& call, CallSource source, Effects& effects);
  // Puts an entry into the down-log of one node, and sends it where that is connected.
  void Tell(const NodeId& node, national::v1::DownEntry entry, Effects& effects);
  void TellCall(const NodeId& node, const CallId& call, Effects& effects);
  // A node that was added later has to hear of calls and schools, too.
  void CatchUpDownLogs(Effects& effects);
  void AnnounceSchool(absl::Time now, const NodeId& node,
                      const national::v1::ApplicationSummary& team, Effects& effects);

  // --- The link

  void Do(absl::Time now, TimePassed&&, Effects& effects);
  void Do(absl::Time now, HelloCommand&& command, Effects& effects);
  void Do(absl::Time now, ProofCommand&& command, Effects& effects);
  void Do(absl::Time now, RecordsCommand&& command, Effects& effects);
  void Do(absl::Time now, DemandCommand&& command, Effects& effects);
  void Do(absl::Time now, NodeHeadCommand&& command, Effects& effects);
  void Do(absl::Time now, SessionLost&& command, Effects& effects);

  // --- The office (office.cc, apply_ranking.cc); these reply by themselves

  void Do(absl::Time now, engine::Ticket ticket, LoadCallCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, CloseCallCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, ProposeCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, SettleProposalCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, ApplyRankingCommand&& command, Effects& effects);
  absl::StatusOr<CentralReply::Published> Load(absl::Time now, LoadCallCommand&& command,
                                               Effects& effects);
  absl::StatusOr<CentralReply::Published> Close(absl::Time now, const CloseCallCommand& command,
                                                Effects& effects);
  absl::StatusOr<national::v1::Proposal> Propose(absl::Time now, const ProposeCommand& command,
                                                 Effects& effects);
  absl::StatusOr<national::v1::Proposal> SettleProposal(absl::Time now,
                                                        const SettleProposalCommand& command,
                                                        Effects& effects);
  // What a change would do, in words, where it can hold as things are.
  absl::StatusOr<std::string> Foresee(const national::v1::Change& change) const;
  // Does it, once two people want it; in words.
  absl::StatusOr<std::string> CarryOut(absl::Time now, const national::v1::Change& change,
                                       const StaffEntry& staff, Effects& effects);
  // Makes an open proposal hold.
  absl::StatusOr<national::v1::Proposal> Confirm(absl::Time now, uint64_t number,
                                                 const StaffEntry& staff, Effects& effects);
  national::v1::Proposal EndProposal(absl::Time now, uint64_t number,
                                     national::v1::ProposalState state, const StaffEntry& staff,
                                     Effects& effects);
  void JournalProposal(absl::Time now, const national::v1::Proposal& proposal,
                       const StaffEntry& staff, Effects& effects);

  // --- Lost nodes and frozen money (retire.cc)

  absl::StatusOr<std::string> ForeseeRetirement(const national::v1::Change& change) const;
  void Retire(absl::Time now, const NodeId& id, const StaffEntry& staff, Effects& effects);
  // Of a restored centre: what the node holds is not known yet.
  bool HasNotReported(const NodeId& id) const;
  // The most that a restored centre can ever have allotted to a node that it has not heard from.
  ledger::Amounts MostAllotted(const CallId& call, const NodeId& id) const;
  // Counts that much as allotted to it.
  void RaiseToMost(absl::Time now, const NodeId& id, Effects& effects);
  // What would be released, by call.
  absl::StatusOr<std::map<CallId, ledger::Amounts>> Releasable(
      const national::v1::Change& change) const;
  // Writes down what the proposal releases, where it does.
  absl::Status PutReleased(national::v1::Proposal* proposal) const;
  // FAILED_PRECONDITION where a release would now release anything else than what the first person
  // attested.
  absl::Status CheckAttested(const national::v1::Proposal& proposal) const;
  void Release(absl::Time now, const NodeId& node, const std::map<CallId, ledger::Amounts>& more,
               const StaffEntry& staff, Effects& effects);
  bool IsRetired(const NodeId& node) const;
  // Nodes that are known and not retired.
  size_t LivingNodes() const;

  absl::Status CheckApplicable(const CallId& call) const;
  // Calls idle headroom back, and decides once it has come or the time is up.
  void AdvanceSweep(absl::Time now, const CallId& call, Effects& effects);
  bool IsSwept(const CallId& call) const;
  Ranking RankNow(const CallId& call, const ledger::Amounts& spendable);
  absl::StatusOr<CentralReply::Applied> DecideByRanking(absl::Time now, const Sweep& sweep,
                                                        Effects& effects);
  void Decide(absl::Time now, const CallId& call, const RankedApplication& ranked, int32_t rank,
              national::v1::ApplicationStatus status, const StaffEntry& staff, Effects& effects);
  // Takes back what the node has not answered: the money of these decisions is frozen or idle there
  // by now, so they could not be carried out any more. `why` ends "the node ...".
  void DropDecisionsOf(const NodeId& node, const std::string& why, Effects& effects);
  // The application has answered, or has changed without that.
  void NoteAnswer(const national::v1::ApplicationSummary& summary, Effects& effects);

  // --- Who is let in (admission.cc)

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

  // --- Restored copies and signed histories (incarnation.cc)

  // What a node says that it has seen of the centre.
  struct CentreSeen {
    uint64_t incarnation = 0;
    std::string incarnation_nonce;
    journal::Head head;
    std::string own_hash;  // of this store's record of that number; empty where there is none
  };
  // Why this store can't be the centre that was seen; empty where it can.
  std::string WhyNotSeen(const std::string& node, const CentreSeen& seen) const;
  // Notes in what the greeting contradicts this store.
  void NoteContradiction(const HelloCommand& command, Greeting& greeting) const;
  // The node has proved itself, and its greeting contradicts this store.
  void MeetContradiction(absl::Time now, const NodeId& id, NodeStatus& node, Effects& effects);
  void BeginIncarnation(absl::Time now, uint64_t counter, std::string nonce,
                        const std::string& cause, Effects& effects);
  void EndSessions(const absl::Status& why, Effects& effects);
  // Ends the stream that speaks for the node.
  void EndSession(const NodeId& id, NodeStatus& node, const absl::Status& why, Effects& effects);
  void DropDownLogs(Effects& effects);
  // Whether a restored centre has to hear from the node before it allots.
  bool Awaits(const NodeStatus& node) const;
  // The node is done if it has delivered what it had when it greeted.
  void NoteReported(const NodeId& id, NodeStatus& node, Effects& effects);
  void CheckRecovered(absl::Time now, Effects& effects);
  // What a node noted as allotted and this store has forgotten.
  void RaiseNoted(absl::Time now, const NodeId& id, const RecordsCommand::Record& record,
                  Effects& effects);
  // Why a restored centre can't take the record before an operator has done something; empty where
  // it can.
  std::string WhyPostponed(const NodeId& id, const RecordsCommand::Record& record) const;
  // Ends the node's stream where the record has to wait; the node tries again. False where it has
  // not.
  bool PostponeRecord(const NodeId& id, NodeStatus& node, const RecordsCommand::Record& record,
                      Effects& effects);
  void RaiseAlarm(const NodeId& id, const std::string& what, Effects& effects);
  void PinKey(const NodeId& id, const std::string& public_key, Effects& effects);

  // --- Money (allotment.cc)

  // Serves what waits and what is asked for ahead of need, or calls money back for it.
  void Settle(absl::Time now, const CallId& id, Effects& effects);
  // True while some connected node has a pending award that could not be covered.
  bool ServePending(absl::Time now, const CallId& id, Effects& effects);
  // Calls `missing` back for the node out of what the others can spare; false where that is not
  // enough.
  bool CallBackFor(const CallId& id, const NodeId& node, ledger::Amounts missing,
                   const std::map<NodeId, ledger::Amounts>& spare, Effects& effects);
  void ServeDemands(absl::Time now, const CallId& id, Effects& effects);
  // What the node holds that no decision on its way to it will take; in limited units.
  ledger::Amounts IdleAt(const CallId& call, const NodeId& node) const;
  void RecallIdle(const CallId& call, Effects& effects);
  void GiveFixedShare(absl::Time now, const CallId& id, const NodeId& node, Effects& effects);
  ledger::Amounts ChunkOf(const CallId& id) const;
  void Allot(absl::Time now, const CallId& call, const NodeId& node, const ledger::Amounts& more,
             Effects& effects);
  void Recall(const CallId& call, const NodeId& node, const ledger::Amounts& more,
              Effects& effects);
  void SendAllotment(const CallId& call, const NodeId& node, Effects& effects);
  bool Connected(const NodeId& node) const;

  void Journal(absl::Time now, const national::v1::PublicRecord& what, Effects& effects,
               const StaffEntry* staff = nullptr);
  void Send(Session session, national::v1::ConnectResponse message, Effects& effects);

  CentralState state_;
  bool state_changed_ = false;
  std::map<NodeId, NodeStatus> nodes_;
  NationalFold fold_;
  std::map<CallId, programme::v1::CallPublication> calls_;
  std::map<CallId, CallSource> sources_;
  std::map<NodeId, std::vector<national::v1::DownEntry>> down_logs_;
  std::map<std::string, national::v1::SchoolAnnounced> schools_;  // by SchoolKey
  std::map<uint64_t, national::v1::Proposal> open_proposals_;
  uint64_t last_proposal_ = 0;
  std::map<CallId, OpenDecisions> decisions_;
  std::map<CallId, Sweep> sweeps_;  // gone with the process: nothing of them was decided yet

  std::map<NodeId, std::set<std::string>> postponed_;  // warned of

  // Of sessions; gone with them.
  std::map<NodeId, Greeting> greeted_;
  std::map<CallId, std::map<NodeId, ledger::Amounts>> demands_;
  std::map<CallId, std::map<NodeId, Asked>> asked_;
  std::set<CallId> unsettled_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_CENTRAL_CORE_H_
