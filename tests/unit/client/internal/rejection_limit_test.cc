#include "client/internal/rejection_limit.h"

#include <gtest/gtest.h>

namespace kopa::client {
namespace {

using Answer = RejectionLimit::Answer;

TEST(RejectionLimit, WithoutALimitEverythingIsSent) {
  RejectionLimit limit(0, nullptr);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(limit.Ask(1000), Answer::kSend);
  EXPECT_FALSE(limit.reached());
}

TEST(RejectionLimit, WhatIsOnItsWayCountsAsIfItWereRejected) {
  int64_t rejected = 0;
  RejectionLimit limit(10, [&] { return rejected; });
  EXPECT_EQ(limit.Ask(4), Answer::kSend);
  EXPECT_EQ(limit.Ask(6), Answer::kSend);
  EXPECT_EQ(limit.Ask(1), Answer::kWait);
  limit.NoteAnswered(4);  // all of them were good
  EXPECT_EQ(limit.Ask(4), Answer::kSend);
  rejected = 6;
  limit.NoteAnswered(6);
  EXPECT_EQ(limit.Ask(1), Answer::kWait);
}

TEST(RejectionLimit, ABatchLargerThanTheLimitGoesAlone) {
  int64_t rejected = 0;
  RejectionLimit limit(1, [&] { return rejected; });
  EXPECT_EQ(limit.Ask(256), Answer::kSend);
  EXPECT_EQ(limit.Ask(256), Answer::kWait);
  limit.NoteAnswered(256);
  EXPECT_EQ(limit.Ask(256), Answer::kSend);
}

TEST(RejectionLimit, OnceReachedItStays) {
  int64_t rejected = 3;
  RejectionLimit limit(3, [&] { return rejected; });
  EXPECT_TRUE(limit.reached());
  EXPECT_EQ(limit.Ask(1), Answer::kStop);
}

}  // namespace
}  // namespace kopa::client
