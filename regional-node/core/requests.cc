#include "regional-node/core/requests.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"

namespace kopa::node {
namespace {

// RequestEntry ::= version:u8(=1) digest:16 count:u32 Reply*count
// Reply ::= id:16 status:u8 seq:u64 has_fault:u8 [field:bytes code:bytes message:bytes
// message_lv:bytes]
constexpr uint8_t kFormat = 1;
// ForgottenRequests ::= version:u8(=1) before_ms:u64
constexpr uint8_t kForgottenFormat = 1;

}  // namespace

std::string RequestEntry::Serialize() const {
  ByteWriter out;
  out.U8(kFormat).Raw(digest.bytes()).U32(static_cast<uint32_t>(replies.size()));
  for (const DecisionReply& reply : replies) {
    out.Raw(reply.id.bytes()).U8(static_cast<uint8_t>(reply.status)).U64(reply.seq.value());
    out.U8(reply.fault.has_value() ? 1 : 0);
    if (reply.fault.has_value()) {
      out.Bytes(reply.fault->field)
          .Bytes(reply.fault->code)
          .Bytes(reply.fault->message)
          .Bytes(reply.fault->message_lv);
    }
  }
  return out.Take();
}

absl::StatusOr<RequestEntry> RequestEntry::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  const auto damaged = [] { return absl::DataLossError("request entry: damaged"); };
  if (in.U8() != kFormat) return damaged();
  RequestEntry entry;
  const absl::string_view digest = in.Raw(16);
  if (digest.size() != 16) return damaged();
  entry.digest = Digest::FromBytes(digest);
  const uint32_t count = in.U32();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    DecisionReply reply;
    auto id = Uuid::FromBytes(in.Raw(16));
    if (!id.ok()) return damaged();
    reply.id = *id;
    reply.status = static_cast<national::v1::ApplicationStatus>(in.U8());
    reply.seq = Seq(in.U64());
    if (in.U8() == 1) {
      Fault fault;
      fault.field = std::string(in.Bytes());
      fault.code = std::string(in.Bytes());
      fault.message = std::string(in.Bytes());
      fault.message_lv = std::string(in.Bytes());
      reply.fault = std::move(fault);
    }
    entry.replies.push_back(std::move(reply));
  }
  if (!in.ok() || !in.rest().empty()) return damaged();
  return entry;
}

std::string ForgottenRequests::Serialize() const {
  return ByteWriter()
      .U8(kForgottenFormat)
      .U64(static_cast<uint64_t>(absl::ToUnixMillis(before)))
      .Take();
}

absl::StatusOr<ForgottenRequests> ForgottenRequests::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  const bool is_known = in.U8() == kForgottenFormat;
  const uint64_t before_ms = in.U64();
  if (!is_known || !in.ok() || !in.rest().empty()) {
    return absl::DataLossError("forgotten requests: damaged");
  }
  return ForgottenRequests{absl::FromUnixMillis(static_cast<int64_t>(before_ms))};
}

absl::StatusOr<ForgottenRequests> ForgottenRequests::Load(const storage::View& view) {
  const absl::StatusOr<std::string> stored = view.Get(kMeta, kForgottenRequestsKey);
  if (absl::IsNotFound(stored.status())) return ForgottenRequests();
  RETURN_IF_ERROR(stored.status());
  return Parse(*stored);
}

const RequestEntry* RecentRequests::Find(const Uuid& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

void RecentRequests::Remember(const Uuid& id, RequestEntry entry) {
  if (!entries_.insert_or_assign(id, std::move(entry)).second) return;
  order_.push_back(id);
  if (order_.size() > limit_) {
    entries_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace kopa::node
