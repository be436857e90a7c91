#ifndef KOPA_CENTRAL_CORE_RECORDS_H_
#define KOPA_CENTRAL_CORE_RECORDS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "central/core/totals.h"
#include "common/base/strong.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::central {

// What the centre knows of itself.
struct CentralState {
  uint64_t incarnation = 0;  // 1 for the first; counts up with each restore from a copy
  std::string incarnation_nonce;
  journal::Head head;  // of the centre's own journal

  std::string Serialize() const;
  static absl::StatusOr<CentralState> Parse(absl::string_view bytes);
};

inline constexpr char kCentralStateKey[] = "state";

// What the centre knows of a node for good; whether it is connected is not part of it.
struct NodeRecord {
  EpochNumber epoch;  // newest that was accepted
  std::string epoch_nonce;
  journal::Head applied;  // up to where the node's journal is applied
  std::string address;
  bool admitted_ever = false;
  national::v1::FenceReason fence_reason = national::v1::FENCE_REASON_UNSPECIFIED;
  std::string fence_detail;
  // Two copies live: no later proof may lift the fence by itself.
  bool fence_sticky = false;

  bool fenced() const { return fence_reason != national::v1::FENCE_REASON_UNSPECIFIED; }

  std::string Serialize() const;
  static absl::StatusOr<NodeRecord> Parse(absl::string_view bytes);
};

// What totals, budget and pending awards need of one application; kept in memory for every one.
struct Summary {
  CellKey cell;
  uint32_t version = 0;
  int32_t initiatives = 0;
  int64_t requested_cents = 0;
  ledger::Amounts awarded;

  // What this application adds to its cell.
  CellSums Sums() const;
};

// A Summary with its names and with what it waits for, as it is stored.
struct StoredSummary {
  Summary summary;
  ledger::Amounts pending;  // zero unless PENDING_FUNDS
  absl::Time pending_since;

  std::string Serialize(const CellNames& names) const;
  static absl::StatusOr<StoredSummary> Parse(CellNames& names, absl::string_view bytes);
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_RECORDS_H_
