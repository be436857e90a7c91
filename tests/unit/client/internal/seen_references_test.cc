#include "client/internal/seen_references.h"

#include <gtest/gtest.h>

#include <random>

namespace kopa::client {
namespace {

TEST(SeenReferences, TheFirstOfEachIsRemembered) {
  SeenReferences seen;
  std::mt19937_64 random(1);
  std::vector<uint64_t> references(100'000);
  for (uint64_t& reference : references) reference = random();
  for (size_t i = 0; i < references.size(); ++i) {
    ASSERT_FALSE(seen.Note(references[i], i, i + 1).has_value());
  }
  for (size_t i = 0; i < references.size(); ++i) {
    const auto first = seen.Note(references[i], i % 2 == 0 ? i : i + 1, 500'000 + i);
    ASSERT_TRUE(first.has_value());
    ASSERT_EQ(first->position, i + 1);
    ASSERT_EQ(first->same_content, i % 2 == 0);
  }
  EXPECT_EQ(seen.kept(), references.size());
}

TEST(SeenReferences, FindingKeepsNothing) {
  SeenReferences seen;
  EXPECT_FALSE(seen.Find(7, 1).has_value());
  EXPECT_FALSE(seen.Note(7, 1, 2).has_value());
  EXPECT_EQ(seen.Find(7, 1)->position, 2u);
  EXPECT_FALSE(seen.Find(7 << 20, 1).has_value());
}

TEST(SeenReferences, NoMoreIsKeptThanAllowed) {
  SeenReferences seen(10'000);
  std::mt19937_64 random(2);
  for (uint64_t i = 1; i <= 100'000; ++i) seen.Note(random(), 0, i);
  EXPECT_LE(seen.kept(), 11'100u);
  // A line number that there is no room for.
  SeenReferences other;
  EXPECT_FALSE(other.Note(1, 1, uint64_t{1} << 32).has_value());
  EXPECT_FALSE(other.Find(1, 1).has_value());
}

}  // namespace
}  // namespace kopa::client
