// Who is let in: a Hello is judged, a Proof shown, and only then does a store speak for its node.

#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/central_core.h"
#include "common/journal/epochs.h"

namespace kopa::central {
namespace {

// Why a store is turned away that has another record than the one applied, and the alarm about it.
std::string OtherHistory(Seq applied) {
  return absl::StrCat("its record ", applied.value(),
                      " is not the one that the centre has applied");
}

}  // namespace

using ::kopa::national::v1::ConnectResponse;
using ::kopa::national::v1::FenceReason;
using ::kopa::national::v1::PublicRecord;

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
  Greeting& greeting = greeted_[id];
  greeting = {EpochNumber(hello.epoch()), hello.epoch_nonce(), hello.incarnation_seen(),
              hello.down_cursor(),        hello.address(),     hello.public_key()};
  NoteContradiction(command, greeting);
  greeting.incarnation_nonce = std::move(command.nonce);
  effects.nodes_changed.insert(id);
  ConnectResponse response;
  auto* welcome = response.mutable_welcome();
  welcome->set_incarnation(state_.incarnation);
  welcome->set_incarnation_nonce(state_.incarnation_nonce);
  welcome->set_applied_seq(node.record.applied.seq.value());
  welcome->set_head_seq(state_.head.seq.value());
  welcome->set_head_hash(state_.head.hash);
  Send(command.session, std::move(response), effects);
}

void CentralCore::Do(absl::Time now, ProofCommand&& command, Effects& effects) {
  NodeStatus* const speaker = Speaking(command.node, command.session);
  if (speaker == nullptr || speaker->connected) return;
  NodeStatus& node = *speaker;
  const Greeting& greeting = greeted_.at(command.node);
  if (command.proof.applied_seq() != node.record.applied.seq.value() ||
      command.proof.hash() != node.record.applied.hash) {
    FenceNode(now, command.node, command.session, greeting.epoch.value(), greeting.epoch_nonce,
              national::v1::FENCE_REASON_OTHER_HISTORY, OtherHistory(node.record.applied.seq),
              effects);
    return;
  }
  // Only now: a store that is fenced, or can't show the history that is applied, tells nothing.
  if (!greeting.contradiction.empty()) {
    return MeetContradiction(now, command.node, node, effects);
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
    // Before they are sent: what they allotted is frozen there.
    DropDecisionsOf(id, "has rejoined", effects);
  }
  // A store that could not show the applied history was turned away, and nothing of it was taken:
  // with the node's own store back there is nothing left to look into.
  if (record.alarm == OtherHistory(record.applied.seq)) record.alarm.clear();
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

}  // namespace kopa::central
