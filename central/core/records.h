#ifndef KOPA_CENTRAL_CORE_RECORDS_H_
#define KOPA_CENTRAL_CORE_RECORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "central/core/totals.h"
#include "common/base/strong.h"
#include "common/journal/chain.h"
#include "common/ledger/amounts.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::central {

// Each restore of the centre from a copy counts one further. A count beyond the first, or a
// greeting that is the second ahead of the store, comes of no number of restores.
inline constexpr uint64_t kIncarnationMax = 1'000'000'000;
inline constexpr uint64_t kIncarnationJumpMax = 1000;

// What the centre knows of itself.
struct CentralState {
  uint64_t incarnation = 0;  // 1 for the first; counts up with each restore from a copy
  std::string incarnation_nonce;
  journal::Head head;  // of the centre's own journal
  // The store was restored from a copy: nothing is allotted until every node has reported what it
  // knows (incarnation.cc).
  bool recovering = false;

  std::string Serialize() const;
  static absl::StatusOr<CentralState> Parse(absl::string_view bytes);
};

inline constexpr char kCentralStateKey[] = "state";

// A head that its owner signed, as the other side keeps it; 0 and empty where there is none.
struct SignedHead {
  Seq seq;
  std::string hash;
  std::string signature;

  friend bool operator==(const SignedHead&, const SignedHead&) = default;
};

// What the centre knows of a node for good; whether it is connected is not part of it.
struct NodeRecord {
  EpochNumber epoch;  // newest that was accepted
  std::string epoch_nonce;
  journal::Head applied;     // up to where the node's journal is applied
  EpochNumber epoch_opened;  // newest whose opening is in what is applied
  std::string address;
  bool admitted_ever = false;
  national::v1::FenceReason fence_reason = national::v1::FENCE_REASON_UNSPECIFIED;
  std::string fence_detail;
  // Two copies live: no later proof may lift the fence by itself.
  bool fence_sticky = false;
  // Newest incarnation in which the node has delivered all that it had when it greeted.
  uint64_t reported_incarnation = 0;
  std::string public_key;  // that it signs with, pinned at first sight; empty before
  SignedHead signed_head;  // the newest
  // What was found of a history that was rewritten, in words; stays until a rejoin.
  std::string alarm;

  bool fenced() const { return fence_reason != national::v1::FENCE_REASON_UNSPECIFIED; }

  std::string Serialize() const;
  static absl::StatusOr<NodeRecord> Parse(absl::string_view bytes);
};

// What an application is found and shown by: kept in the store alone, as there may be millions.
struct ApplicationDetails {
  std::string organisation_reg_no;
  std::string organisation;
  std::vector<std::string> school_reg_nos;  // sorted

  // Tells whether the details of an application are the ones it had before. At most kHashMost.
  uint64_t Hash() const;
  static constexpr uint64_t kHashMost = ~uint64_t{0} >> 1;

  friend bool operator==(const ApplicationDetails&, const ApplicationDetails&) = default;
};

// What totals, budget, pending awards and the ranking need of one application; kept in memory for
// every one.
struct Summary {
  static constexpr int32_t kNoScore = -1;

  CellKey cell;
  uint32_t version = 0;
  int32_t initiatives = 0;
  int32_t score_hundredths = kNoScore;
  int64_t requested_cents = 0;
  int64_t received_us = 0;  // microseconds since 1970; 0 where it is not known
  ledger::Amounts awarded;
  uint64_t thresholds_met : 1 = 0;
  uint64_t details_hash : 63 = 0;  // of ApplicationDetails

  // What this application adds to its cell.
  CellSums Sums() const;
};

// A Summary with its names, its details and what few have, as it is stored.
struct StoredSummary {
  Summary summary;
  ledger::Amounts pending;  // zero unless PENDING_FUNDS
  absl::Time pending_since;
  int64_t paid_cents = 0;
  ApplicationDetails details;

  std::string Serialize(const CellNames& names) const;
  static absl::StatusOr<StoredSummary> Parse(CellNames& names, absl::string_view bytes);
};

// Where the stored definition of a call came from.
struct CallSource {
  // SHA-256 of the definition that was last taken from a file or loaded: what is the same as before
  // changes nothing, whatever has become of the call since. Empty where there was none.
  std::string definition_sha256;
  // Somebody changed the call while the centre ran; files alone no longer do.
  bool changed_at_runtime = false;

  std::string Serialize() const;
  static absl::StatusOr<CallSource> Parse(absl::string_view bytes);

  friend bool operator==(const CallSource&, const CallSource&) = default;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_RECORDS_H_
