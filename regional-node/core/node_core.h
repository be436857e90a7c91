#ifndef KOPA_REGIONAL_NODE_CORE_NODE_CORE_H_
#define KOPA_REGIONAL_NODE_CORE_NODE_CORE_H_

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/engine/effects.h"
#include "common/ledger/node_ledger.h"
#include "common/storage/store.h"
#include "kopa/programme/v1/call.pb.h"
#include "regional-node/core/commands.h"
#include "regional-node/core/header.h"
#include "regional-node/core/node_state.h"
#include "regional-node/core/noted.h"
#include "regional-node/core/requests.h"
#include "regional-node/core/teams.h"

namespace kopa::node {

// How long an approval beyond the node's allotment waits for more while the centre is connected.
inline constexpr absl::Duration kFundsWait = absl::Seconds(5);

// Who decided, where the national ranking did. No person is called so.
inline constexpr char kRankingActor[] = "(national ranking)";

// What refuses an award under a call that was closed.
Fault CallClosed();

// Moves the record on: status, version, and nothing that belongs to another status.
void SetStatus(region::v1::Application& record, national::v1::ApplicationStatus status);

// The command that an entry of the centre's down-log becomes, with what deciding needs of the
// store.
NodeCommand CommandOf(const storage::View& view, national::v1::DownEntry entry);

// The first fault of a status, or one made of its message.
Fault FaultFromStatus(const absl::Status& status);

// An application that was returned for correction was in time once: its correction may come after
// the window has closed.
void DropWindowClosed(std::vector<Fault>* faults);

// Everything a regional node decides, as a pure state machine: no thread, clock, store or network.
// The committer feeds it commands one by one and writes what it puts into the effects. The
// simulator feeds the very same class.
//
// What it keeps in memory: a Header for each application, the ledger of each call, and the whole
// record only of approvals that wait for funds.
class NodeCore {
 public:
  using Command = NodeCommand;
  using Reply = NodeReply;
  using Effects = NodeEffects;

  // Reads what an earlier opening left, or begins an empty node. DATA_LOSS where what is stored
  // does not parse; FAILED_PRECONDITION where the store belongs to another node.
  static absl::StatusOr<std::unique_ptr<NodeCore>> Recover(const NodeId& node,
                                                           const storage::View& view);

  // Begins an epoch: the first thing written. `may_spend` says whether the fence file vouches for
  // this store; otherwise approvals wait for the centre's proof.
  void Open(absl::Time now, std::string epoch_nonce, bool may_spend, Effects& effects);

  // Instead of Open: this store must not be written to.
  void FenceSelf(national::v1::FenceReason reason, std::string detail);

  static Command Tick() { return TimePassed{}; }
  bool WantsTick() const { return !waiters_.empty(); }
  void Step(absl::Time now, engine::Ticket ticket, Command&& command, Effects& effects);
  void Finish(Effects& effects);

  // For the read side, called on the committer's thread after a group is durable.
  const NodeState& state() const { return state_; }
  bool connected() const { return connected_; }
  size_t applications() const { return headers_.size(); }
  struct CallFigures {
    CallId call;
    ledger::Totals totals;
    ledger::Amounts headroom;
    ledger::Amounts pending;
  };
  std::vector<CallFigures> Figures() const;
  std::vector<const programme::v1::Call*> Definitions() const;
  // What the node would like to have allotted ahead of need, by call: absolute totals.
  const std::map<CallId, ledger::Amounts>& demands() const { return demands_; }

 private:
  struct PendingKey {
    absl::Time since;
    uint64_t seq = 0;
    // Not `auto`: absl::Time has < and == only.
    std::strong_ordering operator<=>(const PendingKey&) const = default;
  };
  struct Pending {
    ApplicationId id;
    region::v1::Application record;
    ledger::Amounts award;
  };
  struct CallState {
    programme::v1::Call definition;
    ledger::NodeLedger ledger;
    std::map<PendingKey, Pending> pending;
    ledger::Amounts pending_sum;
    ledger::Amounts high_water;  // headroom right after the last allotment
    absl::flat_hash_map<uint16_t, int64_t> awards_by_municipality;  // held or waiting
    bool ledger_changed = false;
  };
  // A decision whose reply is held back while funds may still come.
  struct Waiter {
    RequestKey request;
    absl::Time deadline;
    DecideReply reply;
    absl::flat_hash_map<ApplicationId, size_t> open;  // index into reply.items
    bool changed = false;                             // since the reply was remembered
  };

