// The fixed seeds that every change is tried with, those that failed once, and that a seed is a
// whole history.

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/simulation/play.h"

namespace kopa::simulation {
namespace {

constexpr Seeds kFixed{1, 10'000};
// The machine may be slow, or busy: rather fewer seeds than a test that ends in a time-out.
constexpr absl::Duration kFixedMost = absl::Seconds(45);
constexpr uint64_t kFixedLeast = 500;

TEST(Seeds, NothingIsWrongInTheFixedSeeds) {
  const SeedsReport report = PlaySeeds(kFixed, PlayOptions(), 2, kFixedMost);
  std::cout << report.played << " seeds in " << absl::FormatDuration(report.took) << "\n";
  EXPECT_EQ(report.failed_seed, 0) << Explain(report.failed_seed, PlayOptions(), absl::Seconds(30));
  if (report.failed_seed == 0) {
    EXPECT_GE(report.played, kFixedLeast) << "the worlds have become slow";
  }
}

// failed_seeds.txt: a mix and a seed a line, and after '#' what was wrong then.
TEST(Seeds, WhatFailedOnceHolds) {
  std::ifstream file(KOPA_FAILED_SEEDS);
  ASSERT_TRUE(file.good()) << KOPA_FAILED_SEEDS;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    PlayOptions options;
    Seeds seeds;
    if (!(words >> options.mix >> seeds.first)) continue;
    seeds.last = seeds.first;
    const SeedsReport report = PlaySeeds(seeds, options, 1, absl::Minutes(1));
    EXPECT_EQ(report.failed_seed, 0) << line << "\n" << report.fault;
  }
}

TEST(Seeds, TheSameSeedIsTheSameBytes) {
  PlayOptions options;
  options.trace = Trace::Mode::kDigest;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Outcome first = PlaySeed(seed, options);
    const Outcome second = PlaySeed(seed, options);
    EXPECT_EQ(first.digest, second.digest) << seed;
    EXPECT_EQ(first.messages, second.messages) << seed;
  }
}

TEST(Seeds, AnotherSeedIsAnotherHistory) {
  PlayOptions options;
  options.trace = Trace::Mode::kDigest;
  EXPECT_NE(PlaySeed(1, options).digest, PlaySeed(2, options).digest);
}

TEST(Seeds, TheWorldsDoEnoughToMeanSomething) {
  size_t answered = 0;
  size_t messages = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const Outcome outcome = PlaySeed(seed, PlayOptions());
    answered += outcome.answered;
    messages += outcome.messages;
  }
  EXPECT_GT(answered, 40 * 10);
  EXPECT_GT(messages, 40 * 30);
}

// Leaving steps out of a failing history leaves a shorter one that fails as well.
TEST(Seeds, AFailingHistoryIsMadeShort) {
  PlayOptions options;
  options.planted = Planted::kAckBeforeSync;
  const SeedsReport report = PlaySeeds({1, 50}, options, 1, absl::Minutes(1));
  ASSERT_NE(report.failed_seed, 0);
  const std::string told = Explain(report.failed_seed, options, absl::Seconds(10));
  EXPECT_NE(told.find("before it was on disk"), std::string::npos) << told;
  EXPECT_LT(told.size(), 20'000) << told;
}

}  // namespace
}  // namespace kopa::simulation
