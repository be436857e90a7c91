// Steps, and whose records are applied. Who is let in, and money, have files of their own.

#include "central/core/central_core.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/application_keys.h"
#include "central/core/families.h"
#include "common/base/status.h"

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
    if (PostponeRecord(id, node, record, effects)) return false;
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
