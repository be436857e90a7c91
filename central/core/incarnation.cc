// A centre that was restored from a copy: how it is noticed, what it forgets, and how it learns
// from the nodes what it has forgotten before it gives out anything.
//
// A copy does not know what was allotted after it was taken, and the nodes may have spent that. So
// nothing is allotted or called back until every node that may hold something has proved itself and
// delivered its journal. Each node journals an allotment before it uses it: what the journals say
// was allotted is taken over as if the centre had remembered it.

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "central/core/central_core.h"
#include "central/core/families.h"
#include "central/core/refusal.h"
#include "common/base/signing.h"
#include "common/base/status.h"
#include "common/programme/limits.h"

namespace kopa::central {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::PublicRecord;

namespace {

// Far above any true figure, and low enough that sums over many nodes can't overflow.
constexpr int64_t kTotalMax = int64_t{1} << 52;
constexpr size_t kAlarmBytesMax = 600;
constexpr size_t kPostponedMax = 16;

// A name that some call could have.
bool CanBeCall(const CallId& call) {
  const std::string& name = call.value();
  return !name.empty() && name.size() <= programme::kIdBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           const auto u = static_cast<unsigned char>(c);
           return absl::ascii_islower(u) || absl::ascii_isdigit(u) || c == '-';
         });
}

bool IsPlausible(const Amounts& total) {
  return !total.AnyNegative() && AllAtMost(total, Amounts(kTotalMax, kTotalMax, kTotalMax));
}

// The call that a node's record is about; empty where it is about none.
CallId CallOf(const PublicRecord& what) {
  switch (what.kind_case()) {
    case PublicRecord::kApplicationChanged:
      return CallId(what.application_changed().summary().call());
    case PublicRecord::kAllotmentNoted:
      return CallId(what.allotment_noted().call());
    case PublicRecord::kHandedBack:
      return CallId(what.handed_back().call());
    case PublicRecord::kHeadroomFrozen:
      return CallId(what.headroom_frozen().call());
    case PublicRecord::kLateAdmission:
      return CallId(what.late_admission().call());
    default:
      return CallId();
  }
}

}  // namespace

absl::Status StillRecovering() {
  return Refusal(absl::StatusCode::kUnavailable, "call", "CENTRE_RECOVERING",
                 "the centre was restored from a copy and waits for every node to report; nothing "
                 "is allotted or decided until then (`kopa nodes` shows which are away)",
                 "centrs ir atjaunots no kopijas un gaida ziņas no visiem mezgliem; līdz tam nekas "
                 "netiek piešķirts un izlemts (`kopa nodes` rāda, kuru trūkst)");
}

// --- Noticing it

std::string CentralCore::WhyNotSeen(const std::string& node, const CentreSeen& seen) const {
  if (seen.incarnation > state_.incarnation) {
    return absl::StrCat("node ", node, " has met incarnation ", seen.incarnation,
                        " of the centre; this store knows of ", state_.incarnation);
  }
  // What it saw of an earlier incarnation may have been lost with that one.
  if (seen.incarnation < state_.incarnation) return "";
  if (!seen.incarnation_nonce.empty() && seen.incarnation_nonce != state_.incarnation_nonce) {
    return absl::StrCat("node ", node, " has met another incarnation ", state_.incarnation,
                        " of the centre than this store's");
  }
  const Seq seq = seen.head.seq;
  if (seq == Seq()) return "";
  if (seq > state_.head.seq) {
    return absl::StrCat("node ", node, " has seen record ", seq.value(),
                        " of the centre's journal, which ends at ", state_.head.seq.value());
  }
  const std::string& own = seq == state_.head.seq ? state_.head.hash : seen.own_hash;
  if (own == seen.head.hash) return "";
  return absl::StrCat("node ", node, " has seen another record ", seq.value(),
                      " of the centre's journal than this store's");
}

