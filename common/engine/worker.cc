#include "common/engine/worker.h"

#include <utility>

#include "common/base/status.h"

namespace kopa::engine {

Worker::Worker(size_t threads, size_t queue_jobs) : queue_jobs_(queue_jobs) {
  KOPA_CHECK(threads > 0);
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

Worker::~Worker() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

absl::Status Worker::Post(std::function<void()> job) {
  MutexLock lock(&mutex_);
  if (queue_.size() >= queue_jobs_) {
    return absl::ResourceExhaustedError("the server is busy: too many reads wait");
  }
  queue_.push_back(std::move(job));
  wake_.NotifyOne();
  return absl::OkStatus();
}

void Worker::Run() {
  mutex_.Lock();
  while (true) {
    while (queue_.empty() && !(stopping_ && running_ == 0)) wake_.Wait(&mutex_);
    if (queue_.empty()) break;
    {
      std::function<void()> job = std::move(queue_.front());
      queue_.pop_front();
      ++running_;
      mutex_.Unlock();
      job();
      // What the job holds goes before the lock is taken again: it may post by being destroyed.
      job = nullptr;
    }
    mutex_.Lock();
    --running_;
    // A job that runs may still post: threads with nothing to do wait for the last one to end.
    if (stopping_ && running_ == 0) wake_.NotifyAll();
  }
  mutex_.Unlock();
}

}  // namespace kopa::engine
