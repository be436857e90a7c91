// The centre's own journal, as this node follows it. The node keeps no record of it but the head: a
// centre that shows another history than before is noticed by every region that has seen the old
// one.

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/signing.h"
#include "common/base/status.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::national::v1::JournalRecord;
using ::kopa::national::v1::PublicRecord;

namespace {

constexpr size_t kAlarmBytesMax = 600;

}  // namespace

absl::Status NodeCore::MeetCentre(const LinkAdmitted& command, Effects& effects) {
  CentreHistory& centre = state_.centre;
  const bool is_same = command.incarnation == state_.incarnation;
  if (command.incarnation < state_.incarnation ||
      (is_same && command.incarnation_nonce != state_.incarnation_nonce)) {
    const std::string what =
        is_same ? absl::StrCat("two centres call themselves incarnation ", command.incarnation)
                : absl::StrCat("the centre says it is incarnation ", command.incarnation,
                               "; this node has met ", state_.incarnation);
    RaiseAlarm(what, effects);
    return absl::FailedPreconditionError(what);
  }
  if (!is_same) {
    // The new incarnation declares that what came after some record is lost; its journal is
    // followed from the first record, and what was seen before it must be found in it again.
    if (centre.head.seq > centre.before.head.seq) centre.before = {state_.incarnation, centre.head};
    centre.head = journal::Head();
    centre.signed_head = journal::Head();
    centre.signature.clear();
    centre.alarm.clear();
    state_.incarnation = command.incarnation;
    state_.incarnation_nonce = command.incarnation_nonce;
    state_.down_cursor = 0;
    state_changed_ = true;
  }
  if (command.centre_key.empty() || command.centre_key == centre.public_key) {
    return absl::OkStatus();
  }
  if (!centre.public_key.empty()) {
    RaiseAlarm(
        "the centre signs its history with another key than before: its key file was replaced, or "
        "somebody else speaks for it",
        effects);
  }
  centre.public_key = command.centre_key;
  state_changed_ = true;
  return absl::OkStatus();
}

void NodeCore::RaiseAlarm(const std::string& what, Effects& effects) {
  std::string& alarm = state_.centre.alarm;
  if (alarm.find(what) != std::string::npos || alarm.size() > kAlarmBytesMax) return;
  absl::StrAppend(&alarm, alarm.empty() ? "" : "; ", what);
  state_changed_ = true;
  effects.alarms.push_back(what);
}

void NodeCore::Do(absl::Time, engine::Ticket ticket, national::v1::CentreRecords&& command,
                  Effects& effects) {
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
  if (state_.fenced() || is_estranged_) return;
  const journal::Head& head = state_.centre.head;
  for (const JournalRecord& record : command.records()) {
    const Seq seq(record.seq());
    if (seq == head.seq && record.hash() != head.hash) {
      return RaiseAlarm(absl::StrCat("the centre shows another record ", seq.value(),
                                     " of its journal than before"),
                        effects);
    }
    if (seq <= head.seq) continue;       // seen before
    if (seq != head.seq.Next()) return;  // what is between was lost on the way; it comes again
    if (!FollowCentre(record, effects)) return;
  }
}

bool NodeCore::FollowCentre(const JournalRecord& record, Effects& effects) {
  CentreHistory& centre = state_.centre;
  const auto broken = [&](const std::string& what) {
    RaiseAlarm(absl::StrCat("record ", record.seq(), " of the centre's journal ", what), effects);
    return false;
  };
  journal::Head next = centre.head;
  PublicRecord what;
  if (!journal::Follow(next, record).ok()) return broken("does not follow the one before it");
  // A kind of record that this version does not know is no fault of the history.
  if (journal::ParsePublic(record, &what).ok() && what.has_incarnation_begun() &&
      what.incarnation_begun().counter() == state_.incarnation &&
      what.incarnation_begun().nonce() != state_.incarnation_nonce) {
    return broken("begins another incarnation than the centre says it is");
  }
  const CentreHistory::Before& before = centre.before;
  if (before.head.seq.value() != 0 && next.seq == before.head.seq) {
    // Written in a later incarnation: what was seen was declared lost before.
    if (record.epoch() <= before.incarnation && next.hash != before.head.hash) {
      RaiseAlarm(absl::StrCat("record ", record.seq(),
                              " of the centre's journal is not the one that this node has seen; no "
                              "new incarnation before it declares that"),
                 effects);
    }
    centre.before = CentreHistory::Before();
  }
  if (next.seq == centre.signed_head.seq && next.hash != centre.signed_head.hash) {
    return broken("is not the one that the centre has signed");
  }
  centre.head = std::move(next);
  state_changed_ = true;
  return true;
}

void NodeCore::Do(absl::Time, engine::Ticket ticket, national::v1::CentreHeartbeat&& command,
                  Effects& effects) {
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
  CentreHistory& centre = state_.centre;
  const Seq seq(command.head_seq());
  const bool is_old =
      seq < centre.signed_head.seq || seq < centre.head.seq ||
      (seq == centre.signed_head.seq && command.head_hash() == centre.signed_head.hash);
  if (state_.fenced() || is_estranged_ || !connected_ || centre.public_key.empty() || is_old)
    return;
  if (!IsSignatureOf(centre.public_key, HeadStatement("", seq, command.head_hash()),
                     command.signature())) {
    return RaiseAlarm(absl::StrCat("the signature of the centre's head ", seq.value(), " is wrong"),
                      effects);
  }
  if (seq == centre.signed_head.seq) {
    return RaiseAlarm(absl::StrCat("the centre has signed two different records ", seq.value()),
                      effects);
  }
  if (seq == centre.head.seq && command.head_hash() != centre.head.hash) {
    return RaiseAlarm(absl::StrCat("the centre signs another record ", seq.value(),
                                   " of its journal than it has shown"),
                      effects);
  }
  centre.signed_head = {seq, command.head_hash()};
  centre.signature = command.signature();
  state_changed_ = true;
}

}  // namespace kopa::node
