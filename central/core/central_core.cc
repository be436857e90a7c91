// Steps and the link: who is let in, whose records are applied. Money has a file of its own.

#include "central/core/central_core.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/application_keys.h"
#include "central/core/families.h"
#include "common/base/status.h"
#include "common/journal/epochs.h"

namespace kopa::central {

using ::kopa::national::v1::ConnectResponse;
using ::kopa::national::v1::FenceReason;
using ::kopa::national::v1::PublicRecord;

namespace {

template <typename One>
constexpr bool kIsOfOffice =
    std::is_same_v<One, LoadCallCommand> || std::is_same_v<One, CloseCallCommand> ||
    std::is_same_v<One, ProposeCommand> || std::is_same_v<One, SettleProposalCommand> ||
    std::is_same_v<One, ApplyRankingCommand>;

}  // namespace

void CentralCore::Step(absl::Time now, engine::Ticket ticket, Command&& command, Effects& effects) {
  std::visit(
      [&](auto&& one) {
        if constexpr (kIsOfOffice<std::decay_t<decltype(one)>>) {
          Do(now, ticket, std::move(one), effects);
        } else {
          Do(now, std::move(one), effects);
          effects.Reply(ticket, {});
        }
      },
      std::move(command));
  CheckRecovered(now, effects);
  // Settled after each command, not each group, so that the order of events alone decides.
  for (const CallId& call : std::exchange(unsettled_, {})) Settle(now, call, effects);
}

void CentralCore::Finish(Effects& effects) {
  for (const CellKey& key : effects.changes.cells) {
    const CellSums& sums = fold_.cells().at(key);
    const std::string stored = StoredCellKey(fold_.names(), key);
    if (sums.IsZero()) {
      effects.batch.Delete(kCell, stored);
    } else {
      effects.batch.Put(kCell, stored, sums.Serialize());
    }
  }
  for (const auto& [id, details] : effects.changes.summaries) {
    StoredSummary stored = fold_.Stored(id);
    stored.details = details;
    effects.batch.Put(kSummary, std::string(id.bytes()), stored.Serialize(fold_.names()));
    if (!effects.changes.found_otherwise.contains(id)) continue;
    const CallId call(fold_.names().calls.Name(stored.summary.cell.call));
    const std::string& municipality =
        fold_.names().municipalities.Name(stored.summary.cell.municipality);
    for (const ApplicationKey& key :
         KeysOf(municipality, fold_.FindCall(call)->words.team, details)) {
      effects.batch.Put(kKey, StoredKey(call, key, id), "");
    }
  }
  for (const auto& [call, nodes] : effects.changes.ledgers) {
    for (const auto& [node, changed] : nodes) {
      effects.batch.Put(kLedger, LedgerKey(call, node),
                        fold_.FindCall(call)->ledger.of(node).Serialize());
    }
  }
  for (const NodeId& node : effects.nodes_changed) {
    effects.batch.Put(kNode, node.value(), nodes_.at(node).record.Serialize());
  }
  if (state_changed_) effects.batch.Put(kMeta, kCentralStateKey, state_.Serialize());
  state_changed_ = false;
}

void CentralCore::Journal(absl::Time now, const PublicRecord& what, Effects& effects,
                          const StaffEntry* staff) {
  journal::Commitments commitments;
  if (staff != nullptr) commitments.staff = staff->Commitment();
  const national::v1::JournalRecord record =
      journal::Append(state_.head, EpochNumber(state_.incarnation), now, what, commitments);
  if (staff != nullptr) effects.batch.Put(kStaff, SeqKey(state_.head.seq), staff->Serialize());
  effects.batch.Put(kJournal, SeqKey(state_.head.seq), record.SerializeAsString());
  state_changed_ = true;
}

void CentralCore::Send(Session session, ConnectResponse message, Effects& effects) {
  effects.outgoing.push_back({session, std::move(message)});
}

bool CentralCore::Connected(const NodeId& node) const {
  const auto found = nodes_.find(node);
  return found != nodes_.end() && found->second.connected;
}

FenceReason CentralCore::Judge(const NodeStatus& node, const national::v1::Hello& hello,
                               std::string* detail) const {
  const NodeRecord& record = node.record;
  // Two copies, or a history that can't be: only a rejoin, which an epoch of its block tells, can
  // have put that right. Nothing brings a retired node back.
  const bool has_rejoined = journal::HasRejoinedSince(EpochNumber(hello.epoch()), record.epoch) &&
                            record.fence_reason != national::v1::FENCE_REASON_RETIRED;
  if (record.fence_sticky && !has_rejoined) {
    *detail = record.fence_detail;
    return record.fence_reason;
  }
  if (hello.epoch() < record.epoch.value()) {
    *detail = absl::StrCat("its epoch is ", hello.epoch(), "; epoch ", record.epoch.value(),
                           " was accepted before");
    return national::v1::FENCE_REASON_OLD_EPOCH;
  }
  if (hello.epoch() == record.epoch.value() && hello.epoch_nonce() != record.epoch_nonce) {
    *detail = absl::StrCat("two stores opened under epoch ", hello.epoch(), ": two copies live");
    return national::v1::FENCE_REASON_TWO_COPIES;
  }
  if (hello.head_seq() < record.applied.seq.value()) {
    *detail = absl::StrCat("its journal ends at ", hello.head_seq(), "; the centre has applied ",
                           record.applied.seq.value(), ": restored from an old copy");
    return national::v1::FENCE_REASON_BEHIND;
  }
  if (hello.head_seq() < record.signed_head.seq.value() && !has_rejoined) {
    *detail = absl::StrCat("its journal ends at ", hello.head_seq(), "; it signed record ",
                           record.signed_head.seq.value(), " before: restored from an old copy");
    return national::v1::FENCE_REASON_BEHIND;
  }
  if (hello.self_fenced() != national::v1::FENCE_REASON_UNSPECIFIED) {
    // What a node says of itself does not decide what the centre does for good.
    *detail =
        "the node fenced itself: its store is behind its fence file, or the centre refused it";
    return national::v1::FENCE_REASON_BEHIND_FENCE_FILE;
  }
  return national::v1::FENCE_REASON_UNSPECIFIED;
}

void CentralCore::Do(absl::Time now, HelloCommand&& command, Effects& effects) {
  const national::v1::Hello& hello = command.hello;
  const NodeId id(hello.node());
  const auto found = nodes_.find(id);
  if (found == nodes_.end()) {
    effects.outgoing.push_back(
        {command.session,
         absl::NotFoundError(absl::StrCat("no node \"", id.value(), "\" is known here"))});
    return;
  }
  NodeStatus& node = found->second;
  const bool is_retired = node.record.fence_reason == national::v1::FENCE_REASON_RETIRED;
  if (const std::string cause = SignsOfRestore(command); !cause.empty() && !is_retired) {
    const uint64_t newest = std::max(state_.incarnation, hello.incarnation_seen());
    BeginIncarnation(now, newest + 1, std::move(command.nonce), cause, effects);
    effects.outgoing.push_back(
        {command.session,
         absl::UnavailableError("the centre begins a new incarnation: greet it again")});
    return;
  }
  std::string detail;
  const FenceReason reason = Judge(node, hello, &detail);
  if (reason != national::v1::FENCE_REASON_UNSPECIFIED) {
    FenceNode(now, id, command.session, hello.epoch(), hello.epoch_nonce(), reason,
              std::move(detail), effects);
    return;
  }
  if (node.connected && node.record.epoch != EpochNumber(hello.epoch())) {
    // Another opening of the store while this one is alive is another copy. If the live one is only
    // a stream that has not been missed yet, it is cut within seconds and the next Hello gets in.
    effects.outgoing.push_back(
        {command.session, absl::UnavailableError("another store of this node is connected")});
    return;
  }
  if (node.session.value() != 0) {
    effects.outgoing.push_back(
        {node.session, absl::AbortedError("a newer stream of this node took over")});
  }
  ForgetSession(id);  // what was asked of the older stream may never have arrived
  node.session = command.session;
  node.connected = false;
  node.head_at_hello = hello.head_seq();
  // Held until the proof: an epoch that is only claimed must not shut out the real one.
  greeted_[id] = {EpochNumber(hello.epoch()), hello.epoch_nonce(), hello.incarnation_seen(),
                  hello.down_cursor(),        hello.address(),     hello.public_key()};
  effects.nodes_changed.insert(id);
  ConnectResponse response;
  auto* welcome = response.mutable_welcome();
  welcome->set_incarnation(state_.incarnation);
  welcome->set_incarnation_nonce(state_.incarnation_nonce);
  welcome->set_applied_seq(node.record.applied.seq.value());
  Send(command.session, std::move(response), effects);
}

CentralCore::NodeStatus* CentralCore::Speaking(const NodeId& id, Session session) {
  const auto found = nodes_.find(id);
  if (found == nodes_.end() || found->second.session != session) return nullptr;
  return &found->second;
}

void CentralCore::ForgetSession(const NodeId& id) {
  for (auto& [call, nodes] : demands_) nodes.erase(id);
  for (auto& [call, nodes] : asked_) nodes.erase(id);
  for (const auto& [call, publication] : calls_) unsettled_.insert(call);
}

void CentralCore::Do(absl::Time now, ProofCommand&& command, Effects& effects) {
  NodeStatus* const speaker = Speaking(command.node, command.session);
  if (speaker == nullptr || speaker->connected) return;
  NodeStatus& node = *speaker;
  const Greeting& greeting = greeted_.at(command.node);
  if (command.proof.applied_seq() != node.record.applied.seq.value() ||
      command.proof.hash() != node.record.applied.hash) {
    FenceNode(now, command.node, command.session, greeting.epoch.value(), greeting.epoch_nonce,
              national::v1::FENCE_REASON_OTHER_HISTORY,
              absl::StrCat("its record ", node.record.applied.seq.value(),
                           " is not the one that the centre has applied"),
              effects);
    return;
  }
  Admit(now, command.node, node, effects);
}

void CentralCore::Admit(absl::Time now, const NodeId& id, NodeStatus& node, Effects& effects) {
  const Greeting& greeting = greeted_.at(id);
  NodeRecord& record = node.record;
  if (!record.admitted_ever || record.epoch != greeting.epoch) {
    PublicRecord what;
    auto* admitted = what.mutable_node_admitted();
    admitted->set_node(id.value());
    admitted->set_epoch(greeting.epoch.value());
    admitted->set_epoch_nonce(greeting.epoch_nonce);
    admitted->set_applied_seq(record.applied.seq.value());
    admitted->set_applied_hash(record.applied.hash);
    Journal(now, what, effects);
  }
  if (journal::HasRejoinedSince(greeting.epoch, record.epoch)) {
    // What its lost store had signed is what the rejoin has looked into.
    record.signed_head = SignedHead();
    record.alarm.clear();
  }
  PinKey(id, greeting.public_key, effects);
  record.address = greeting.address;
  record.epoch = greeting.epoch;
  record.epoch_nonce = greeting.epoch_nonce;
  record.admitted_ever = true;
  record.fence_reason = national::v1::FENCE_REASON_UNSPECIFIED;
  record.fence_detail.clear();
  record.fence_sticky = false;
  node.connected = true;
  effects.nodes_changed.insert(id);
  ConnectResponse admitted;
  admitted.mutable_admitted()->set_nodes(static_cast<int32_t>(LivingNodes()));
  Send(node.session, std::move(admitted), effects);
  // Calls first: an allotment of a call that the node does not know would be lost on it.
  SendDownLog(id, node, effects);
  for (const auto& [call, publication] : calls_) {
    GiveFixedShare(now, call, id, effects);
    SendAllotment(call, id, effects);
    unsettled_.insert(call);
  }
  NoteReported(id, node, effects);
}

void CentralCore::SendDownLog(const NodeId& id, const NodeStatus& node, Effects& effects) {
  const Greeting& greeting = greeted_.at(id);
  const uint64_t cursor =
      greeting.incarnation_seen == state_.incarnation ? greeting.down_cursor : 0;
  for (const national::v1::DownEntry& entry : down_logs_[id]) {
    if (entry.number() <= cursor) continue;
    ConnectResponse response;
    *response.mutable_down_entry() = entry;
    Send(node.session, std::move(response), effects);
  }
}

void CentralCore::FenceNode(absl::Time now, const NodeId& id, Session session, uint64_t epoch,
                            const std::string& nonce, FenceReason reason, std::string detail,
                            Effects& effects) {
  NodeStatus& node = nodes_.at(id);
  ConnectResponse fence;
  fence.mutable_fence()->set_reason(reason);
  fence.mutable_fence()->set_detail(detail);
  const bool two_copies = reason == national::v1::FENCE_REASON_TWO_COPIES;
  if (two_copies && node.session != session && node.session.value() != 0) {
    Send(node.session, fence, effects);
  }
  Send(session, fence, effects);
  // A copy that knocks while the real node is connected changes nothing for the real one.
  if (node.connected && node.session != session && !two_copies) return;
  if (node.record.fence_reason != reason || node.record.fence_detail != detail) {
    PublicRecord what;
    auto* fenced = what.mutable_node_fenced();
    fenced->set_node(id.value());
    fenced->set_epoch(epoch);
    fenced->set_epoch_nonce(nonce);
    fenced->set_reason(reason);
    Journal(now, what, effects);
  }
  if (reason == national::v1::FENCE_REASON_OTHER_HISTORY) RaiseAlarm(id, detail, effects);
  // One that only stands on says nothing new.
  if (!node.record.fence_sticky) node.record.fence_incarnation = state_.incarnation;
  node.record.fence_reason = reason;
  node.record.fence_detail = std::move(detail);
  node.record.fence_sticky = node.record.fence_sticky || two_copies ||
                             reason == national::v1::FENCE_REASON_OVERDRAWN ||
                             reason == national::v1::FENCE_REASON_BAD_RECORD;
  effects.nodes_changed.insert(id);
  // A stream that has not proved itself yet may still be the real node's: it is left to its proof.
  if (node.session != session && !two_copies) return;
  node.connected = false;
  node.session = Session();
  ForgetSession(id);
}

void CentralCore::Do(absl::Time now, RecordsCommand&& command, Effects& effects) {
  NodeStatus* const speaker = Speaking(command.node, command.session);
  if (speaker == nullptr || !speaker->connected) return;
  NodeStatus& node = *speaker;
  for (RecordsCommand::Record& record : command.records) {
    const uint64_t seq = record.journal.seq();
    const journal::Head& applied = node.record.applied;
    if (seq == applied.seq.value() && record.journal.hash() != applied.hash) {
      FenceNode(now, command.node, node.session, node.record.epoch.value(), node.record.epoch_nonce,
                national::v1::FENCE_REASON_OTHER_HISTORY,
                absl::StrCat("its record ", seq, " is not the one that the centre has applied"),
                effects);
      return;
    }
    if (seq <= applied.seq.value()) continue;      // applied before
    if (seq != applied.seq.Next().value()) break;  // a gap: the ack tells the cursor
    if (!ApplyRecord(now, command.node, node, record, effects)) return;
  }
  effects.nodes_changed.insert(command.node);
  NoteReported(command.node, node, effects);
  ConnectResponse response;
  response.mutable_ack()->set_applied_seq(node.record.applied.seq.value());
  response.mutable_ack()->set_hash(node.record.applied.hash);
  Send(node.session, std::move(response), effects);
}

bool CentralCore::ApplyRecord(absl::Time now, const NodeId& id, NodeStatus& node,
                              RecordsCommand::Record& record, Effects& effects) {
  const auto refuse = [&](FenceReason reason, std::string detail) {
    FenceNode(now, id, node.session, node.record.epoch.value(), node.record.epoch_nonce, reason,
              std::move(detail), effects);
    return false;
  };
  if (record.journal.prev_hash() != node.record.applied.hash) {
    return refuse(national::v1::FENCE_REASON_OTHER_HISTORY,
                  absl::StrCat("its record ", record.journal.seq(),
                               " does not follow what the centre has applied"));
  }
  const SignedHead& signed_head = node.record.signed_head;
  if (record.journal.seq() == signed_head.seq.value() &&
      record.journal.hash() != signed_head.hash) {
    return refuse(
        national::v1::FENCE_REASON_OTHER_HISTORY,
        absl::StrCat("its record ", record.journal.seq(), " is not the one that it signed before"));
  }
  if (state_.recovering) {
    if (PostponeUnknownCall(id, node, record, effects)) return false;
    RaiseNoted(now, id, record, effects);
  }
  const EpochNumber epoch(record.journal.epoch());
  const absl::Status applied = fold_.Apply(id, epoch, record.what, effects.changes);
  if (!applied.ok()) {
    return refuse(
        absl::IsFailedPrecondition(applied) ? national::v1::FENCE_REASON_OVERDRAWN
                                            : national::v1::FENCE_REASON_BAD_RECORD,
        absl::StrCat("record ", record.journal.seq(), ": ", std::string(applied.message())));
  }
  node.record.applied.seq = Seq(record.journal.seq());
  node.record.applied.hash = record.journal.hash();
  node.record.epoch_opened = fold_.EpochOpenedBy(id);
  effects.batch.Put(kNodeJournal, NodeSeqKey(id, node.record.applied.seq),
                    record.journal.SerializeAsString());
  if (record.what.has_application_changed()) {
    const auto& summary = record.what.application_changed().summary();
    NoteAnswer(summary, effects);
    AnnounceSchool(now, id, summary, effects);
    unsettled_.insert(CallId(summary.call()));
  } else if (record.what.has_handed_back()) {
    unsettled_.insert(CallId(record.what.handed_back().call()));
  } else if (record.what.has_headroom_frozen()) {
    unsettled_.insert(CallId(record.what.headroom_frozen().call()));
  }
  return true;
}

void CentralCore::Do(absl::Time now, TimePassed&&, Effects&) {
  for (const auto& [call, sweep] : sweeps_) {
    // A deadline further off than any sweep takes means that the clock went back.
    if (sweep.deadline <= now || sweep.deadline > now + kSweepMost) unsettled_.insert(call);
  }
}

void CentralCore::Do(absl::Time, DemandCommand&& command, Effects&) {
  const CallId call(command.demand.call());
  const ledger::Amounts target = ledger::Amounts::FromProto(command.demand.target());
  if (fold_.FindCall(call) == nullptr || target.AnyNegative()) return;
  const NodeStatus* const node = Speaking(command.node, command.session);
  if (node == nullptr || !node->connected) return;
  demands_[call][command.node] = target;
  unsettled_.insert(call);
}

void CentralCore::Do(absl::Time, SessionLost&& command, Effects& effects) {
  NodeStatus* const node = Speaking(command.node, command.session);
  if (node == nullptr) return;
  node->session = Session();
  node->connected = false;
  effects.nodes_changed.insert(command.node);
  ForgetSession(command.node);
}

}  // namespace kopa::central
