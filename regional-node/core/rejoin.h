#ifndef KOPA_REGIONAL_NODE_CORE_REJOIN_H_
#define KOPA_REGIONAL_NODE_CORE_REJOIN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "common/storage/store.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/programme/v1/call.pb.h"
#include "regional-node/core/commands.h"

// How a store that was restored from an old copy becomes the node's store again
// (docs/consistency.md): its journal is that of the centre, what it has beyond that is journalled
// anew, and all the money that it or a lost copy of it could have spent is frozen. Pure: a view of
// the store goes in, one batch that changes it comes out.
namespace kopa::node {

// What the centre has of the node, all of one moment.
struct CentreCopy {
  // Consecutive, up to the last that the centre has applied; the first is one that this store has,
  // too, or number 1. Empty where the centre has none.
  std::vector<national::v1::JournalRecord> records;
  // Everything that was ever allotted to the node.
  std::map<CallId, ledger::Amounts> allotted;
  // The newest epoch that was ever accepted; 0 for none.
  EpochNumber newest_epoch;
  // The calls as they are published.
  std::vector<programme::v1::Call> calls;
};

// Seals who acted and why for another version of the application; given by who holds the keys.
// DATA_LOSS where what is stored does not open.
using ResealStaff = std::function<absl::StatusOr<SealedParts>(
    const ApplicationId& id, uint32_t version, const national::v1::JournalRecord& record,
    const std::string& sealed_staff, uint32_t next_version)>;

struct RejoinRequest {
  NodeId node;
  absl::Time now;
  std::string epoch_nonce;  // 16 random bytes
  // The newest epoch that the fence file tells of; 0 where it tells of none.
  EpochNumber fence_epoch;
  // The fence file vouches for the store: nothing newer was ever written.
  bool is_newest = false;
  CentreCopy centre;
  ResealStaff reseal;  // may be empty: such a change is then listed, not taken over
};

// Why an application is named after a rejoin.
enum class RejoinFinding {
  kContentMissing,  // what was handed in is known to the centre in sum alone: it must be entered
                    // again
  kDetailsMissing,  // its newest evaluations, remarks or documents are gone
  kAwardWaits,      // an award that the centre never heard of waits for funds again
  kChangeDropped,   // both sides changed it: the centre's is kept, what this store had is named
};
// "content-missing".
absl::string_view RejoinFindingName(RejoinFinding finding);

struct RejoinedApplication {
  ApplicationId id;
  std::string call;
  national::v1::ApplicationStatus status = national::v1::APPLICATION_STATUS_UNSPECIFIED;
  std::string organisation;
  RejoinFinding finding = RejoinFinding::kContentMissing;
  std::string detail;
};

struct RejoinReport {
  // False where there was nothing to do: the store has rejoined, or is the newest.
  bool changed = false;
  Seq common;                 // the last record that both sides have
  uint64_t refilled = 0;      // records that came from the centre
  uint64_t rejournalled = 0;  // records of the store's own that were journalled anew
  EpochNumber epoch;
  journal::Head head;
  // What was frozen now, by call.
  std::map<CallId, ledger::Amounts> frozen;
  std::vector<RejoinedApplication> applications;
};

struct RejoinPlan {
  storage::WriteBatch batch;  // empty where nothing changes
  RejoinReport report;
};

// Whether the store has this very record; what a fetch from the centre has to begin with.
bool HasRecord(const storage::View& view, const national::v1::JournalRecord& record);

// Everything of a rejoin. FAILED_PRECONDITION where the store belongs to another node; OUT_OF_RANGE
// where centre.records begins after where the two histories part; DATA_LOSS where what is stored up
// to there, or what the centre sent, does not hold together.
absl::StatusOr<RejoinPlan> PlanRejoin(const storage::View& view, const RejoinRequest& request);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_REJOIN_H_