  explicit NodeCore(const NodeId& node);
  absl::Status RecoverCalls(const storage::View& view);
  // After a rejoin a ledger may be there before the call's definition comes from the centre.
  absl::Status RecoverUndefinedLedgers(const storage::View& view);
  absl::Status RecoverLate(const storage::View& view);
  bool MayUse(const LateUse& use) const;
  void UseAdmission(const LateUse& use, const ApplicationId& id, Effects& effects);
  absl::Status RecoverNoted(const storage::View& view);
  absl::Status RecoverCentreHashes(const storage::View& view);
  absl::Status RecoverHeaders(const storage::View& view);
  absl::Status RecoverPending(const storage::View& view, const CallId& call,
                              const ApplicationId& id);

  void Do(absl::Time now, engine::Ticket ticket, TimePassed&&, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, SubmitCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, EvaluateCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, DecideCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, NoteCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, ConflictCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, LinkAdmitted&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, LinkLost&&, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, national::v1::AllotmentTotals&& command,
          Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, national::v1::Recall&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, national::v1::DownEntry&& command,
          Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, LateCommand&& command, Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, NationalDecisionCommand&& command,
          Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, national::v1::Fence&& command, Effects& effects);

  // --- The centre's own history (centre_history.cc)

  void Do(absl::Time now, engine::Ticket ticket, national::v1::CentreRecords&& command,
          Effects& effects);
  void Do(absl::Time now, engine::Ticket ticket, national::v1::CentreHeartbeat&& command,
          Effects& effects);
  // Whether this is the centre that the node knows, or a later incarnation of it; what the node
  // knows of it is brought up to that. FAILED_PRECONDITION where it is another one.
  absl::Status MeetCentre(const LinkAdmitted& command, Effects& effects);
  // False where the record can't be the next of the centre's journal.
  bool FollowCentre(const national::v1::JournalRecord& record, Effects& effects);
  // Compares with what was seen before the centre began this incarnation.
  void FindAgain(const journal::Head& next, bool begins_incarnation, Effects& effects);
  // Keeps the head that the centre signed, unless it is older than what is kept.
  void TakeSigned(const journal::Head& told, const std::string& signature, Effects& effects);
  CentreHistory::Seen SeenNow() const;
  // Hash of a record of the centre's journal, as it was seen; empty where it was not.
  absl::string_view CentreHashAt(Seq seq) const;
  void RaiseAlarm(const std::string& what, Effects& effects);
  void RaiseAlarm(const std::string& what, const CentreHistory::Seen& against, Effects& effects);

  // Whether it is the next entry of the down-log; the cursor moves on to it then.
  bool TakesEntry(const national::v1::DownEntry& entry);
  void LearnSchool(const national::v1::SchoolAnnounced& announced, Effects& effects);
  // False where the application is not as it was ranked any more; nothing is changed then.
  bool TakeRanking(absl::Time now, const national::v1::NationalDecision& decision,
                   std::optional<region::v1::Application>&& current, CallState& call,
                   Effects& effects);

  // `earlier_rows`: the teams that this command brought already, in a dry run, which keeps none.
  SubmitItemReply SubmitOne(absl::Time now, const SubmitCommand& command, SubmitItem&& item,
                            TeamIndex* earlier_rows, Effects& effects);
  SubmitItemReply SubmitKnown(absl::Time now, const SubmitCommand& command, SubmitItem&& item,
                              const ApplicationId& id, Effects& effects);

  bool IsTeamCall(const CallId& id);
  // Why the team in `record` can't be taken: its school has another one. Nothing for projects.
  std::optional<Fault> CheckTeam(const region::v1::Application& record, const ApplicationId& self,
                                 const TeamIndex* earlier_rows);
  // That the team is there, or no longer under this school; nothing for projects.
  void NoteTeam(const region::v1::Application& record, const ApplicationId& id);
  void ForgetTeam(const region::v1::Application& record, const ApplicationId& id);

  DecisionReply FreshOrStale(const ApplicationId& id, uint32_t version) const;
  DecisionReply EvaluateOne(absl::Time now, EvaluateItem& item, Effects& effects);
  DecisionReply DecideOne(absl::Time now, const std::string& actor, DecideItem&& item,
                          Effects& effects);
  // The header of an application that an item names; null, with the reply's fault set, where the
  // handler refused the item or there is no such application.
  Header* FindNamed(const ApplicationId& id, const std::optional<Fault>& refused,
                    DecisionReply* reply);
  // Does what CheckDecision found nothing against.
  void TakeDecision(absl::Time now, const std::string& actor, DecideItem&& item,
                    const ledger::Amounts& award, Header& header, CallState& call,
                    DecisionReply* reply, Effects& effects);
  std::optional<Fault> CheckDecision(const std::string& actor, const DecideItem& item,
                                     const Header& header, ledger::Amounts* award) const;

