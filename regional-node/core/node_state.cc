#include "regional-node/core/node_state.h"

#include "common/base/bytes.h"

namespace kopa::node {
namespace {

// NodeState     ::= version:u8(=3) node:bytes epoch:u64 epoch_nonce:bytes Head incarnation:u64
//                   incarnation_nonce:bytes down_cursor:u64 fence_reason:u8 fence_detail:bytes
//                   CentreHistory
// CentreHistory ::= Head before:Seen public_key:bytes signed:Head signature:bytes alarm:bytes
//                   evidence:Seen
// Seen          ::= incarnation:u64 incarnation_nonce:bytes Head public_key:bytes signed:Head
//                   signature:bytes
// Head          ::= seq:u64 hash:bytes
constexpr uint8_t kFormat = 3;

void Put(ByteWriter& out, const journal::Head& head) { out.U64(head.seq.value()).Bytes(head.hash); }

journal::Head TakeHead(ByteReader& in) {
  journal::Head head;
  head.seq = Seq(in.U64());
  head.hash = std::string(in.Bytes());
  return head;
}

void Put(ByteWriter& out, const CentreHistory::Seen& seen) {
  out.U64(seen.incarnation).Bytes(seen.incarnation_nonce);
  Put(out, seen.head);
  out.Bytes(seen.public_key);
  Put(out, seen.signed_head);
  out.Bytes(seen.signature);
}

CentreHistory::Seen TakeSeen(ByteReader& in) {
  CentreHistory::Seen seen;
  seen.incarnation = in.U64();
  seen.incarnation_nonce = std::string(in.Bytes());
  seen.head = TakeHead(in);
  seen.public_key = std::string(in.Bytes());
  seen.signed_head = TakeHead(in);
  seen.signature = std::string(in.Bytes());
  return seen;
}

void Put(ByteWriter& out, const CentreHistory& centre) {
  Put(out, centre.head);
  Put(out, centre.before);
  out.Bytes(centre.public_key);
  Put(out, centre.signed_head);
  out.Bytes(centre.signature).Bytes(centre.alarm);
  Put(out, centre.evidence);
}

CentreHistory TakeCentre(ByteReader& in) {
  CentreHistory centre;
  centre.head = TakeHead(in);
  centre.before = TakeSeen(in);
  centre.public_key = std::string(in.Bytes());
  centre.signed_head = TakeHead(in);
  centre.signature = std::string(in.Bytes());
  centre.alarm = std::string(in.Bytes());
  centre.evidence = TakeSeen(in);
  return centre;
}

}  // namespace

std::string NodeState::Serialize() const {
  ByteWriter out;
  out.U8(kFormat).Bytes(node.value()).U64(epoch.value()).Bytes(epoch_nonce);
  Put(out, head);
  out.U64(incarnation)
      .Bytes(incarnation_nonce)
      .U64(down_cursor)
      .U8(static_cast<uint8_t>(fence_reason))
      .Bytes(fence_detail);
  Put(out, centre);
  return out.Take();
}

absl::StatusOr<NodeState> NodeState::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  NodeState state;
  if (in.U8() != kFormat) return absl::DataLossError("node state: unknown format");
  state.node = NodeId(in.Bytes());
  state.epoch = EpochNumber(in.U64());
  state.epoch_nonce = std::string(in.Bytes());
  state.head = TakeHead(in);
  state.incarnation = in.U64();
  state.incarnation_nonce = std::string(in.Bytes());
  state.down_cursor = in.U64();
  state.fence_reason = static_cast<national::v1::FenceReason>(in.U8());
  state.fence_detail = std::string(in.Bytes());
  state.centre = TakeCentre(in);
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("node state: wrong length");
  return state;
}

}  // namespace kopa::node
