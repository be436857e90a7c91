#include "client/internal/seen_references.h"

#include <limits>
#include <utility>

namespace kopa::client {
namespace {

constexpr int kContentBits = 16;
constexpr uint64_t kContentMask = (uint64_t{1} << kContentBits) - 1;
constexpr int kShardBits = 10;
constexpr size_t kFirstSlots = 16;

// The lowest bits choose the shard, the highest 48 are kept. Where a mark lies is told by the kept
// ones, since a growing table has nothing else.
size_t ShardOf(uint64_t hash) { return hash & ((uint64_t{1} << kShardBits) - 1); }
uint64_t KeptOf(uint64_t hash) { return hash & ~kContentMask; }
size_t HomeOf(uint64_t mark, size_t slots) {
  return static_cast<size_t>((mark >> kContentBits) % slots);
}

}  // namespace

size_t SeenReferences::SlotOf(const Shard& shard, uint64_t reference_hash) {
  const uint64_t kept = KeptOf(reference_hash);
  size_t slot = HomeOf(kept, shard.marks.size());
  while (shard.positions[slot] != 0 && KeptOf(shard.marks[slot]) != kept) {
    slot = slot + 1 == shard.marks.size() ? 0 : slot + 1;
  }
  return slot;
}

void SeenReferences::Grow(Shard* shard) {
  Shard larger;
  const size_t slots = shard->marks.size();
  const size_t more = slots == 0 ? kFirstSlots : slots + slots / 4;
  larger.marks.resize(more);
  larger.positions.resize(more);
  for (size_t i = 0; i < slots; ++i) {
    if (shard->positions[i] == 0) continue;
    const size_t slot = SlotOf(larger, shard->marks[i]);
    larger.marks[slot] = shard->marks[i];
    larger.positions[slot] = shard->positions[i];
  }
  larger.kept = shard->kept;
  *shard = std::move(larger);
}

std::optional<SeenReferences::Seen> SeenReferences::Find(uint64_t reference_hash,
                                                         uint64_t content_hash) const {
  const Shard& shard = shards_[ShardOf(reference_hash)];
  if (shard.kept == 0) return std::nullopt;
  const size_t slot = SlotOf(shard, reference_hash);
  if (shard.positions[slot] == 0) return std::nullopt;
  return Seen{shard.positions[slot],
              (shard.marks[slot] & kContentMask) == (content_hash & kContentMask)};
}

std::optional<SeenReferences::Seen> SeenReferences::Note(uint64_t reference_hash,
                                                         uint64_t content_hash, uint64_t position) {
  std::optional<Seen> seen = Find(reference_hash, content_hash);
  if (seen.has_value()) return seen;
  Shard& shard = shards_[ShardOf(reference_hash)];
  const bool fits = position > 0 && position <= std::numeric_limits<uint32_t>::max();
  if (!fits || shard.kept >= shard_kept_max_) return std::nullopt;
  // At most seven eighths are taken.
  if ((shard.kept + 1) * 8 > shard.marks.size() * 7) Grow(&shard);
  const size_t slot = SlotOf(shard, reference_hash);
  shard.marks[slot] = KeptOf(reference_hash) | (content_hash & kContentMask);
  shard.positions[slot] = static_cast<uint32_t>(position);
  ++shard.kept;
  ++kept_;
  return std::nullopt;
}

}  // namespace kopa::client
