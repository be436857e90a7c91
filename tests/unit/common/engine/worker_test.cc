#include "common/engine/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <vector>

namespace kopa::engine {
namespace {

TEST(Worker, OneThreadRunsJobsInTheirOrder) {
  std::vector<int> done;
  {
    Worker worker(1);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(worker.Post([&done, i] { done.push_back(i); }).ok());
  }
  ASSERT_EQ(done.size(), 100u) << "the destructor runs what was posted";
  for (int i = 0; i < 100; ++i) EXPECT_EQ(done[static_cast<size_t>(i)], i);
}

TEST(Worker, AFullQueueRefuses) {
  std::promise<void> gate;
  std::promise<void> began;
  std::atomic<int> ran = 0;
  {
    Worker worker(1, 2);
    ASSERT_TRUE(worker
                    .Post([&] {
                      began.set_value();
                      gate.get_future().wait();
                    })
                    .ok());
    began.get_future().wait();
    EXPECT_TRUE(worker.Post([&] { ++ran; }).ok());
    EXPECT_TRUE(worker.Post([&] { ++ran; }).ok());
    EXPECT_EQ(worker.Post([&] { ++ran; }).code(), absl::StatusCode::kResourceExhausted);
    gate.set_value();
  }
  EXPECT_EQ(ran, 2);
}

TEST(Worker, AJobMayPostAnotherAlsoWhileTheWorkerEnds) {
  std::atomic<int> ran = 0;
  {
    auto worker = std::make_unique<Worker>(2);
    Worker* const pool = worker.get();
    std::function<void()> again = [&] {
      if (++ran < 50) {
        EXPECT_TRUE(pool->Post(again).ok());
      }
    };
    ASSERT_TRUE(pool->Post(again).ok());
    worker.reset();
  }
  EXPECT_EQ(ran, 50);
}

}  // namespace
}  // namespace kopa::engine
