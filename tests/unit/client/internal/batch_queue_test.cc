#include "client/internal/batch_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace kopa::client {
namespace {

using ::testing::ElementsAre;

class BatchQueueTest : public ::testing::Test {
 protected:
  BatchQueue Queue() {
    return {options_, [this] { return absl::StrCat("request-", ++requests_); }};
  }

  static Submission Of(uint64_t tag, size_t title_bytes = 10) {
    Submission submission;
    submission.tag = tag;
    submission.input.set_external_ref(absl::StrCat("ref-", tag));
    submission.input.set_title(std::string(title_bytes, 'x'));
    return submission;
  }

  static SubmitterOptions SmallBatches() {
    SubmitterOptions options;
    options.call = "c";
    options.batch_applications = 3;
    options.batch_bytes = 1'000;
    return options;
  }
  SubmitterOptions options_ = SmallBatches();
  int requests_ = 0;
};

TEST_F(BatchQueueTest, BatchesAreCutByCount) {
  BatchQueue queue = Queue();
  for (uint64_t tag = 0; tag < 7; ++tag) queue.Push(Of(tag));
  const auto first = queue.NextToSend(false);
  const auto second = queue.NextToSend(false);
  ASSERT_TRUE(first != nullptr && second != nullptr);
  EXPECT_EQ(first->applications_size(), 3);
  EXPECT_EQ(first->call(), "c");
  EXPECT_EQ(second->applications(0).external_ref(), "ref-3");
  // The last one waits for more while others are in flight, unless told to go.
  EXPECT_EQ(queue.NextToSend(false), nullptr);
  const auto third = queue.NextToSend(true);
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(third->applications_size(), 1);
}

TEST_F(BatchQueueTest, BatchesAreCutByBytesAndALargeOneGoesAlone) {
  BatchQueue queue = Queue();
  queue.Push(Of(0, 600));
  queue.Push(Of(1, 600));
  queue.Push(Of(2, 5'000));
  EXPECT_EQ(queue.NextToSend(true)->applications_size(), 1);
  EXPECT_EQ(queue.NextToSend(true)->applications_size(), 1);
  EXPECT_EQ(queue.NextToSend(true)->applications_size(), 1);
}

TEST_F(BatchQueueTest, AnIdleStreamDoesNotWaitForAFullBatch) {
  BatchQueue queue = Queue();
  queue.Push(Of(0));
  EXPECT_NE(queue.NextToSend(false), nullptr);
  queue.Push(Of(1));
  EXPECT_EQ(queue.NextToSend(false), nullptr);
}

TEST_F(BatchQueueTest, UnacknowledgedBytesAreCapped) {
  options_.batch_applications = 1;
  options_.unacknowledged_bytes_max = 1'500;
  BatchQueue queue = Queue();
  for (uint64_t tag = 0; tag < 3; ++tag) queue.Push(Of(tag, 600));
  const auto first = queue.NextToSend(true);
  EXPECT_NE(queue.NextToSend(true), nullptr);
  EXPECT_EQ(queue.NextToSend(true), nullptr);
  EXPECT_LE(queue.unacknowledged_bytes(), 1'500);
  EXPECT_TRUE(queue.TakeAnswered(first->request_id()).has_value());
  EXPECT_NE(queue.NextToSend(true), nullptr);
}

TEST_F(BatchQueueTest, AfterAReconnectTheSameBatchesGoAgainUnderTheSameIds) {
  BatchQueue queue = Queue();
  for (uint64_t tag = 0; tag < 6; ++tag) queue.Push(Of(tag));
  const auto first = queue.NextToSend(false);
  const auto second = queue.NextToSend(false);
  queue.MarkAllUnsent();
  EXPECT_EQ(queue.unacknowledged_bytes(), 0);
  EXPECT_EQ(queue.NextToSend(false)->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(queue.NextToSend(false)->SerializeAsString(), second->SerializeAsString());
}

TEST_F(BatchQueueTest, ABatchThatIsWantedLaterGoesAgainAlone) {
  BatchQueue queue = Queue();
  for (uint64_t tag = 0; tag < 6; ++tag) queue.Push(Of(tag));
  const auto first = queue.NextToSend(false);
  const auto second = queue.NextToSend(false);
  queue.MarkUnsent(first->request_id());
  EXPECT_EQ(queue.NextToSend(false)->request_id(), first->request_id());
  EXPECT_EQ(queue.NextToSend(false), nullptr);
}

TEST_F(BatchQueueTest, WhatWaitsForLongIsTheSameWhenItIsSent) {
  BatchQueue queue = Queue();
  // The first applications wait as messages, those behind them as bytes.
  constexpr uint64_t kApplications = 12;
  for (uint64_t tag = 0; tag < kApplications; ++tag) queue.Push(Of(tag, 100'000));
  ASSERT_GT(queue.waiting_bytes(), 2 * BatchQueue::kUnpackedBytesMax);
  for (uint64_t tag = 0; tag < kApplications; ++tag) {
    const auto request = queue.NextToSend(true);
    ASSERT_NE(request, nullptr);
    ASSERT_EQ(request->applications_size(), 1);
    EXPECT_EQ(request->applications(0).SerializeAsString(),
              Of(tag, 100'000).input.SerializeAsString());
    EXPECT_THAT(queue.TakeAnswered(request->request_id())->tags, ElementsAre(tag));
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.waiting_bytes(), 0);
}

TEST_F(BatchQueueTest, AnAnswerCountsOnce) {
  BatchQueue queue = Queue();
  queue.Push(Of(7));
  const auto request = queue.NextToSend(true);
  const auto batch = queue.TakeAnswered(request->request_id());
  ASSERT_TRUE(batch.has_value());
  EXPECT_THAT(batch->tags, ElementsAre(7));
  EXPECT_FALSE(queue.TakeAnswered(request->request_id()).has_value());
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.unacknowledged_bytes(), 0);
}

TEST_F(BatchQueueTest, GivingUpNamesAllThatIsLeftInOrder) {
  BatchQueue queue = Queue();
  for (uint64_t tag = 0; tag < 5; ++tag) queue.Push(Of(tag));
  EXPECT_NE(queue.NextToSend(false), nullptr);
  EXPECT_THAT(queue.TakeAll(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.waiting_bytes(), 0);
}

}  // namespace
}  // namespace kopa::client