void CentralCore::NoteContradiction(const HelloCommand& command, Greeting& greeting) const {
  const national::v1::Hello& hello = command.hello;
  CentreSeen seen{hello.incarnation_seen(), hello.incarnation_nonce_seen(), {}, {}};
  if (command.is_signed) {
    seen.head = {Seq(hello.centre_signed_seq()), hello.centre_signed_hash()};
    seen.own_hash = command.hash_at_signed;
    greeting.contradiction = WhyNotSeen(hello.node(), seen);
    greeting.is_signed = !greeting.contradiction.empty();
    if (greeting.is_signed) return;
  }
  seen.head = {Seq(hello.centre_seq_seen()), hello.centre_hash_seen()};
  seen.own_hash = command.hash_at_seen;
  greeting.contradiction = WhyNotSeen(hello.node(), seen);
}

void CentralCore::MeetContradiction(absl::Time now, const NodeId& id, NodeStatus& node,
                                    Effects& effects) {
  Greeting& greeting = greeted_.at(id);
  const uint64_t newest = std::max(state_.incarnation, greeting.incarnation_seen);
  if (greeting.is_signed && newest < kIncarnationMax &&
      newest - state_.incarnation <= kIncarnationJumpMax) {
    const std::string cause = greeting.contradiction;
    return BeginIncarnation(now, newest + 1, std::move(greeting.incarnation_nonce), cause, effects);
  }
  // Bare numbers: to believe them would let any one node stop the others.
  const std::string what = absl::StrCat(
      greeting.contradiction, greeting.is_signed ? ", too far ahead for any number of restores"
                                                 : ", but can't show the centre's signature of it");
  RaiseAlarm(id, what, effects);
  EndSession(id, node, absl::FailedPreconditionError(what), effects);
}

// --- The new incarnation

void CentralCore::BeginIncarnation(absl::Time now, uint64_t counter, std::string nonce,
                                   const std::string& cause, Effects& effects) {
  EndSessions(absl::UnavailableError("the centre begins a new incarnation: greet it again"),
              effects);
  DropDownLogs(effects);
  state_.incarnation = counter;
  state_.incarnation_nonce = std::move(nonce);
  state_.recovering = true;
  PublicRecord what;
  what.mutable_incarnation_begun()->set_counter(counter);
  what.mutable_incarnation_begun()->set_nonce(state_.incarnation_nonce);
  what.mutable_incarnation_begun()->set_cause(cause);
  Journal(now, what, effects);
  effects.warnings.push_back(
      absl::StrCat("incarnation ", counter, " of the centre begins: ", cause,
                   "; nothing is allotted until every node has reported what it holds"));
  CatchUpDownLogs(effects);
}

void CentralCore::EndSessions(const absl::Status& why, Effects& effects) {
  for (auto& [id, node] : nodes_) {
    effects.nodes_changed.insert(id);
    if (node.session.value() == 0) continue;
    effects.outgoing.push_back({node.session, why});
    node.session = Session();
    node.connected = false;
  }
  greeted_.clear();
  demands_.clear();
  asked_.clear();
  for (auto& [call, sweep] : sweeps_) {
    CentralReply reply;
    reply.status = StillRecovering();
    effects.Reply(sweep.ticket, std::move(reply));
  }
  sweeps_.clear();
}

void CentralCore::EndSession(const NodeId& id, NodeStatus& node, const absl::Status& why,
                             Effects& effects) {
  effects.outgoing.push_back({node.session, why});
  effects.nodes_changed.insert(id);
  node.session = Session();
  node.connected = false;
  ForgetSession(id);
}

void CentralCore::DropDownLogs(Effects& effects) {
  for (const auto& [node, log] : down_logs_) {
    for (const national::v1::DownEntry& entry : log) {
      effects.batch.Delete(kDown, NodeSeqKey(node, Seq(entry.number())));
      if (!entry.has_decision()) continue;
      const CallId call(entry.decision().call());
      const auto id = Uuid::FromBytes(entry.decision().decision().application_id());
      if (!id.ok() || decisions(call).Find(*id) == nullptr) continue;
      effects.warnings.push_back(absl::StrCat(
          "call ", call.value(), ": the decision on application ", id->ToString(),
          " had not been answered by ", node.value(), " and is dropped with incarnation ",
          state_.incarnation, "; if it still stands apply the ranking again"));
    }
  }
  down_logs_.clear();
  for (const auto& [call, open] : decisions_) effects.decisions_changed.insert(call);
  decisions_.clear();
}

