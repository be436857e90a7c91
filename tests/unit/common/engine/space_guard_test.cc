#include "common/engine/space_guard.h"

#include <gtest/gtest.h>

#include "common/storage/memory_store.h"

namespace kopa::engine {
namespace {

TEST(SpaceGuard, LooksAtMostTwiceASecond) {
  storage::MemoryStore store(1);
  ManualClock clock(absl::FromUnixSeconds(1));
  SpaceGuard guard(&store, &clock, 100);
  store.SetFreeBytes(100);
  EXPECT_TRUE(guard.HasSpace()) << "exactly the reserve is enough";
  store.SetFreeBytes(99);
  EXPECT_TRUE(guard.HasSpace()) << "it has just looked";
  clock.Advance(absl::Milliseconds(499));
  EXPECT_TRUE(guard.HasSpace());
  clock.Advance(absl::Milliseconds(1));
  EXPECT_FALSE(guard.HasSpace());
  store.SetFreeBytes(100);
  EXPECT_FALSE(guard.HasSpace());
  clock.Advance(absl::Milliseconds(500));
  EXPECT_TRUE(guard.HasSpace());
}

TEST(SpaceGuard, TheFullestOfSeveralDisksCounts) {
  storage::MemoryStore data(1);
  storage::MemoryStore keys(1);
  ManualClock clock(absl::FromUnixSeconds(1));
  SpaceGuard guard({&data, &keys}, &clock, 100);
  EXPECT_TRUE(guard.HasSpace());
  keys.SetFreeBytes(99);
  clock.Advance(absl::Seconds(1));
  EXPECT_FALSE(guard.HasSpace());
  keys.SetFreeBytes(100);
  data.SetFreeBytes(99);
  clock.Advance(absl::Seconds(1));
  EXPECT_FALSE(guard.HasSpace());
}

class UnreadableStore : public storage::MemoryStore {
 public:
  UnreadableStore() : MemoryStore(1) {}
  absl::StatusOr<uint64_t> FreeBytes() const override { return absl::InternalError("no answer"); }
};

TEST(SpaceGuard, ADiskThatDoesNotAnswerCountsAsFull) {
  UnreadableStore store;
  ManualClock clock(absl::FromUnixSeconds(1));
  SpaceGuard guard(&store, &clock, 0);
  EXPECT_FALSE(guard.HasSpace());
}

}  // namespace
}  // namespace kopa::engine
