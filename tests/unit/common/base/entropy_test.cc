#include "common/base/entropy.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace kopa {
namespace {

TEST(Entropy, TheSameSeedGivesTheSameBytes) {
  SeededEntropy a(42);
  SeededEntropy b(42);
  SeededEntropy other(43);
  const std::string bytes = a.Bytes(100);
  EXPECT_EQ(bytes, b.Bytes(100));
  EXPECT_NE(bytes, other.Bytes(100));
  EXPECT_NE(bytes, a.Bytes(100)) << "it moves on";
}

TEST(Entropy, TheSystemsBytesDoNotRepeat) {
  SystemEntropy entropy;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(seen.insert(entropy.Bytes(16)).second);
  EXPECT_EQ(entropy.Bytes(0), "");
}

}  // namespace
}  // namespace kopa
