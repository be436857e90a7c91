#ifndef KOPA_CLIENT_INTERNAL_SEEN_REFERENCES_H_
#define KOPA_CLIENT_INTERNAL_SEEN_REFERENCES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kopa::client {

// Where each reference of a submission was first, so that a second one can be told of the first.
// Keeps 12 bytes a reference, and of so many only that memory stays bounded; the node, which knows
// them all, is who decides. Compares 58 bits of a reference's hash: of eight thousand submissions
// with kKeptMax references one takes two for the same. Not thread-safe.
class SeenReferences {
 public:
  static constexpr size_t kKeptMax = 6'000'000;

  struct Seen {
    uint32_t position = 0;
    bool same_content = false;  // by 16 bits of its hash
  };

  explicit SeenReferences(size_t kept_max = kKeptMax)
      : shards_(kShards), shard_kept_max_(kept_max / kShards + 1) {}

  // The first of this reference; none if it is the first, which is kept, unless `position` or the
  // number of what is kept is too large.
  std::optional<Seen> Note(uint64_t reference_hash, uint64_t content_hash, uint64_t position);
  // The same without keeping anything; `content_hash` is of the one that is asked for.
  std::optional<Seen> Find(uint64_t reference_hash, uint64_t content_hash) const;

  size_t kept() const { return kept_; }

 private:
  // Small tables grow by turns, so growing needs little room at once.
  static constexpr size_t kShards = 1024;

  // Open addressing; a slot whose position is 0 is free.
  struct Shard {
    std::vector<uint64_t> marks;  // reference:48 content:16
    std::vector<uint32_t> positions;
    size_t kept = 0;
  };

  // The slot of this reference, or the free one where it would be.
  static size_t SlotOf(const Shard& shard, uint64_t reference_hash);
  static void Grow(Shard* shard);

  std::vector<Shard> shards_;
  const size_t shard_kept_max_;
  size_t kept_ = 0;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_SEEN_REFERENCES_H_
