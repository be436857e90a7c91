// The end of a node that is lost, and frozen money that two people attest was never spent.
//
// A centre that was restored from a copy does not know what it allotted after the copy was made. A
// node that can't tell it any more may hold, and have spent, all that is not known for certain to
// lie elsewhere: that much is frozen, and two people say how much of it can be given out again.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/central_core.h"
#include "central/core/refusal.h"
#include "common/base/status.h"

namespace kopa::central {

using ::kopa::ledger::AllAtMost;
using ::kopa::ledger::Amounts;
using ::kopa::ledger::Totals;
using ::kopa::national::v1::Change;
using ::kopa::national::v1::Proposal;

namespace {

absl::Status UnknownNode() {
  return Refusal(absl::StatusCode::kNotFound, "node", "UNKNOWN_NODE",
                 "there is no such node; kopa nodes lists them",
                 "tāda mezgla nav; tos uzskaita kopa nodes");
}

absl::Status Impossible(const std::string& field, const std::string& code,
                        const std::string& message, const std::string& message_lv) {
  return Refusal(absl::StatusCode::kFailedPrecondition, field, code, message, message_lv);
}

// What of `totals` is frozen and not released.
Amounts StillFrozen(const Totals& totals) { return totals.frozen - totals.released; }

// What is released when `units` more are asked for; all that is still frozen where they are absent.
absl::StatusOr<Amounts> Part(const CallId& call, const Totals& totals,
                             const national::v1::ReleaseFrozen& release) {
  const Amounts still = StillFrozen(totals);
  if (!release.has_units()) return still;
  const Amounts wanted = Amounts::FromProto(release.units());
  if (wanted.AnyNegative() || wanted.IsZero()) {
    return Refusal(absl::StatusCode::kInvalidArgument, "units", "BAD_CHANGE",
                   "amounts are 0 or more, and at least one of them is more than 0",
                   "vērtības ir 0 vai lielākas, un vismaz viena ir lielāka par 0");
  }
  if (!AllAtMost(wanted, still)) {
    return Impossible("units", "ABOVE_FROZEN",
                      absl::StrCat("no more than what is frozen under ", call.value(),
                                   " can be released: ", still.DebugString()),
                      absl::StrCat("nevar atbrīvot vairāk, nekā ir iesaldēts konkursā ",
                                   call.value(), ": ", still.DebugString()));
  }
  return wanted;
}

}  // namespace

bool CentralCore::IsRetired(const NodeId& node) const {
  const auto found = nodes_.find(node);
  return found != nodes_.end() &&
         found->second.record.fence_reason == national::v1::FENCE_REASON_RETIRED;
}

size_t CentralCore::LivingNodes() const {
  return static_cast<size_t>(std::count_if(nodes_.begin(), nodes_.end(), [](const auto& one) {
    return one.second.record.fence_reason != national::v1::FENCE_REASON_RETIRED;
  }));
}

absl::StatusOr<std::string> CentralCore::ForeseeRetirement(const Change& change) const {
  const NodeId id(change.retire_node().node());
  const auto found = nodes_.find(id);
  if (found == nodes_.end()) return UnknownNode();
  if (!change.call().empty()) {
    return Refusal(absl::StatusCode::kInvalidArgument, "call", "BAD_CHANGE",
                   "a node is retired for every call; leave the call out",
                   "mezglu slēdz visiem konkursiem; konkursu nenorāda");
  }
  if (IsRetired(id)) {
    return Impossible("node", "RETIRED", "the node was retired before", "mezgls jau ir slēgts");
  }
  if (found->second.connected) {
    return Impossible("node", "CONNECTED",
                      "the node is connected; only a node that is lost is retired: stop it first",
                      "mezgls ir pieslēgts; slēdz tikai zaudētu mezglu: vispirms apturiet to");
  }
  return absl::StrCat("retirement of ", id.value(),
                      HasNotReported(id) ? ": it has not reported to the restored centre, so all "
                                           "that may have been allotted to it is frozen"
                                         : ": its headroom is frozen",
                      ", and no store of it is let in again");
}

bool CentralCore::HasNotReported(const NodeId& id) const {
  return state_.recovering && nodes_.at(id).record.reported_incarnation != state_.incarnation;
}

Amounts CentralCore::MostAllotted(const CallId& call, const NodeId& id) const {
  const ledger::CentralLedger& ledger = fold_.FindCall(call)->ledger;
  const Totals& own = ledger.of(id);
  Amounts elsewhere;
  for (const auto& [other, totals] : ledger.nodes()) {
    // One that has not reported, or was retired, may have handed everything back after the copy was
    // made; what is frozen at one that has may have been released. Either can have come here.
    if (other == id || HasNotReported(other)) continue;
    elsewhere = elsewhere + totals.allotted - totals.handed_back - totals.frozen;
  }
  const Amounts most =
      ledger::ClampToZero(ledger.limits().LimitedPart(ledger.limits().amounts() - elsewhere));
  return Max(own.allotted, most + own.handed_back + own.released);
}

void CentralCore::RaiseToMost(absl::Time now, const NodeId& id, Effects& effects) {
  for (const auto& [call, publication] : calls_) {
    ledger::CentralLedger& ledger = fold_.FindCall(call)->ledger;
    const Amounts most = MostAllotted(call, id);
    if (most == ledger.of(id).allotted) continue;
    ledger.RaiseAllotted(id, most);
    effects.changes.ledgers[call][id] = true;
    national::v1::PublicRecord what;
    auto* made = what.mutable_allotment_made();
    made->set_node(id.value());
    made->set_call(call.value());
    *made->mutable_allotted() = most.ToProto();
    Journal(now, what, effects);
  }
}

void CentralCore::Retire(absl::Time now, const NodeId& id, const StaffEntry& staff,
                         Effects& effects) {
  NodeStatus& node = nodes_.at(id);
  DropDecisionsOf(id, "was retired", effects);
  if (HasNotReported(id)) RaiseToMost(now, id, effects);
  national::v1::PublicRecord what;
  auto* retired = what.mutable_node_retired();
  retired->set_node(id.value());
  for (const auto& [call, publication] : calls_) {
    ledger::CentralLedger& ledger = fold_.FindCall(call)->ledger;
    const Totals& totals = ledger.of(id);
    const Amounts headroom = ledger::ClampToZero(ledger.limits().LimitedPart(totals.Headroom()));
    const Amounts total = totals.frozen + headroom;
    if (total.IsZero()) continue;
    auto* frozen = retired->add_frozen();
    frozen->set_call(call.value());
    *frozen->mutable_frozen() = total.ToProto();
    ledger.NoteFrozen(id, total);
    effects.changes.ledgers[call][id] = true;
  }
  Journal(now, what, effects, &staff);
  // Whoever knocks as this node, now or later, hears why.
  if (node.session.value() != 0) {
    national::v1::ConnectResponse fence;
    fence.mutable_fence()->set_reason(national::v1::FENCE_REASON_RETIRED);
    fence.mutable_fence()->set_detail("the node was retired");
    Send(node.session, std::move(fence), effects);
    node.session = Session();
  }
  node.record.fence_reason = national::v1::FENCE_REASON_RETIRED;
  node.record.fence_detail = "the node was retired: its store was given up for lost";
  node.record.fence_sticky = true;
  effects.nodes_changed.insert(id);
  ForgetSession(id);
}

absl::StatusOr<std::map<CallId, Amounts>> CentralCore::Releasable(const Change& change) const {
  const national::v1::ReleaseFrozen& release = change.release_frozen();
  const NodeId id(release.node());
  if (!nodes_.contains(id)) return UnknownNode();
  std::map<CallId, Amounts> more;
  if (change.call().empty()) {
    if (release.has_units()) {
      return Refusal(absl::StatusCode::kInvalidArgument, "call", "MISSING_FIELD",
                     "amounts are of one call: name it",
                     "vērtības attiecas uz vienu konkursu: norādiet to");
    }
    for (const auto& [call, state] : fold_.calls()) {
      const Amounts still = StillFrozen(state.ledger.of(id));
      if (!still.IsZero()) more[call] = still;
    }
  } else {
    const CallId call(change.call());
    const NationalFold::CallFold* const known = fold_.FindCall(call);
    if (known == nullptr) {
      return Refusal(absl::StatusCode::kNotFound, "call", "UNKNOWN_CALL", "there is no such call",
                     "tāda konkursa nav");
    }
    ASSIGN_OR_RETURN(const Amounts part, Part(call, known->ledger.of(id), release));
    if (!part.IsZero()) more[call] = part;
  }
  if (more.empty()) {
    return Impossible("node", "NOTHING_FROZEN", "nothing is frozen there",
                      "tur nekas nav iesaldēts");
  }
  return more;
}

absl::Status CentralCore::PutReleased(Proposal* proposal) const {
  const Change& change = proposal->change();
  if (!change.has_release_frozen()) return absl::OkStatus();
  const NodeId node(change.release_frozen().node());
  ASSIGN_OR_RETURN(const auto more, Releasable(change));
  for (const auto& [call, amounts] : more) {
    const Amounts total = fold_.FindCall(call)->ledger.of(node).released + amounts;
    auto* released = proposal->add_released();
    released->set_node(node.value());
    released->set_call(call.value());
    *released->mutable_released() = total.ToProto();
  }
  return absl::OkStatus();
}

absl::Status CentralCore::CheckAttested(const Proposal& proposal) const {
  Proposal anew;
  *anew.mutable_change() = proposal.change();
  RETURN_IF_ERROR(PutReleased(&anew));
  const bool is_same =
      std::equal(anew.released().begin(), anew.released().end(), proposal.released().begin(),
                 proposal.released().end(), [](const auto& a, const auto& b) {
                   return a.call() == b.call() &&
                          Amounts::FromProto(a.released()) == Amounts::FromProto(b.released());
                 });
  if (is_same) return absl::OkStatus();
  const std::string& node = proposal.change().release_frozen().node();
  return Impossible(
      "number", "RELEASE_CHANGED",
      absl::StrCat("what is frozen at ", node, " has changed since proposal ", proposal.number(),
                   " was made, so the first person attested something else; withdraw it and "
                   "propose the release anew"),
      absl::StrCat("kopš priekšlikuma ", proposal.number(), " mezglā ", node,
                   " iesaldētais ir mainījies, tāpēc pirmā persona apliecināja ko citu; atsauciet "
                   "to un iesniedziet atbrīvošanu no jauna"));
}

void CentralCore::Release(absl::Time now, const NodeId& node, const std::map<CallId, Amounts>& more,
                          const StaffEntry& staff, Effects& effects) {
  for (const auto& [call, amounts] : more) {
    ledger::CentralLedger& ledger = fold_.FindCall(call)->ledger;
    ledger.Release(node, ledger.of(node).released + amounts);
    effects.changes.ledgers[call][node] = true;
    national::v1::PublicRecord what;
    auto* released = what.mutable_frozen_released();
    released->set_node(node.value());
    released->set_call(call.value());
    *released->mutable_released() = ledger.of(node).released.ToProto();
    Journal(now, what, effects, &staff);
    unsettled_.insert(call);
  }
}

}  // namespace kopa::central
