#include "client/include/kopa/retry_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/status.h"

namespace kopa::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Gives the same two bytes for ever: jitter that a test can reckon with.
class FixedEntropy : public Entropy {
 public:
  explicit FixedEntropy(uint8_t byte) : byte_(byte) {}
  void Fill(void* out, size_t size) override { std::memset(out, byte_, size); }

 private:
  const uint8_t byte_;
};

class RetryLoopTest : public ::testing::Test {
 protected:
  absl::StatusOr<int> Run(const RetryPolicy& policy, Entropy* entropy,
                          const std::vector<absl::Status>& outcomes) {
    size_t attempt = 0;
    return RetryLoop(
        Backoff(policy, entropy), [this](absl::Duration delay) { delays_.push_back(delay); },
        [this] { return time_left_; },
        [&]() -> absl::StatusOr<int> {
          const size_t number = attempt++;
          attempts_ = static_cast<int>(attempt);
          const absl::Status& status = outcomes[std::min(number, outcomes.size() - 1)];
          if (!status.ok()) return status;
          return 42;
        });
  }

  std::vector<absl::Duration> delays_;
  absl::Duration time_left_ = absl::Hours(1);
  int attempts_ = 0;
};

TEST_F(RetryLoopTest, DelaysDoubleUpToTheirMaximum) {
  FixedEntropy least(0);
  const RetryPolicy policy{.first_delay = absl::Milliseconds(100),
                           .delay_max = absl::Milliseconds(1000),
                           .attempts_max = 7};
  EXPECT_FALSE(Run(policy, &least, {absl::UnavailableError("away")}).ok());
  EXPECT_EQ(attempts_, 7);
  EXPECT_THAT(delays_, ElementsAre(absl::Milliseconds(50), absl::Milliseconds(100),
                                   absl::Milliseconds(200), absl::Milliseconds(400),
                                   absl::Milliseconds(500), absl::Milliseconds(500)));
}

TEST_F(RetryLoopTest, JitterAddsUpToTheOtherHalf) {
  FixedEntropy half(0x80);  // 0x8080 of 0x10000
  const RetryPolicy policy{.first_delay = absl::Milliseconds(100), .attempts_max = 2};
  EXPECT_FALSE(Run(policy, &half, {absl::UnavailableError("away")}).ok());
  EXPECT_THAT(delays_,
              ElementsAre(absl::Milliseconds(50) + (0x8080 / 65536.0) * absl::Milliseconds(50)));
}

TEST_F(RetryLoopTest, WhatTheServerAskedForIsTheLeast) {
  FixedEntropy least(0);
  const absl::Status full =
      rpc::WithRetryDelay(absl::ResourceExhaustedError("full"), absl::Seconds(3));
  const auto result = Run(RetryPolicy(), &least, {full, absl::OkStatus()});
  EXPECT_EQ(*result, 42);
  EXPECT_THAT(delays_, ElementsAre(absl::Seconds(3)));
}

TEST_F(RetryLoopTest, OnlyWhatMayPassIsTriedAgain) {
  FixedEntropy least(0);
  for (const absl::Status& status :
       {absl::InvalidArgumentError(""), absl::PermissionDeniedError(""), absl::NotFoundError(""),
        absl::FailedPreconditionError(""), absl::AlreadyExistsError(""), absl::InternalError("")}) {
    EXPECT_EQ(Run(RetryPolicy(), &least, {status}).status().code(), status.code());
    EXPECT_EQ(attempts_, 1) << status;
  }
  EXPECT_THAT(delays_, IsEmpty());
  EXPECT_TRUE(Run(RetryPolicy(), &least, {absl::DeadlineExceededError(""), absl::OkStatus()}).ok());
  EXPECT_EQ(attempts_, 2);
}

TEST_F(RetryLoopTest, GivesUpWhereTheDelayWouldNotFit) {
  FixedEntropy least(0);
  time_left_ = absl::Milliseconds(60);
  EXPECT_FALSE(Run(RetryPolicy{.first_delay = absl::Milliseconds(100)}, &least,
                   {absl::UnavailableError("away")})
                   .ok());
  EXPECT_THAT(delays_, ElementsAre(absl::Milliseconds(50)));
}

TEST_F(RetryLoopTest, GoesOnUntilTheTimeIsUp) {
  FixedEntropy least(0);
  absl::Duration left = absl::Seconds(30);
  const absl::Status away = absl::UnavailableError("away");
  const auto result = RetryLoop(
      Backoff(RetryPolicy(), &least), [&](absl::Duration delay) { left -= delay; },
      [&] { return left; },
      [&]() -> absl::StatusOr<int> {
        ++attempts_;
        return away;
      });
  EXPECT_EQ(result.status(), away);
  EXPECT_GT(attempts_, 20);
  EXPECT_LE(left, absl::Seconds(2)) << "it gave up early";
  EXPECT_GT(left, absl::ZeroDuration());
}

TEST_F(RetryLoopTest, AfterASuccessTheNextFailureIsAFirstOne) {
  FixedEntropy least(0);
  Backoff backoff(RetryPolicy{.first_delay = absl::Milliseconds(100)}, &least);
  EXPECT_EQ(*backoff.NextDelay(absl::UnavailableError("")), absl::Milliseconds(50));
  EXPECT_EQ(*backoff.NextDelay(absl::UnavailableError("")), absl::Milliseconds(100));
  backoff.Reset();
  EXPECT_EQ(*backoff.NextDelay(absl::UnavailableError("")), absl::Milliseconds(50));
}

}  // namespace
}  // namespace kopa::client
