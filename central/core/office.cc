// What people of the central office change: calls, limits, deadlines; how two of them want a
// change.

#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/call_change.h"
#include "central/core/central_core.h"
#include "central/core/families.h"
#include "central/core/refusal.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace kopa::central {

using ::kopa::national::v1::Proposal;
using ::kopa::programme::v1::Call;

namespace {

constexpr size_t kOpenProposalsMax = 1000;

absl::Status UnknownCall() {
  return Refusal(absl::StatusCode::kNotFound, "call", "UNKNOWN_CALL", "there is no such call",
                 "tāda konkursa nav");
}

template <typename Result>
void Answer(engine::Ticket ticket, absl::StatusOr<Result> result, CentralEffects& effects) {
  CentralReply reply;
  reply.status = result.status();
  if (result.ok()) reply.result = *std::move(result);
  effects.Reply(ticket, std::move(reply));
}

}  // namespace

// --- Calls

void CentralCore::Do(absl::Time now, engine::Ticket ticket, LoadCallCommand&& command,
                     Effects& effects) {
  Answer(ticket, Load(now, std::move(command), effects), effects);
}

void CentralCore::Do(absl::Time now, engine::Ticket ticket, CloseCallCommand&& command,
                     Effects& effects) {
  Answer(ticket, Close(now, command, effects), effects);
}

absl::StatusOr<CentralReply::Published> CentralCore::Load(absl::Time now, LoadCallCommand&& command,
                                                          Effects& effects) {
  const Call& definition = command.definition;
  const CallId id(definition.id());
  if (definition.closed()) {
    return Refusal(absl::StatusCode::kInvalidArgument, "closed", "BAD_CALL",
                   "a definition does not say this; a call is closed by closing it",
                   "definīcijā to nenorāda; konkursu slēdz ar atsevišķu darbību");
  }
  if (const std::string& wanted = definition.required_team_call(); !wanted.empty()) {
    const NationalFold::CallFold* const team_call = fold_.FindCall(CallId(wanted));
    if (team_call == nullptr || !team_call->words.team) {
      return Refusal(absl::StatusCode::kInvalidArgument, "required_team_call", "BAD_CALL",
                     "is not a call for teams that is published", "nav publicēts komandu konkurss");
    }
  }
  if (const auto known = calls_.find(id); known != calls_.end()) {
    const Call& published = known->second.call();
    if (SaysTheSame(published, definition)) return CentralReply::Published{published, false};
    const bool names_another =
        definition.has_amendment() && definition.amendment().from_version() != published.version();
    if (names_another || (!definition.has_amendment() && HasOpened(published, now))) {
      return Refusal(absl::StatusCode::kFailedPrecondition, "amendment", "CALL_OPENED",
                     absl::StrCat("version ", published.version(),
                                  " is in force; a change of it needs "
                                  "amendment { from_version: ",
                                  published.version(), " reason: \"...\" }"),
                     absl::StrCat("spēkā ir ", published.version(),
                                  ". redakcija; tās grozījumiem vajag "
                                  "amendment { from_version: ",
                                  published.version(), " reason: \"...\" }"));
    }
    if (HasOpened(published, now)) RETURN_IF_ERROR(CheckOnePersonMay(published, definition));
  }
  RETURN_IF_ERROR(Publish(now, definition, &command.staff, effects));
  NoteSource(id, {Sha256(definition.SerializeAsString()), /*changed_at_runtime=*/true}, effects);
  return CentralReply::Published{calls_.at(id).call(), true};
}

absl::StatusOr<CentralReply::Published> CentralCore::Close(absl::Time now,
                                                           const CloseCallCommand& command,
                                                           Effects& effects) {
  const auto known = calls_.find(command.call);
  if (known == calls_.end()) return UnknownCall();
  if (known->second.call().closed()) {
    return CentralReply::Published{known->second.call(), false};
  }
  if (sweeps_.contains(command.call)) {
    return Refusal(absl::StatusCode::kAborted, "call", "RANKING_IN_PROGRESS",
                   "a ranking of the call is being applied; try again in a few seconds",
                   "pašlaik tiek piemērots konkursa rangs; mēģiniet pēc dažām sekundēm");
  }
  Call next = known->second.call();
  next.clear_amendment();
  next.set_closed(true);
  RETURN_IF_ERROR(Publish(now, std::move(next), &command.staff, effects));
  NoteSource(command.call, {sources_[command.call].definition_sha256, true}, effects);
  demands_.erase(command.call);
  return CentralReply::Published{calls_.at(command.call).call(), true};
}

// --- What two people must want

void CentralCore::Do(absl::Time now, engine::Ticket ticket, ProposeCommand&& command,
                     Effects& effects) {
  Answer(ticket, Propose(now, command, effects), effects);
}

void CentralCore::Do(absl::Time now, engine::Ticket ticket, SettleProposalCommand&& command,
                     Effects& effects) {
  Answer(ticket, SettleProposal(now, command, effects), effects);
}

