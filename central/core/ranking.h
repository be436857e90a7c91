#ifndef KOPA_CENTRAL_CORE_RANKING_H_
#define KOPA_CENTRAL_CORE_RANKING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "central/core/records.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/ledger/amounts.h"
#include "common/ledger/node_ledger.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/national/v1/service.pb.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

// A ranking is shown in one message; rows beyond this are left out of it, and decided all the same.
inline constexpr size_t kRankingBytesMax = 2 * 1024 * 1024;

// A decision of a ranking that its node has not answered yet: the application stands at the version
// that was ranked, so what it says of itself is out of date.
struct OpenDecision {
  NodeId node;
  national::v1::NationalDecision decision;
};

// Those of one call.
class OpenDecisions {
 public:
  // In place of an earlier one of the same application.
  void Set(const ApplicationId& id, OpenDecision open);
  void Erase(const ApplicationId& id);
  // Null where there is none.
  const OpenDecision* Find(const ApplicationId& id) const;
  // What they have allotted to the node: it is not idle there.
  ledger::Amounts UnderWayAt(const NodeId& node) const;

 private:
  absl::flat_hash_map<ApplicationId, OpenDecision> decisions_;
  std::map<NodeId, ledger::Amounts> under_way_;
};

// What a ranking may give out: what is not allotted, and what lies idle at nodes that are connected
// and can be asked for it. What lies at others may have been spent there.
ledger::Amounts SpendableOf(const ledger::UnitLimits& limits, const ledger::Amounts& available,
                            const std::map<NodeId, ledger::Totals>& nodes,
                            const std::function<bool(const NodeId&)>& is_connected,
                            const OpenDecisions& decisions);

// One application that has a place in the ranking.
struct Candidate {
  ApplicationId id;
  NodeId node;
  std::string municipality;
  uint32_t version = 0;
  national::v1::ApplicationStatus status = national::v1::APPLICATION_STATUS_UNSPECIFIED;
  absl::optional<int64_t> score_hundredths;
  bool is_good_enough = false;  // no threshold is missed
  bool has_award = false;       // holds one, or one is on its way to it
  int64_t requested_cents = 0;
  int64_t initiatives = 0;
  int64_t received_us = 0;
  ledger::Amounts award;  // what it holds, or would take
  std::string organisation;
};

// The application's part in a ranking; empty where its status gives it none. `pending` is what an
// approval of it waits for; `open` a decision that it has not answered.
absl::optional<Candidate> CandidateOf(const programme::v1::Call& call, const ApplicationId& id,
                                      const Summary& summary, const CellNames& names,
                                      const ledger::Amounts& pending, const OpenDecision* open);

struct RankedApplication {
  Candidate candidate;
  national::v1::RankOutcome outcome = national::v1::RANK_OUTCOME_UNSPECIFIED;
};

struct Ranking {
  std::vector<RankedApplication> rows;  // in order; ranks count from 1
  int32_t cut_rank = 0;                 // of the last one with an award; 0 where there is none
  ledger::Amounts new_awards;           // in sum
  ledger::Amounts left;                 // of what could be spent, in limited units
  std::string digest;                   // SHA-256 of the call's version and of ids, versions and
                                        // outcomes in their order
};

// Puts the candidates of a call into their one order: by score, then by the call's tie-breaks, then
// by id; those that miss a threshold last. Then gives awards from the top as far as `spendable` and
// the grants of their municipalities reach. The same candidates give the same ranking in whatever
// order they come. Pure.
Ranking Rank(const programme::v1::Call& call, std::vector<Candidate> candidates,
             const ledger::UnitLimits& limits, const ledger::Amounts& spendable);

// The ranking as it is shown; rows beyond `bytes_max` are left out. Without freshness.
national::v1::RankCallResponse ToResponse(const programme::v1::Call& call, const Ranking& ranking,
                                          size_t bytes_max);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_RANKING_H_