  DecisionReply NoteOne(absl::Time now, NoteItem&& item, Effects& effects);
  std::optional<Fault> CheckNote(const NoteItem& item) const;
  // Journals that something was laid to the application.
  Seq Note(absl::Time now, const ApplicationId& id, national::v1::NoteKind kind,
           SealedParts&& sealed, Effects& effects);
  void CountNoted(const ApplicationId& id, national::v1::NoteKind kind);
  DecisionReply DeclareConflict(absl::Time now, ConflictCommand&& command, Effects& effects);
  // What somebody with a conflict of interest scored counts no longer.
  Seq TakeEvaluationOut(absl::Time now, ConflictCommand& command, Effects& effects);
  // Why this person may neither evaluate the application nor decide on it.
  std::optional<Fault> CheckNoConflict(const ApplicationId& id, const std::string& evaluator) const;

  // Which steps the call's applications can take.
  static programme::Life LifeOf(const programme::v1::Call& call);
  // Verbs of an award that is there already; they have rules of their own.
  static bool IsOfAward(programme::Verb verb);
  // Why the award can't be changed so; `after` is what the application would hold.
  std::optional<Fault> CheckAwardChange(const std::string& actor, const DecideItem& item,
                                        const CallState& call, ledger::Amounts* after) const;
  void ChangeAward(absl::Time now, const std::string& actor, DecideItem&& item, Header& header,
                   CallState& call, DecisionReply* reply, Effects& effects);

  // OK, or why nothing may be written / why this request can't be taken again.
  absl::Status Admissible(const RequestKey& request) const;
  // Answers a decision again, with the first answer: together with it where it is still held back,
  // else at once.
  void AnswerAgain(engine::Ticket ticket, const Uuid& request, std::vector<DecisionReply> replies,
                   Effects& effects);
  // Lets an answer go that was held back. From now on it is the first answer to its request.
  void EndWait(engine::Ticket ticket, Waiter&& waiter, Effects& effects);
  void RememberRequest(const RequestKey& request, const std::vector<DecisionReply>& replies,
                       Effects& effects);

  // Writes one journal record and the sealed parts that belong to it.
  Seq Journal(absl::Time now, const national::v1::PublicRecord& what, SealedParts&& sealed,
              Effects& effects);
  // Journals the record's new state under `verb` and stores it with its header.
  Seq Change(absl::Time now, const ApplicationId& id, region::v1::Application& record,
             programme::Verb verb, SealedParts&& sealed, Effects& effects);

  // True where what waits comes before anything new, whether or not that would fit.
  static bool QueueBlocks(const CallState& call);
  // When an approval that must wait now began to wait: later than all that wait already, so that
  // the centre, which orders by this alone, serves them in the same order as the node.
  static absl::Time NextPendingSince(absl::Time now, const CallState& call);
  // Awards what waits, in order, as far as headroom goes.
  void FundPending(absl::Time now, CallState& call, Effects& effects);
  void AddPending(CallState& call, const ApplicationId& id, const region::v1::Application& record);
  void RemovePending(CallState& call, const ApplicationId& id,
                     const region::v1::Application& record);
  void ResolveWaiters(const ApplicationId& id, national::v1::ApplicationStatus status, Seq seq,
                      Effects& effects);
  void UpdateDemands();

  CallState* FindCall(const CallId& id);
  CallState& CallOf(const Header& header) { return *calls_[header.call].second; }
  const CallState& CallOf(const Header& header) const { return *calls_[header.call].second; }
  uint16_t CallIndex(const CallId& id);
  uint16_t MunicipalityIndex(const std::string& code);
  void CountAward(CallState& call, const Header& header, int64_t change);

  NodeState state_;
  bool state_changed_ = false;
  // Hashes of the records of the centre's journal, 32 bytes each, from the first: up to
  // state_.centre.head, and while state_.centre.before stands up to where that was.
  std::string centre_hashes_;
  bool connected_ = false;
  bool may_spend_ = false;
  // The centre on the other end of the link is not the one that this node knows: nothing it says
  // is taken.
  bool is_estranged_ = false;

  std::vector<std::pair<CallId, std::unique_ptr<CallState>>> calls_;  // grows only
  absl::flat_hash_map<CallId, uint16_t> call_indexes_;
  std::vector<std::string> municipalities_;  // ATVK codes; grows only
  absl::flat_hash_map<std::string, uint16_t> municipality_indexes_;
  absl::flat_hash_map<ApplicationId, Header> headers_;
  absl::flat_hash_map<Digest, ApplicationId> references_;
  TeamIndex teams_;
  absl::flat_hash_map<Digest, LateEntry> late_;
  absl::flat_hash_map<ApplicationId, Noted> noted_;

  std::map<engine::Ticket, Waiter> waiters_;
  absl::flat_hash_map<ApplicationId, std::vector<engine::Ticket>> waiters_of_;
  std::map<CallId, ledger::Amounts> demands_;
  RecentRequests recent_requests_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_NODE_CORE_H_
