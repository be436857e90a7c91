// How a national ranking becomes decisions at the nodes: first what lies idle is called back, then
// the ranking is made anew, then each decision goes down in one entry with its allotment.

#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/central_core.h"
#include "central/core/families.h"
#include "central/core/refusal.h"
#include "common/base/status.h"

namespace kopa::central {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::ApplicationStatus;

namespace {

// What an application becomes by its outcome; unspecified where it is left alone.
ApplicationStatus StatusFor(const RankedApplication& ranked) {
  ApplicationStatus status = national::v1::APPLICATION_STATUS_UNSPECIFIED;
  switch (ranked.outcome) {
    case national::v1::RANK_OUTCOME_AWARD:
      status = national::v1::APPLICATION_STATUS_APPROVED;
      break;
    case national::v1::RANK_OUTCOME_RESERVE:
      status = national::v1::APPLICATION_STATUS_RESERVE;
      break;
    case national::v1::RANK_OUTCOME_BELOW_THRESHOLD:
      status = national::v1::APPLICATION_STATUS_REJECTED;
      break;
    default:
      break;
  }
  return status == ranked.candidate.status ? national::v1::APPLICATION_STATUS_UNSPECIFIED : status;
}

}  // namespace

const OpenDecisions& CentralCore::decisions(const CallId& call) const {
  static const OpenDecisions kNone;
  const auto found = decisions_.find(call);
  return found == decisions_.end() ? kNone : found->second;
}

absl::Status CentralCore::CheckApplicable(const CallId& call) const {
  const auto known = calls_.find(call);
  if (known == calls_.end()) {
    return Refusal(absl::StatusCode::kNotFound, "call", "UNKNOWN_CALL", "there is no such call",
                   "tāda konkursa nav");
  }
  const programme::v1::Call& definition = known->second.call();
  if (!definition.ranking().apply_allowed()) {
    return Refusal(
        absl::StatusCode::kFailedPrecondition, "call", "RANKING_NOT_ALLOWED",
        "the call is decided by the regions; its ranking can only be looked at "
        "(ranking.apply_allowed)",
        "par konkursu lemj reģioni; tā rangu var tikai apskatīt (ranking.apply_allowed)");
  }
  if (state_.recovering) return StillRecovering();
  if (definition.closed()) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "call", "CALL_CLOSED",
                   "the call is closed", "konkurss ir slēgts");
  }
  if (sweeps_.contains(call)) {
    return Refusal(absl::StatusCode::kAborted, "call", "RANKING_IN_PROGRESS",
                   "a ranking of the call is being applied; look at it again in a few seconds",
                   "pašlaik tiek piemērots konkursa rangs; apskatiet to pēc dažām sekundēm");
  }
  return absl::OkStatus();
}

void CentralCore::Do(absl::Time now, engine::Ticket ticket, ApplyRankingCommand&& command,
                     Effects& effects) {
  if (absl::Status status = CheckApplicable(command.call); !status.ok()) {
    CentralReply reply;
    reply.status = std::move(status);
    effects.Reply(ticket, std::move(reply));
    return;
  }
  const CallId call = command.call;
  sweeps_[call] = {ticket, std::move(command), now + kSweepMost};
  unsettled_.insert(call);
}

bool CentralCore::IsSwept(const CallId& call) const {
  for (const auto& [node, totals] : fold_.FindCall(call)->ledger.nodes()) {
    if (Connected(node) && !IdleAt(call, node).IsZero()) return false;
  }
  return true;
}

void CentralCore::AdvanceSweep(absl::Time now, const CallId& call, Effects& effects) {
  const absl::Time deadline = sweeps_.at(call).deadline;
  const bool is_over = deadline <= now || deadline > now + kSweepMost;
  if (!is_over && !IsSwept(call)) return RecallIdle(call, effects);
  const Sweep sweep = std::move(sweeps_.at(call));
  sweeps_.erase(call);
  auto applied = DecideByRanking(now, sweep, effects);
  CentralReply reply;
  reply.status = applied.status();
  if (applied.ok()) reply.result = *std::move(applied);
  effects.Reply(sweep.ticket, std::move(reply));
}

Ranking CentralCore::RankNow(const CallId& call, const Amounts& spendable) {
  const programme::v1::Call& definition = calls_.at(call).call();
  const NationalFold& fold = fold_;
  const uint16_t number = fold_.names().calls.Number(call.value());
  const OpenDecisions& open = decisions(call);
  std::vector<Candidate> candidates;
  for (const auto& [id, summary] : fold.summaries()) {
    if (summary.cell.call != number) continue;
    const bool waits = summary.cell.status == national::v1::APPLICATION_STATUS_PENDING_FUNDS;
    const Amounts pending = waits ? fold.Stored(id).pending : Amounts();
    auto candidate = CandidateOf(definition, id, summary, fold.names(), pending, open.Find(id));
    if (!candidate.has_value()) continue;
    // Nobody is left there to take a decision over.
    if (!candidate->has_award && IsRetired(candidate->node)) continue;
    candidates.push_back(*std::move(candidate));
  }
  return Rank(definition, std::move(candidates), fold.FindCall(call)->ledger.limits(), spendable);
}