absl::StatusOr<Proposal> CentralCore::Propose(absl::Time now, const ProposeCommand& command,
                                              Effects& effects) {
  const std::string wanted = command.change.SerializeAsString();
  for (const auto& [number, open] : open_proposals_) {
    if (open.change().SerializeAsString() != wanted) continue;
    if (open.proposed_by() == command.staff.actor) return open;
    return Confirm(now, number, command.staff, effects);
  }
  ASSIGN_OR_RETURN(const std::string what, Foresee(command.change));
  if (open_proposals_.size() >= kOpenProposalsMax) {
    return absl::ResourceExhaustedError("too many proposals are open; withdraw some first");
  }
  Proposal proposal;
  *proposal.mutable_change() = command.change;
  RETURN_IF_ERROR(PutReleased(&proposal));
  proposal.set_number(++last_proposal_);
  proposal.set_state(national::v1::PROPOSAL_STATE_OPEN);
  proposal.set_what(what);
  proposal.set_proposed_by(command.staff.actor);
  proposal.set_reason(command.staff.reason);
  SetTimestamp(proposal.mutable_propose_time(), now);
  open_proposals_[proposal.number()] = proposal;
  JournalProposal(now, proposal, command.staff, effects);
  return proposal;
}

absl::StatusOr<Proposal> CentralCore::SettleProposal(absl::Time now,
                                                     const SettleProposalCommand& command,
                                                     Effects& effects) {
  const auto found = open_proposals_.find(command.number);
  if (found == open_proposals_.end()) {
    if (command.number == 0 || command.number > last_proposal_) {
      return Refusal(absl::StatusCode::kNotFound, "number", "UNKNOWN_PROPOSAL",
                     "there is no such proposal", "tāda priekšlikuma nav");
    }
    return Refusal(absl::StatusCode::kFailedPrecondition, "number", "PROPOSAL_SETTLED",
                   "the proposal was confirmed or withdrawn before",
                   "priekšlikums jau ir apstiprināts vai atsaukts");
  }
  if (command.state == national::v1::PROPOSAL_STATE_WITHDRAWN) {
    return EndProposal(now, command.number, command.state, command.staff, effects);
  }
  if (command.state != national::v1::PROPOSAL_STATE_CONFIRMED) {
    return Refusal(absl::StatusCode::kInvalidArgument, "state", "UNKNOWN_VALUE",
                   "CONFIRMED or WITHDRAWN is wanted", "jānorāda CONFIRMED vai WITHDRAWN");
  }
  if (found->second.proposed_by() == command.staff.actor) {
    return Refusal(absl::StatusCode::kPermissionDenied, "actor", "FOUR_EYES",
                   "who proposed a change may not confirm it; another person must",
                   "priekšlikumu nevar apstiprināt tā iesniedzējs; to dara cita persona");
  }
  return Confirm(now, command.number, command.staff, effects);
}

absl::StatusOr<Proposal> CentralCore::Confirm(absl::Time now, uint64_t number,
                                              const StaffEntry& staff, Effects& effects) {
  const national::v1::Change change = open_proposals_.at(number).change();
  RETURN_IF_ERROR(CheckAttested(open_proposals_.at(number)));
  // Anew: things may have changed since it was proposed.
  ASSIGN_OR_RETURN(const std::string what, CarryOut(now, change, staff, effects));
  open_proposals_.at(number).set_what(what);
  return EndProposal(now, number, national::v1::PROPOSAL_STATE_CONFIRMED, staff, effects);
}

absl::StatusOr<std::string> CentralCore::Foresee(const national::v1::Change& change) const {
  if (change.has_retire_node()) return ForeseeRetirement(change);
  if (change.has_release_frozen()) {
    ASSIGN_OR_RETURN(const auto more, Releasable(change));
    return DescribeRelease(change.release_frozen().node(), more);
  }
  const auto known = calls_.find(CallId(change.call()));
  if (known == calls_.end()) return UnknownCall();
  const Call& before = known->second.call();
  ASSIGN_OR_RETURN(const Call after,
                   Changed(before, change, fold_.FindCall(CallId(change.call()))->ledger));
  return Describe(before, after);
}

absl::StatusOr<std::string> CentralCore::CarryOut(absl::Time now,
                                                  const national::v1::Change& change,
                                                  const StaffEntry& staff, Effects& effects) {
  ASSIGN_OR_RETURN(std::string what, Foresee(change));
  if (change.has_retire_node()) {
    Retire(now, NodeId(change.retire_node().node()), staff, effects);
    return what;
  }
  if (change.has_release_frozen()) {
    ASSIGN_OR_RETURN(const auto more, Releasable(change));
    Release(now, NodeId(change.release_frozen().node()), more, staff, effects);
    return what;
  }
  const CallId call(change.call());
  ASSIGN_OR_RETURN(Call next,
                   Changed(calls_.at(call).call(), change, fold_.FindCall(call)->ledger));
  RETURN_IF_ERROR(Publish(now, std::move(next), &staff, effects));
  NoteSource(call, {sources_[call].definition_sha256, /*changed_at_runtime=*/true}, effects);
  return what;
}

Proposal CentralCore::EndProposal(absl::Time now, uint64_t number,
                                  national::v1::ProposalState state, const StaffEntry& staff,
                                  Effects& effects) {
  Proposal proposal = std::move(open_proposals_.at(number));
  open_proposals_.erase(number);
  proposal.set_state(state);
  proposal.set_settled_by(staff.actor);
  SetTimestamp(proposal.mutable_settle_time(), now);
  JournalProposal(now, proposal, staff, effects);
  return proposal;
}

void CentralCore::JournalProposal(absl::Time now, const Proposal& proposal, const StaffEntry& staff,
                                  Effects& effects) {
  effects.batch.Put(kProposal, NumberKey(proposal.number()), proposal.SerializeAsString());
  national::v1::PublicRecord what;
  what.mutable_proposal_made()->set_number(proposal.number());
  what.mutable_proposal_made()->set_state(proposal.state());
  what.mutable_proposal_made()->set_what(proposal.what());
  Journal(now, what, effects, &staff);
}

}  // namespace kopa::central
