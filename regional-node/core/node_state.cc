#include "regional-node/core/node_state.h"

#include "common/base/bytes.h"

namespace kopa::node {
namespace {

// NodeState ::= version:u8(=1) node:bytes epoch:u64 epoch_nonce:bytes head_seq:u64 head_hash:bytes
//               incarnation:u64 incarnation_nonce:bytes down_cursor:u64 fence_reason:u8
//               fence_detail:bytes
constexpr uint8_t kFormat = 1;

}  // namespace

std::string NodeState::Serialize() const {
  ByteWriter out;
  out.U8(kFormat)
      .Bytes(node.value())
      .U64(epoch.value())
      .Bytes(epoch_nonce)
      .U64(head.seq.value())
      .Bytes(head.hash)
      .U64(incarnation)
      .Bytes(incarnation_nonce)
      .U64(down_cursor)
      .U8(static_cast<uint8_t>(fence_reason))
      .Bytes(fence_detail);
  return out.Take();
}

absl::StatusOr<NodeState> NodeState::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  NodeState state;
  if (in.U8() != kFormat) return absl::DataLossError("node state: unknown format");
  state.node = NodeId(in.Bytes());
  state.epoch = EpochNumber(in.U64());
  state.epoch_nonce = std::string(in.Bytes());
  state.head.seq = Seq(in.U64());
  state.head.hash = std::string(in.Bytes());
  state.incarnation = in.U64();
  state.incarnation_nonce = std::string(in.Bytes());
  state.down_cursor = in.U64();
  state.fence_reason = static_cast<national::v1::FenceReason>(in.U8());
  state.fence_detail = std::string(in.Bytes());
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("node state: wrong length");
  return state;
}

}  // namespace kopa::node
