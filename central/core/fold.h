#ifndef KOPA_CENTRAL_CORE_FOLD_H_
#define KOPA_CENTRAL_CORE_FOLD_H_

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "central/core/records.h"
#include "central/core/totals.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/ledger/central_ledger.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::central {

// Which parts of a fold a step touched; the committer writes just those.
struct FoldChanges {
  absl::flat_hash_set<CellKey> cells;
  absl::flat_hash_set<ApplicationId> summaries;
  std::map<CallId, std::map<NodeId, bool>> ledgers;

  void Clear() {
    cells.clear();
    summaries.clear();
    ledgers.clear();
  }
};

// What all nodes' journals add up to: one summary an application, the totals cells, the ledgers and
// what waits for funds. The centre keeps one up to date; `verify` makes another from the stored
// journals and compares. Pure.
class NationalFold {
 public:
  // Approvals that wait, in the order in which they are served: longest first, then by node.
  struct PendingKey {
    absl::Time since;
    NodeId node;
    ApplicationId id;
    // Not `auto`: absl::Time has < and == only.
    std::strong_ordering operator<=>(const PendingKey&) const = default;
  };
  using PendingAwards = std::map<PendingKey, ledger::Amounts>;

  struct CallFold {
    ledger::CentralLedger ledger;
    PendingAwards pending;
  };

  // A call must be known before records of its applications come.
  void AddCall(const CallId& id, const ledger::UnitLimits& limits);
  CallFold* FindCall(const CallId& id);
  const CallFold* FindCall(const CallId& id) const;
  const std::map<CallId, CallFold>& calls() const { return calls_; }

  // Applies one record of a node's journal. Changes nothing unless it returns OK.
  // INVALID_ARGUMENT: it names what is unknown or makes no sense. FAILED_PRECONDITION: it awards or
  // hands back more than the node was allotted.
  absl::Status Apply(const NodeId& node, const national::v1::PublicRecord& what,
                     FoldChanges& changes);

  // For recovery.
  void RestoreSummary(const ApplicationId& id, const StoredSummary& stored);
  void RestoreCell(const CellKey& key, const CellSums& sums) { cells_[key] = sums; }

  StoredSummary Stored(const ApplicationId& id) const;
  const absl::flat_hash_map<ApplicationId, Summary>& summaries() const { return summaries_; }
  const absl::flat_hash_map<CellKey, CellSums>& cells() const { return cells_; }
  CellNames& names() { return names_; }
  const CellNames& names() const { return names_; }

 private:
  absl::Status ApplyApplication(const NodeId& node, const national::v1::ApplicationSummary& summary,
                                FoldChanges& changes);
  absl::Status CheckApplication(const NodeId& node,
                                const national::v1::ApplicationSummary& summary) const;
  void MovePending(CallFold& call, const NodeId& node, const ApplicationId& id,
                   const national::v1::ApplicationSummary& summary);

  CellNames names_;
  std::map<CallId, CallFold> calls_;
  absl::flat_hash_map<ApplicationId, Summary> summaries_;
  absl::flat_hash_map<CellKey, CellSums> cells_;
  absl::flat_hash_map<ApplicationId, absl::Time> pending_since_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_FOLD_H_
