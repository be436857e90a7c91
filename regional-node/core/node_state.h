#ifndef KOPA_REGIONAL_NODE_CORE_NODE_STATE_H_
#define KOPA_REGIONAL_NODE_CORE_NODE_STATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/strong.h"
#include "common/journal/chain.h"
#include "kopa/national/v1/journal.pb.h"

namespace kopa::node {

// What a node knows of the centre, and holds against it: up to where it has followed the centre's
// own journal, so that a history that was rewritten is noticed.
struct CentreHistory {
  // What was seen of one incarnation, and what the centre signed of that.
  struct Seen {
    uint64_t incarnation = 0;
    std::string incarnation_nonce;
    journal::Head head;
    std::string public_key;
    journal::Head signed_head;
    std::string signature;

    bool empty() const { return incarnation == 0; }
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  journal::Head head;  // of the centre's journal, as followed from its first record
  // What was seen before the centre began a new incarnation; to be found again in the new journal
  // up to where that declares the rest lost. Empty: nothing, or found.
  Seen before;
  std::string public_key;  // that the centre signs with, pinned at first sight; empty before
  // The newest head that the centre signed in this incarnation; may be ahead of `head`. With the
  // signature it is what shows a centre that its store is older than that.
  journal::Head signed_head;
  std::string signature;
  // What is wrong with the centre's history, in words; stays until this node has rejoined.
  std::string alarm;
  // What the first alarm contradicts.
  Seen evidence;

  friend bool operator==(const CentreHistory&, const CentreHistory&) = default;
};

// What a node knows of itself beyond its applications and money; one record, rewritten in each
// group that changes it.
struct NodeState {
  NodeId node;
  EpochNumber epoch;
  std::string epoch_nonce;  // 16 bytes
  journal::Head head;
  uint64_t incarnation = 0;  // of the centre, as last met
  std::string incarnation_nonce;
  uint64_t down_cursor = 0;  // last entry of the centre's down-log that is durable here
  national::v1::FenceReason fence_reason = national::v1::FENCE_REASON_UNSPECIFIED;
  std::string fence_detail;
  CentreHistory centre;

  bool fenced() const { return fence_reason != national::v1::FENCE_REASON_UNSPECIFIED; }

  std::string Serialize() const;
  static absl::StatusOr<NodeState> Parse(absl::string_view bytes);
};

// Key of the record in family kMeta.
inline constexpr char kNodeStateKey[] = "state";

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_CORE_NODE_STATE_H_
