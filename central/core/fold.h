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
#include "central/core/application_check.h"
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
  // With what of them is kept in the store alone.
  absl::flat_hash_map<ApplicationId, ApplicationDetails> summaries;
  // Those of them that are new, or whose details or municipality are.
  absl::flat_hash_set<ApplicationId> found_otherwise;
  std::map<CallId, std::map<NodeId, bool>> ledgers;

  void Clear() {
    cells.clear();
    summaries.clear();
    found_otherwise.clear();
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
    CallWords words;
  };

  // A call must be known before records of its applications come. Of a call that is known already a
  // new definition: its words may only have grown, its limits must fit what is out.
  void AddCall(const programme::v1::Call& definition);
  CallFold* FindCall(const CallId& id);
  const CallFold* FindCall(const CallId& id) const;
  const std::map<CallId, CallFold>& calls() const { return calls_; }

  // Applies one record of a node's journal, written in `epoch`. Changes nothing unless it returns
  // OK. INVALID_ARGUMENT: it names what is unknown or makes no sense. FAILED_PRECONDITION: it
  // awards or hands back more than the node was allotted.
  absl::Status Apply(const NodeId& node, EpochNumber epoch, const national::v1::PublicRecord& what,
                     FoldChanges& changes);
  // The newest epoch whose opening was applied; zero before the first.
  EpochNumber EpochOpenedBy(const NodeId& node) const;

  // For recovery.
  void RestoreEpoch(const NodeId& node, EpochNumber opened) { epochs_[node] = opened; }
  void RestoreSummary(const ApplicationId& id, const StoredSummary& stored);
  void RestoreCell(const CellKey& key, const CellSums& sums) { cells_[key] = sums; }

  // Without details, which are not kept here.
  StoredSummary Stored(const ApplicationId& id) const;
  const absl::flat_hash_map<ApplicationId, Summary>& summaries() const { return summaries_; }
  const absl::flat_hash_map<CellKey, CellSums>& cells() const { return cells_; }
  CellNames& names() { return names_; }
  const CellNames& names() const { return names_; }

 private:
  absl::Status ApplyEpoch(const NodeId& node, EpochNumber epoch,
                          const national::v1::EpochOpened& opened);
  absl::Status ApplyHandedBack(const NodeId& node, const national::v1::HandedBack& handed_back,
                               FoldChanges& changes);
  absl::Status ApplyFrozen(const NodeId& node, const national::v1::HeadroomFrozen& frozen,
                           FoldChanges& changes);
  absl::Status CheckNoted(const NodeId& node, const national::v1::ApplicationNoted& noted) const;
  absl::Status CheckLateAdmission(const national::v1::LateAdmission& admission) const;
  absl::Status CheckHeadroom(const NodeId& node, const national::v1::ApplicationSummary& summary,
                             const ledger::Amounts& held) const;
  Summary SummaryOf(const NodeId& node, const national::v1::ApplicationSummary& summary);
  absl::Status ApplyApplication(const NodeId& node, const national::v1::ApplicationSummary& summary,
                                FoldChanges& changes);
  absl::Status CheckApplication(const NodeId& node,
                                const national::v1::ApplicationSummary& summary) const;
  void NotePaid(const CallId& call_id, const NodeId& node, const ApplicationId& id,
                int64_t paid_cents, FoldChanges& changes);
  void MovePending(CallFold& call, const NodeId& node, const ApplicationId& id,
                   const national::v1::ApplicationSummary& summary);

  CellNames names_;
  std::map<CallId, CallFold> calls_;
  absl::flat_hash_map<ApplicationId, Summary> summaries_;
  absl::flat_hash_map<CellKey, CellSums> cells_;
  // What few applications have, so that the others need no room for it.
  absl::flat_hash_map<ApplicationId, absl::Time> pending_since_;
  absl::flat_hash_map<ApplicationId, int64_t> paid_cents_;
  std::map<NodeId, EpochNumber> epochs_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_FOLD_H_