absl::StatusOr<CentralReply::Applied> CentralCore::DecideByRanking(absl::Time now,
                                                                   const Sweep& sweep,
                                                                   Effects& effects) {
  const CallId& call = sweep.command.call;
  // Only what has come back: what a node holds on to it may spend.
  const Ranking ranking = RankNow(call, fold_.FindCall(call)->ledger.Available());
  if (!sweep.command.digest.empty() && sweep.command.digest != ranking.digest) {
    return Refusal(absl::StatusCode::kAborted, "digest", "RANKING_CHANGED",
                   "the ranking is not the one that was looked at any more, or a node did not hand "
                   "back in time what it holds; nothing was decided",
                   "rangs vairs nav tas, kas tika apskatīts, vai reģions laikus neatdeva atlikumu; "
                   "nekas nav izlemts");
  }
  CentralReply::Applied applied;
  for (size_t i = 0; i < ranking.rows.size(); ++i) {
    const RankedApplication& ranked = ranking.rows[i];
    const ApplicationStatus status = StatusFor(ranked);
    if (status == national::v1::APPLICATION_STATUS_UNSPECIFIED) continue;
    Decide(now, call, ranked, static_cast<int32_t>(i + 1), status, sweep.command.staff, effects);
    applied.set_decisions(applied.decisions() + 1);
    if (!Connected(ranked.candidate.node)) {
      applied.set_waiting_for_nodes(applied.waiting_for_nodes() + 1);
    }
  }
  if (applied.decisions() > 0) effects.decisions_changed.insert(call);
  *applied.mutable_ranking() = ToResponse(calls_.at(call).call(), ranking, kRankingBytesMax);
  return applied;
}

void CentralCore::Decide(absl::Time now, const CallId& call, const RankedApplication& ranked,
                         int32_t rank, ApplicationStatus status, const StaffEntry& staff,
                         Effects& effects) {
  const Candidate& candidate = ranked.candidate;
  ledger::CentralLedger& ledger = fold_.FindCall(call)->ledger;
  national::v1::NationalDecision decision;
  decision.set_application_id(std::string(candidate.id.bytes()));
  decision.set_version(candidate.version);
  decision.set_status(status);
  decision.set_rank(rank);
  if (status == national::v1::APPLICATION_STATUS_APPROVED) {
    *decision.mutable_award() = candidate.award.ToProto();
    ledger.Allot(candidate.node, candidate.award);
    effects.changes.ledgers[call][candidate.node] = true;
  }
  national::v1::DecisionMade made;
  made.set_node(candidate.node.value());
  made.set_call(call.value());
  *made.mutable_decision() = decision;
  *made.mutable_allotted() = ledger.of(candidate.node).allotted.ToProto();
  national::v1::PublicRecord what;
  *what.mutable_decision_made() = made;
  Journal(now, what, effects, &staff);
  // No allotment totals of their own: the node is to take both over together.
  national::v1::DownEntry entry;
  *entry.mutable_decision() = std::move(made);
  Tell(candidate.node, std::move(entry), effects);
  decisions_[call].Set(candidate.id, {candidate.node, std::move(decision)});
}

void CentralCore::NoteAnswer(const national::v1::ApplicationSummary& summary, Effects& effects) {
  const CallId call(summary.call());
  const auto open = decisions_.find(call);
  if (open == decisions_.end()) return;
  const ApplicationId id = *Uuid::FromBytes(summary.application_id());
  const OpenDecision* const found = open->second.Find(id);
  if (found == nullptr || summary.version() <= found->decision.version()) return;
  open->second.Erase(id);
  effects.decisions_changed.insert(call);
}

void CentralCore::DropDecisionsOf(const NodeId& node, const std::string& why, Effects& effects) {
  for (national::v1::DownEntry& entry : down_logs_[node]) {
    if (!entry.has_decision()) continue;
    const CallId call(entry.decision().call());
    const auto id = Uuid::FromBytes(entry.decision().decision().application_id());
    const auto open = decisions_.find(call);
    if (id.ok() && open != decisions_.end() && open->second.Find(*id) != nullptr) {
      open->second.Erase(*id);
      effects.decisions_changed.insert(call);
      unsettled_.insert(call);
      effects.warnings.push_back(absl::StrCat(
          "call ", call.value(), ": the decision on application ", id->ToString(),
          " had not been answered by ", node.value(), " and is dropped, since the node ", why,
          "; if it still stands apply the ranking again"));
    }
    // An empty entry keeps the number: the node counts them one by one.
    entry.clear_decision();
    effects.batch.Put(kDown, NodeSeqKey(node, Seq(entry.number())), entry.SerializeAsString());
  }
}

void CentralCore::RecoverDecisions() {
  for (const auto& [node, log] : down_logs_) {
    for (const national::v1::DownEntry& entry : log) {
      if (!entry.has_decision()) continue;
      const national::v1::NationalDecision& decision = entry.decision().decision();
      const auto id = Uuid::FromBytes(decision.application_id());
      if (!id.ok()) continue;
      const auto found = fold_.summaries().find(*id);
      if (found == fold_.summaries().end() || found->second.version > decision.version()) continue;
      decisions_[CallId(entry.decision().call())].Set(*id, {node, decision});
    }
  }
}

}  // namespace kopa::central
