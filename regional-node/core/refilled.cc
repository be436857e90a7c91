#include "regional-node/core/refilled.h"

#include <algorithm>

#include "common/base/bytes.h"

namespace kopa::node {
namespace {

constexpr uint8_t kFormat = 1;

}  // namespace

void RefilledRecords::Add(Seq first, Seq last) {
  if (last < first) return;
  ranges_.push_back({first, last});
}

void RefilledRecords::CutAfter(Seq last) {
  std::erase_if(ranges_, [&](const Range& range) { return range.first > last; });
  if (!ranges_.empty()) ranges_.back().last = std::min(ranges_.back().last, last);
}

bool RefilledRecords::Contains(Seq seq) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const Range& range) { return range.first <= seq && seq <= range.last; });
}

std::string RefilledRecords::Serialize() const {
  ByteWriter out;
  out.U8(kFormat).U32(static_cast<uint32_t>(ranges_.size()));
  for (const Range& range : ranges_) out.U64(range.first.value()).U64(range.last.value());
  return out.Take();
}

absl::StatusOr<RefilledRecords> RefilledRecords::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  RefilledRecords refilled;
  if (in.U8() != kFormat) return absl::DataLossError("refilled records: unknown format");
  for (uint32_t left = in.U32(); left > 0 && in.ok(); --left) {
    const Seq first(in.U64());
    refilled.ranges_.push_back({first, Seq(in.U64())});
  }
  if (!in.ok() || !in.rest().empty()) return absl::DataLossError("refilled records: wrong length");
  return refilled;
}

}  // namespace kopa::node
