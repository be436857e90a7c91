#include "central/core/ranking.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/programme/lifecycle.h"

namespace kopa::central {

using ::kopa::ledger::AllAtMost;
using ::kopa::ledger::Amounts;
using ::kopa::national::v1::RankOutcome;
using ::kopa::programme::v1::TieBreak;

namespace {

bool IsDecidable(national::v1::ApplicationStatus status, bool has_criteria) {
  switch (status) {
    case national::v1::APPLICATION_STATUS_EVALUATED:
    case national::v1::APPLICATION_STATUS_RESERVE:
    case national::v1::APPLICATION_STATUS_PENDING_FUNDS:
      return true;
    case national::v1::APPLICATION_STATUS_SUBMITTED:
      return !has_criteria;
    default:
      return false;
  }
}

// Below zero where `a` goes first, above where `b` does.
int Compare(int64_t a, int64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

int64_t ReceivedOf(const Candidate& candidate) {
  // Nothing is gained by not saying when one came.
  return candidate.received_us > 0 ? candidate.received_us : std::numeric_limits<int64_t>::max();
}

int CompareBy(TieBreak tie_break, const Candidate& a, const Candidate& b) {
  switch (tie_break) {
    case programme::v1::TIE_BREAK_LOWER_REQUEST:
      return Compare(a.requested_cents, b.requested_cents);
    case programme::v1::TIE_BREAK_MORE_INITIATIVES:
      return Compare(b.initiatives, a.initiatives);
    case programme::v1::TIE_BREAK_EARLIER_RECEIVED:
      return Compare(ReceivedOf(a), ReceivedOf(b));
    default:
      return 0;
  }
}

bool GoesFirst(const programme::v1::Ranking& rules, const Candidate& a, const Candidate& b) {
  const bool a_counts = a.is_good_enough || a.has_award;
  const bool b_counts = b.is_good_enough || b.has_award;
  if (a_counts != b_counts) return a_counts;
  const int by_score = Compare(b.score_hundredths.value_or(0), a.score_hundredths.value_or(0));
  if (by_score != 0) return by_score < 0;
  for (const int tie_break : rules.tie_breaks()) {
    const int by_rule = CompareBy(static_cast<TieBreak>(tie_break), a, b);
    if (by_rule != 0) return by_rule < 0;
  }
  return a.id < b.id;
}

std::string DigestOf(const programme::v1::Call& call, const Ranking& ranking) {
  ByteWriter out;
  out.Bytes("kopa.ranking.1").Bytes(call.id()).U32(call.version());
  for (const RankedApplication& row : ranking.rows) {
    out.Raw(row.candidate.id.bytes())
        .U32(row.candidate.version)
        .U8(static_cast<uint8_t>(row.outcome));
  }
  return Sha256(out.view());
}

// Grants that municipalities may still have.
class MunicipalityGrants {
 public:
  explicit MunicipalityGrants(const programme::v1::Call& call) {
    for (const programme::v1::MunicipalityTerms& terms : call.municipality_terms()) {
      if (terms.has_max_awards()) left_[terms.municipality()] = terms.max_awards();
    }
  }
  bool Allows(const std::string& municipality) const {
    const auto found = left_.find(municipality);
    return found == left_.end() || found->second > 0;
  }
  void Take(const std::string& municipality) {
    const auto found = left_.find(municipality);
    if (found != left_.end()) --found->second;
  }

 private:
  absl::flat_hash_map<std::string, int64_t> left_;
};

}  // namespace

void OpenDecisions::Set(const ApplicationId& id, OpenDecision open) {
  Erase(id);
  Amounts& sum = under_way_[open.node];
  sum = sum + Amounts::FromProto(open.decision.award());
  decisions_[id] = std::move(open);
}

void OpenDecisions::Erase(const ApplicationId& id) {
  const auto found = decisions_.find(id);
  if (found == decisions_.end()) return;
  Amounts& sum = under_way_[found->second.node];
  sum = sum - Amounts::FromProto(found->second.decision.award());
  decisions_.erase(found);
}

const OpenDecision* OpenDecisions::Find(const ApplicationId& id) const {
  const auto found = decisions_.find(id);
  return found == decisions_.end() ? nullptr : &found->second;
}

Amounts OpenDecisions::UnderWayAt(const NodeId& node) const {
  const auto found = under_way_.find(node);
  return found == under_way_.end() ? Amounts() : found->second;
}

Amounts SpendableOf(const ledger::UnitLimits& limits, const Amounts& available,
                    const std::map<NodeId, ledger::Totals>& nodes,
                    const std::function<bool(const NodeId&)>& is_connected,
                    const OpenDecisions& decisions) {
  Amounts spendable = available;
  for (const auto& [node, totals] : nodes) {
    if (!is_connected(node)) continue;
    const Amounts idle = totals.Headroom() - decisions.UnderWayAt(node);
    spendable = spendable + ledger::ClampToZero(limits.LimitedPart(idle));
  }
  return spendable;
}

absl::optional<Candidate> CandidateOf(const programme::v1::Call& call, const ApplicationId& id,
                                      const Summary& summary, const CellNames& names,
                                      const Amounts& pending, const OpenDecision* open) {
  const auto status = static_cast<national::v1::ApplicationStatus>(summary.cell.status);
  const bool has_criteria = !call.evaluation().criteria().empty();
  const bool awarded = programme::HoldsAward(status) && !summary.awarded.IsZero();
  if (!awarded && !IsDecidable(status, has_criteria)) return absl::nullopt;
  const bool has_score = summary.score_hundredths != Summary::kNoScore;
  // Nothing can be said of the place of one that has no score yet.
  if (has_criteria && !has_score && !awarded) return absl::nullopt;

  Candidate candidate;
  candidate.id = id;
  candidate.node = NodeId(names.nodes.Name(summary.cell.node));
  candidate.municipality = names.municipalities.Name(summary.cell.municipality);
  candidate.version = summary.version;
  candidate.status = status;
  if (has_score) candidate.score_hundredths = summary.score_hundredths;
  candidate.is_good_enough = !has_criteria || summary.thresholds_met;
  candidate.requested_cents = summary.requested_cents;
  candidate.initiatives = summary.initiatives;
  candidate.received_us = summary.received_us;
  const bool is_team = call.form() == programme::v1::APPLICATION_FORM_TEAM;
  candidate.award = Amounts(summary.requested_cents, summary.initiatives, is_team ? 1 : 0);
  if (!pending.IsZero()) candidate.award = pending;
  if (awarded) candidate.award = summary.awarded;
  candidate.has_award = awarded;
  if (open != nullptr && open->decision.version() == summary.version) {
    candidate.status = open->decision.status();
    if (open->decision.status() == national::v1::APPLICATION_STATUS_APPROVED) {
      candidate.has_award = true;
      candidate.award = Amounts::FromProto(open->decision.award());
    }
  }
  return candidate;
}

Ranking Rank(const programme::v1::Call& call, std::vector<Candidate> candidates,
             const ledger::UnitLimits& limits, const Amounts& spendable) {
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    return GoesFirst(call.ranking(), a, b);
  });
  Ranking ranking;
  ranking.left = limits.LimitedPart(spendable);
  MunicipalityGrants grants(call);
  for (const Candidate& candidate : candidates) {
    if (candidate.has_award) grants.Take(candidate.municipality);
  }
  const bool skip = call.ranking().cut() == programme::v1::PENDING_POLICY_SKIP;
  bool is_cut = false;
  ranking.rows.reserve(candidates.size());
  for (Candidate& candidate : candidates) {
    RankOutcome outcome = national::v1::RANK_OUTCOME_RESERVE;
    const Amounts needed = limits.LimitedPart(candidate.award);
    if (candidate.has_award) {
      outcome = national::v1::RANK_OUTCOME_AWARDED;
    } else if (!candidate.is_good_enough) {
      outcome = national::v1::RANK_OUTCOME_BELOW_THRESHOLD;
    } else if (!is_cut && grants.Allows(candidate.municipality)) {
      if (AllAtMost(needed, ranking.left)) {
        outcome = national::v1::RANK_OUTCOME_AWARD;
        grants.Take(candidate.municipality);
        ranking.left = ranking.left - needed;
        ranking.new_awards = ranking.new_awards + candidate.award;
      } else {
        is_cut = !skip;
      }
    }
    ranking.rows.push_back({std::move(candidate), outcome});
    if (outcome == national::v1::RANK_OUTCOME_AWARD ||
        outcome == national::v1::RANK_OUTCOME_AWARDED) {
      ranking.cut_rank = static_cast<int32_t>(ranking.rows.size());
    }
  }
  ranking.digest = DigestOf(call, ranking);
  return ranking;
}