// --- What the nodes know

bool CentralCore::Awaits(const NodeStatus& node) const {
  const NodeRecord& record = node.record;
  // A fence says nothing of what the node spent before it: a fenced node is rejoined, which works
  // while the centre waits, or retired.
  return record.reported_incarnation != state_.incarnation &&
         record.fence_reason != national::v1::FENCE_REASON_RETIRED;
}

std::vector<NodeId> CentralCore::Awaited() const {
  std::vector<NodeId> awaited;
  if (!state_.recovering) return awaited;
  for (const auto& [id, node] : nodes_) {
    if (Awaits(node)) awaited.push_back(id);
  }
  return awaited;
}

void CentralCore::NoteReported(const NodeId& id, NodeStatus& node, Effects& effects) {
  if (!state_.recovering || !node.connected) return;
  if (node.record.reported_incarnation == state_.incarnation) return;
  if (node.record.applied.seq.value() < node.head_at_hello) return;
  node.record.reported_incarnation = state_.incarnation;
  effects.nodes_changed.insert(id);
  effects.warnings.push_back(
      absl::StrCat("node ", id.value(), " has reported all that it holds; still awaited: ",
                   absl::StrJoin(Awaited(), ", ", [](std::string* out, const NodeId& one) {
                     absl::StrAppend(out, one.value());
                   })));
}

void CentralCore::CheckRecovered(absl::Time now, Effects& effects) {
  if (!state_.recovering || !Awaited().empty()) return;
  state_.recovering = false;
  state_changed_ = true;
  effects.warnings.push_back(absl::StrCat("every node has reported: incarnation ",
                                          state_.incarnation, " of the centre allots again"));
  for (const auto& [call, publication] : calls_) {
    for (const auto& [id, node] : nodes_) {
      if (node.connected) GiveFixedShare(now, call, id, effects);
    }
    unsettled_.insert(call);
  }
}

void CentralCore::RaiseNoted(absl::Time now, const NodeId& id, const RecordsCommand::Record& record,
                             Effects& effects) {
  if (!record.what.has_allotment_noted()) return;
  if (fold_.EpochOpenedBy(id) != EpochNumber(record.journal.epoch())) return;
  const CallId call_id(record.what.allotment_noted().call());
  NationalFold::CallFold* const call = fold_.FindCall(call_id);
  if (call == nullptr) return;
  const Amounts noted = Amounts::FromProto(record.what.allotment_noted().allotted());
  if (!IsPlausible(noted) || AllAtMost(noted, call->ledger.of(id).allotted)) return;
  call->ledger.RaiseAllotted(id, noted);
  effects.changes.ledgers[call_id][id] = true;
  // In the centre's own journal too: what is allotted follows from that alone.
  PublicRecord what;
  auto* made = what.mutable_allotment_made();
  made->set_node(id.value());
  made->set_call(call_id.value());
  *made->mutable_allotted() = call->ledger.of(id).allotted.ToProto();
  Journal(now, what, effects);
  if (!call->ledger.IsOverdrawn()) return;
  effects.warnings.push_back(
      absl::StrCat("call ", call_id.value(),
                   ": the nodes know of more allotments than the budget has as this "
                   "store remembers it; nothing more is allotted until that fits"));
}

