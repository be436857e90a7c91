#include "regional-node/service/link_backoff.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::node {
namespace {

using ::testing::ElementsAre;

// Every byte the same: 0x00 gives the least pause, 0xFF the longest.
class SameBytes : public Entropy {
 public:
  explicit SameBytes(int byte) : byte_(byte) {}
  void Fill(void* out, size_t size) override { std::memset(out, byte_, size); }

 private:
  const int byte_;
};

std::vector<absl::Duration> Pauses(LinkBackoff& backoff, Entropy* entropy, int count) {
  std::vector<absl::Duration> pauses;
  for (int i = 0; i < count; ++i) {
    backoff.NoteSession(false, absl::ZeroDuration());
    pauses.push_back(backoff.Next(entropy));
  }
  return pauses;
}

TEST(LinkBackoff, TheLongestPausesDoubleAndStayWithinFiveSeconds) {
  LinkBackoff backoff;
  SameBytes longest(0xFF);
  const auto ms = [](int count) { return absl::Milliseconds(count); };
  EXPECT_THAT(Pauses(backoff, &longest, 9),
              ElementsAre(ms(200), ms(300), ms(500), ms(900), ms(1700), ms(3300), ms(4100),
                          ms(4100), ms(4100)));
}

TEST(LinkBackoff, NoPauseIsShorterThanTheLeast) {
  LinkBackoff backoff;
  SameBytes least(0);
  for (const absl::Duration pause : Pauses(backoff, &least, 9)) EXPECT_EQ(pause, kBackoffMin);
}

TEST(LinkBackoff, NodesThatLostTheCentreTogetherComeBackApart) {
  std::vector<absl::Duration> sixth;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    LinkBackoff backoff;
    SeededEntropy entropy(seed);
    sixth.push_back(Pauses(backoff, &entropy, 6).back());
  }
  std::sort(sixth.begin(), sixth.end());
  EXPECT_LT(sixth.front(), absl::Seconds(0.5));
  EXPECT_GT(sixth.back(), absl::Seconds(2.8));
  for (size_t i = 1; i < sixth.size(); ++i) {
    EXPECT_LT(sixth[i] - sixth[i - 1], absl::Seconds(0.5)) << "spread over the whole of it";
  }
}

TEST(LinkBackoff, OnlyALinkThatHeldBeginsFromTheStart) {
  SameBytes longest(0xFF);
  const auto after = [&](bool admitted, absl::Duration held) {
    LinkBackoff backoff;
    Pauses(backoff, &longest, 9);
    backoff.NoteSession(admitted, held);
    return backoff.Next(&longest);
  };
  EXPECT_EQ(after(true, absl::Seconds(6)), absl::Milliseconds(200));
  EXPECT_EQ(after(true, absl::Seconds(4)), absl::Milliseconds(4100)) << "it ended at once";
  EXPECT_EQ(after(false, absl::Hours(1)), absl::Milliseconds(4100)) << "it was never admitted";
}

}  // namespace
}  // namespace kopa::node
