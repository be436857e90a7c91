// The centre's own journal, as this node follows it. The node keeps the hash of each record: a
// centre that shows another history than before is noticed by every region that has seen the old
// one, also behind a new incarnation.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/signing.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {

using ::kopa::journal::Head;
using ::kopa::national::v1::JournalRecord;
using ::kopa::national::v1::PublicRecord;

namespace {

constexpr size_t kAlarmBytesMax = 600;
constexpr size_t kHashBytes = 32;

}  // namespace

absl::Status NodeCore::RecoverCentreHashes(const storage::View& view) {
  const CentreHistory& centre = state_.centre;
  const Seq last = std::max(centre.head.seq, centre.before.head.seq);
  const auto stored = view.Scan(kCentreHash, "", SeqKey(last.Next()));
  for (; stored->Valid(); stored->Next()) {
    const Seq next(centre_hashes_.size() / kHashBytes + 1);
    if (stored->key() != SeqKey(next) || stored->value().size() != kHashBytes) break;
    centre_hashes_.append(stored->value().data(), stored->value().size());
  }
  RETURN_IF_ERROR(stored->status());
  const bool is_whole = centre_hashes_.size() / kHashBytes == last.value();
  if (is_whole && (centre.head.seq == Seq() || CentreHashAt(centre.head.seq) == centre.head.hash)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("what was kept of the centre's journal ends after ",
                                          centre_hashes_.size() / kHashBytes, " of ", last.value(),
                                          " records"));
}

absl::string_view NodeCore::CentreHashAt(Seq seq) const {
  const size_t end = seq.value() * kHashBytes;
  if (seq == Seq() || seq.value() > centre_hashes_.size() / kHashBytes) return "";
  return absl::string_view(centre_hashes_).substr(end - kHashBytes, kHashBytes);
}

CentreHistory::Seen NodeCore::SeenNow() const {
  const CentreHistory& centre = state_.centre;
  return {state_.incarnation, state_.incarnation_nonce, centre.head,
          centre.public_key,  centre.signed_head,       centre.signature};
}

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
  const Head& told = command.centre_head;
  if (is_same && !command.centre_signature.empty() && told.seq < centre.head.seq) {
    const std::string what = absl::StrCat("the centre's journal ends at ", told.seq.value(),
                                          "; this node has seen it to ", centre.head.seq.value(),
                                          " in the same incarnation");
    RaiseAlarm(what, effects);
    return absl::FailedPreconditionError(what);
  }
  if (!is_same) {
    // The new incarnation declares that what came after some record is lost; its journal is
    // followed from the first record, and what was seen before it must be found in it again.
    if (centre.before.empty() || centre.head.seq > centre.before.head.seq) {
      centre.before = SeenNow();
    }
    centre.head = Head();
    centre.signed_head = Head();
    centre.signature.clear();
    state_.incarnation = command.incarnation;
    state_.incarnation_nonce = command.incarnation_nonce;
    state_.down_cursor = 0;
    state_changed_ = true;
  }
  if (!command.centre_key.empty() && command.centre_key != centre.public_key) {
    if (!centre.public_key.empty()) {
      RaiseAlarm(
          "the centre signs its history with another key than before: its key file was replaced, "
          "or somebody else speaks for it",
          effects);
    }
    centre.public_key = command.centre_key;
    state_changed_ = true;
  }
  if (told.seq > Seq()) TakeSigned(told, command.centre_signature, effects);
  return absl::OkStatus();
}

void NodeCore::RaiseAlarm(const std::string& what, Effects& effects) {
  RaiseAlarm(what, SeenNow(), effects);
}

void NodeCore::RaiseAlarm(const std::string& what, const CentreHistory::Seen& against,
                          Effects& effects) {
  std::string& alarm = state_.centre.alarm;
  if (alarm.find(what) != std::string::npos || alarm.size() > kAlarmBytesMax) return;
  if (alarm.empty()) state_.centre.evidence = against;
  absl::StrAppend(&alarm, alarm.empty() ? "" : "; ", what);
  state_changed_ = true;
  effects.alarms.push_back(what);
}

void NodeCore::Do(absl::Time, engine::Ticket ticket, national::v1::CentreRecords&& command,
                  Effects& effects) {
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
  if (state_.fenced() || is_estranged_) return;
  const Head& head = state_.centre.head;
  for (const JournalRecord& record : command.records()) {
    const Seq seq(record.seq());
    if (seq <= head.seq && seq > Seq() && record.hash() != CentreHashAt(seq)) {
      return RaiseAlarm(absl::StrCat("the centre shows another record ", seq.value(),
                                     " of its journal than before"),
                        effects);
    }
    if (seq <= head.seq) continue;       // seen before
    if (seq != head.seq.Next()) return;  // what is between was lost on the way; it comes again
    if (!FollowCentre(record, effects)) return;
  }
  const bool is_at_end =
      !command.records().empty() && command.records().rbegin()->seq() == head.seq.value();
  if (is_at_end) TakeSigned(head, command.signature(), effects);
}