national::v1::RankCallResponse ToResponse(const programme::v1::Call& call, const Ranking& ranking,
                                          size_t bytes_max) {
  national::v1::RankCallResponse response;
  response.set_call(call.id());
  response.set_cut_rank(ranking.cut_rank);
  response.set_new_award_cents(ranking.new_awards.cents());
  response.set_remaining_cents(ranking.left.cents());
  response.set_digest(ranking.digest);
  size_t bytes = 0;
  for (size_t i = 0; i < ranking.rows.size() && bytes <= bytes_max; ++i) {
    const auto& [candidate, outcome] = ranking.rows[i];
    const bool has_award = outcome == national::v1::RANK_OUTCOME_AWARD ||
                           outcome == national::v1::RANK_OUTCOME_AWARDED;
    national::v1::RankRow* row = response.add_rows();
    row->set_rank(static_cast<int32_t>(i + 1));
    row->set_application_id(std::string(candidate.id.bytes()));
    row->set_node(candidate.node.value());
    if (candidate.score_hundredths.has_value()) {
      row->set_score_hundredths(*candidate.score_hundredths);
    }
    row->set_award_cents(has_award ? candidate.award.cents() : 0);
    row->set_outcome(outcome);
    row->set_requested_cents(candidate.requested_cents);
    row->set_initiatives(candidate.initiatives);
    row->set_version(candidate.version);
    row->set_organisation(candidate.organisation);
    row->set_municipality(candidate.municipality);
    bytes += row->ByteSizeLong();
  }
  return response;
}

}  // namespace kopa::central