std::string CentralCore::WhyPostponed(const NodeId& id,
                                      const RecordsCommand::Record& record) const {
  const CallId call_id = CallOf(record.what);
  // What is no call's name at all is refused with the record.
  if (!CanBeCall(call_id)) return "";
  const std::string about =
      absl::StrCat("record ", record.journal.seq(), " is of call ", call_id.value());
  const NationalFold::CallFold* const call = fold_.FindCall(call_id);
  if (call == nullptr) {
    return absl::StrCat(about, ", which the restored centre does not know: load the call again");
  }
  if (!record.what.has_allotment_noted()) return "";
  // The centre never had more out than the call's limits, and never counted as handed back or
  // released what the node had not journalled as handed back or frozen before.
  const Amounts noted = Amounts::FromProto(record.what.allotment_noted().allotted());
  const ledger::Totals& known = call->ledger.of(id);
  const ledger::UnitLimits& limits = call->ledger.limits();
  if (!IsPlausible(noted) || AllAtMost(noted, known.allotted)) return "";
  const Amounts held = noted - known.handed_back - known.frozen;
  if (AllAtMost(limits.LimitedPart(held), limits.amounts())) return "";
  return absl::StrCat(about, " and says that the node holds ", held.DebugString(),
                      " of it, more than the call has as the restored centre knows it: load the "
                      "call's newest definition, or retire the node");
}

bool CentralCore::PostponeRecord(const NodeId& id, NodeStatus& node,
                                 const RecordsCommand::Record& record, Effects& effects) {
  const std::string why = WhyPostponed(id, record);
  if (why.empty()) return false;
  // The node says it again each time it connects. What it is comes from the node, so there is an
  // end to how much of it is kept and said.
  std::set<std::string>& said = postponed_[id];
  const bool is_new = said.size() < kPostponedMax && said.insert(why).second;
  if (is_new) effects.warnings.push_back(absl::StrCat("node ", id.value(), ": ", why));
  EndSession(id, node, absl::UnavailableError(why), effects);
  return true;
}

// --- Histories that were signed

void CentralCore::RaiseAlarm(const NodeId& id, const std::string& what, Effects& effects) {
  std::string& alarm = nodes_.at(id).record.alarm;
  if (alarm.find(what) != std::string::npos || alarm.size() > kAlarmBytesMax) return;
  absl::StrAppend(&alarm, alarm.empty() ? "" : "; ", what);
  effects.nodes_changed.insert(id);
  effects.alarms.push_back(absl::StrCat("node ", id.value(), ": ", what));
}

void CentralCore::PinKey(const NodeId& id, const std::string& public_key, Effects& effects) {
  NodeRecord& record = nodes_.at(id).record;
  if (public_key.empty() || record.public_key == public_key) return;
  if (!record.public_key.empty()) {
    RaiseAlarm(id,
               "it signs its history with another key than before: its key file was replaced, or "
               "somebody else speaks for it",
               effects);
  }
  record.public_key = public_key;
  effects.nodes_changed.insert(id);
}

void CentralCore::Do(absl::Time now, NodeHeadCommand&& command, Effects& effects) {
  NodeStatus* const node = Speaking(command.node, command.session);
  if (node == nullptr || !node->connected) return;
  NodeRecord& record = node->record;
  const Seq seq(command.heartbeat.head_seq());
  const std::string& hash = command.heartbeat.head_hash();
  const bool is_old = seq < record.signed_head.seq || seq < record.applied.seq ||
                      (seq == record.signed_head.seq && hash == record.signed_head.hash);
  if (record.public_key.empty() || is_old) return;
  if (!IsSignatureOf(record.public_key, HeadStatement(command.node.value(), seq, hash),
                     command.heartbeat.signature())) {
    return RaiseAlarm(command.node,
                      absl::StrCat("the signature of its head ", seq.value(), " is wrong"),
                      effects);
  }
  if (seq == record.signed_head.seq || (seq == record.applied.seq && hash != record.applied.hash)) {
    return FenceNode(
        now, command.node, command.session, record.epoch.value(), record.epoch_nonce,
        national::v1::FENCE_REASON_OTHER_HISTORY,
        absl::StrCat("it signs another record ", seq.value(), " than it ",
                     seq == record.signed_head.seq ? "signed" : "delivered", " before"),
        effects);
  }
  record.signed_head = {seq, hash, command.heartbeat.signature()};
  effects.nodes_changed.insert(command.node);
}

}  // namespace kopa::central