bool NodeCore::FollowCentre(const JournalRecord& record, Effects& effects) {
  CentreHistory& centre = state_.centre;
  const auto broken = [&](const std::string& what) {
    RaiseAlarm(absl::StrCat("record ", record.seq(), " of the centre's journal ", what), effects);
    return false;
  };
  Head next = centre.head;
  PublicRecord what;
  if (!journal::Follow(next, record).ok()) return broken("does not follow the one before it");
  // A kind of record that this version does not know is no fault of the history.
  if (journal::ParsePublic(record, &what).ok() && what.has_incarnation_begun() &&
      what.incarnation_begun().counter() == state_.incarnation &&
      what.incarnation_begun().nonce() != state_.incarnation_nonce) {
    return broken("begins another incarnation than the centre says it is");
  }
  if (next.seq == centre.signed_head.seq && next.hash != centre.signed_head.hash) {
    return broken("is not the one that the centre has signed");
  }
  FindAgain(next, what.has_incarnation_begun(), effects);
  if (CentreHashAt(next.seq).empty()) {
    centre_hashes_.append(next.hash);
    effects.batch.Put(kCentreHash, SeqKey(next.seq), next.hash);
  }
  centre.head = std::move(next);
  state_changed_ = true;
  return true;
}

void NodeCore::FindAgain(const Head& next, bool begins_incarnation, Effects& effects) {
  CentreHistory::Seen& before = state_.centre.before;
  if (before.empty()) return;
  const bool was_followed = next.seq <= before.head.seq;
  const bool was_signed = next.seq == before.signed_head.seq;
  const bool is_same = (!was_followed || CentreHashAt(next.seq) == next.hash) &&
                       (!was_signed || before.signed_head.hash == next.hash);
  const bool is_known = was_followed || was_signed;
  const Seq last = std::max(before.head.seq, before.signed_head.seq);
  if (is_same && next.seq < last && (is_known || !begins_incarnation)) return;
  // All that was seen is found again, or is another one from here on. A record that begins an
  // incarnation declares that what came in its place is lost; no other may stand there.
  if (!is_same && !begins_incarnation) {
    RaiseAlarm(absl::StrCat("record ", next.seq.value(),
                            " of the centre's journal is not the one that this node has seen; no "
                            "new incarnation before it declares that"),
               before, effects);
  }
  before = CentreHistory::Seen();
  centre_hashes_.resize(
      std::min<size_t>(centre_hashes_.size(), (next.seq.value() - (is_same ? 0 : 1)) * kHashBytes));
}

void NodeCore::Do(absl::Time, engine::Ticket ticket, national::v1::CentreHeartbeat&& command,
                  Effects& effects) {
  effects.Reply(ticket, {absl::OkStatus(), Done{}});
  const CentreHistory& centre = state_.centre;
  if (state_.fenced() || is_estranged_ || !connected_ || centre.public_key.empty()) return;
  const Head told{Seq(command.head_seq()), command.head_hash()};
  if (told.seq >= centre.head.seq) TakeSigned(told, command.signature(), effects);
}

void NodeCore::TakeSigned(const Head& told, const std::string& signature, Effects& effects) {
  CentreHistory& centre = state_.centre;
  if (told.seq < centre.signed_head.seq || told == centre.signed_head) return;
  const std::string statement =
      CentreHeadStatement(state_.incarnation, state_.incarnation_nonce, told.seq, told.hash);
  // Before a key is known there is nothing to hold against the centre.
  if (!centre.public_key.empty() && !IsSignatureOf(centre.public_key, statement, signature)) {
    return RaiseAlarm(
        absl::StrCat("the signature of the centre's head ", told.seq.value(), " is wrong"),
        effects);
  }
  if (told.seq == centre.signed_head.seq) {
    return RaiseAlarm(
        absl::StrCat("the centre has signed two different records ", told.seq.value()), effects);
  }
  const absl::string_view seen = CentreHashAt(told.seq);
  if (told.seq <= centre.head.seq && seen != told.hash) {
    return RaiseAlarm(absl::StrCat("the centre signs another record ", told.seq.value(),
                                   " of its journal than it has shown"),
                      effects);
  }
  centre.signed_head = told;
  centre.signature = signature;
  state_changed_ = true;
}

}  // namespace kopa::node
