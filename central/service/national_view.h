#ifndef KOPA_CENTRAL_SERVICE_NATIONAL_VIEW_H_
#define KOPA_CENTRAL_SERVICE_NATIONAL_VIEW_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "central/core/central_core.h"
#include "central/core/commands.h"
#include "central/core/ranking.h"
#include "central/service/totals_rollup.h"
#include "common/base/mutex.h"
#include "common/base/strong.h"
#include "common/ledger/amounts.h"
#include "common/ledger/node_ledger.h"
#include "common/territory/territory.h"
#include "kopa/national/v1/service.pb.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

// Everything that answers to people are made of, apart from the core, which belongs to the
// committer: copies of its figures, brought up to date after each group is durable, so that nothing
// shows which a crash could take back. An answer costs the same however many applications there
// are.
//
// Beside it, what is known of the links and not kept: how far each node was heard to be, and when.
class NationalView {
 public:
  // `territory` must outlive the view.
  explicit NationalView(const Territory* territory) : territory_(*territory) {}

  // On the committer's thread, or before it starts.
  void Load(const CentralCore& core);
  // Takes over what the group changed. On the committer's thread, after the write.
  void Update(const CentralCore& core, const CentralEffects& effects);

  // The rest is thread-safe.

  const Territory& territory() const { return territory_; }

  // A message came from a node; `head_seq` where it says how far the node's journal reaches.
  void NoteContact(const NodeId& node, absl::Time now, absl::optional<uint64_t> head_seq);

  // Grows with each Update that changed anything an answer shows. Contacts alone do not count.
  uint64_t version() const { return version_.load(); }

  std::vector<NodeId> Nodes() const;
  // Nodes that a restored centre waits for before it allots.
  std::vector<NodeId> Awaited() const;
  // Empty for a node that is not known.
  absl::optional<national::v1::Node> FindNode(const NodeId& node) const;

  // Money of one call; all zero where it has no budget or is not known.
  struct BudgetSums {
    int64_t limit_cents = 0;
    int64_t available_cents = 0;
    int64_t approved_cents = 0;
  };
  std::vector<CallId> Calls() const;
  BudgetSums BudgetOf(const CallId& call) const;

  // Answers; errors as in service.proto.
  absl::StatusOr<national::v1::ListCallsResponse> ListCalls(
      const national::v1::ListCallsRequest& request) const;
  absl::StatusOr<national::v1::GetCallResponse> GetCall(
      const national::v1::GetCallRequest& request) const;
  absl::StatusOr<national::v1::GetTotalsResponse> GetTotals(
      const national::v1::GetTotalsRequest& request) const;
  absl::StatusOr<national::v1::GetBudgetResponse> GetBudget(
      const national::v1::GetBudgetRequest& request) const;
  absl::StatusOr<national::v1::ListNodesResponse> ListNodes(
      const national::v1::ListNodesRequest& request) const;

  // What a ranking is made with beside the applications themselves. NOT_FOUND as GetCall.
  struct RankingBasis {
    programme::v1::Call definition;
    ledger::UnitLimits limits;
    ledger::Amounts spendable;
    OpenDecisions decisions;
  };
  absl::StatusOr<RankingBasis> BasisOf(const std::string& call) const;
  // How many applications hold an award in each municipality. NOT_FOUND as GetCall.
  absl::StatusOr<std::map<std::string, int64_t>> AwardsByMunicipality(
      const std::string& call) const;
  void FillFreshness(
      google::protobuf::RepeatedPtrField<national::v1::NodeFreshness>* freshness) const;

 private:
  struct NodeFigures {
    national::v1::Node node;  // but for head_seq and last_contact_time
    Session session;
    uint64_t heard_seq = 0;
    absl::optional<absl::Time> last_contact;
  };
  struct CallFigures {
    programme::v1::Call definition;
    ledger::UnitLimits limits;
    std::vector<LabelledCell> cells;
    ledger::Amounts available;
    ledger::Amounts approved;
    int64_t paid_cents = 0;
    OpenDecisions decisions;
    std::map<NodeId, ledger::Totals> ledgers;
    std::map<NodeId, int64_t> pending_cents;
  };
  struct Pending {  // one approval that waits for funds
    CallId call;
    NodeId node;
    int64_t cents = 0;
  };

  void TakeNode(const CentralCore& core, const NodeId& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeCall(const CentralCore& core, const CallId& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeBudget(const CentralCore& core, const CallId& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeCell(const CentralCore& core, const CellKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakePending(const CentralCore& core, const ApplicationId& id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::StatusOr<const CallFigures*> Find(const std::string& call) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static national::v1::Node Describe(const NodeFigures& figures);
  void AddFreshness(google::protobuf::RepeatedPtrField<national::v1::NodeFreshness>* freshness)
      const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static national::v1::NodeBudget NodeBudgetOf(const CallFigures& call, const NodeFigures& node);

  const Territory& territory_;
  std::atomic<uint64_t> version_{1};

  mutable Mutex mutex_;
  std::vector<NodeId> awaited_ ABSL_GUARDED_BY(mutex_);
  std::map<NodeId, NodeFigures> nodes_ ABSL_GUARDED_BY(mutex_);
  std::map<CallId, CallFigures> calls_ ABSL_GUARDED_BY(mutex_);
  // Never shrinks and what is in it never changes, so that answers may point at its elements while
  // they are summed up without the mutex.
  std::deque<CellLabels> labels_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<CellKey, size_t> cell_places_
      ABSL_GUARDED_BY(mutex_);  // in CallFigures::cells
  absl::flat_hash_map<ApplicationId, Pending> pending_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_NATIONAL_VIEW_H_
