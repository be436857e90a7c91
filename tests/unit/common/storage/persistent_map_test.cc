#include "common/storage/persistent_map.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/entropy.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::storage {
namespace {

using Model = std::map<std::string, std::string>;
using Entries = std::vector<std::pair<std::string, std::string>>;

Entries EntriesOf(const PersistentMap& map, absl::string_view begin, absl::string_view end,
                  bool reverse) {
  Entries entries;
  for (PersistentMap::Cursor cursor(map, begin, end, reverse); cursor.Valid(); cursor.Next()) {
    entries.emplace_back(cursor.key(), cursor.value());
  }
  return entries;
}

Entries EntriesOf(const Model& model, const std::string& begin, const std::string& end,
                  bool reverse) {
  Entries entries;
  for (const auto& [key, value] : model) {
    if (key >= begin && (end.empty() || key < end)) entries.emplace_back(key, value);
  }
  if (reverse) entries = Entries(entries.rbegin(), entries.rend());
  return entries;
}

// A short key of few letters, so that puts and deletes often meet.
std::string SomeKey(SeededEntropy& random) {
  std::string key;
  for (uint64_t size = random.NextU64() % 4; size > 0; --size) {
    key.push_back(static_cast<char>('a' + random.NextU64() % 5));
  }
  return key;
}

TEST(PersistentMap, BehavesAsAnOrderedMapUnderRandomChanges) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SeededEntropy random(seed);
    PersistentMap map;
    Model model;
    for (int step = 0; step < 400; ++step) {
      const std::string key = SomeKey(random);
      if (random.NextU64() % 3 == 0) {
        map.Delete(key);
        model.erase(key);
      } else {
        map.Put(key, absl::StrCat(step));
        model[key] = absl::StrCat(step);
      }
      ASSERT_EQ(map.empty(), model.empty());
      const std::string begin = SomeKey(random);
      const std::string end = SomeKey(random);
      for (bool reverse : {false, true}) {
        ASSERT_EQ(EntriesOf(map, begin, end, reverse), EntriesOf(model, begin, end, reverse))
            << "seed " << seed << " step " << step << " [" << begin << ", " << end << ")";
      }
    }
  }
}

TEST(PersistentMap, ACopyDoesNotSeeLaterChanges) {
  PersistentMap map;
  map.Put("a", "1");
  map.Put("b", "2");
  const PersistentMap copy = map;
  map.Put("a", "changed");
  map.Put("c", "3");
  map.Delete("b");
  EXPECT_EQ(EntriesOf(copy, "", "", false), (Entries{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(EntriesOf(map, "", "", false), (Entries{{"a", "changed"}, {"c", "3"}}));
}

TEST(PersistentMap, StaysShallowWhenKeysComeInOrder) {
  PersistentMap map;
  for (int i = 0; i < 100'000; ++i) map.Put(absl::StrCat(1'000'000 + i), "");
  EXPECT_NE(map.Find("1099999"), nullptr);
  EXPECT_EQ(EntriesOf(map, "1050000", "1050003", true),
            (Entries{{"1050002", ""}, {"1050001", ""}, {"1050000", ""}}));
}

}  // namespace
}  // namespace kopa::storage
