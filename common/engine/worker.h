#ifndef KOPA_COMMON_ENGINE_WORKER_H_
#define KOPA_COMMON_ENGINE_WORKER_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "common/base/mutex.h"

namespace kopa::engine {

// A few threads for what must not run on gRPC's or the committer's: reads of the store,
// cryptography, recomputing. Jobs start in the order they were posted; with one thread they also
// run one at a time. Thread-safe.
class Worker {
 public:
  static constexpr size_t kQueueJobs = 1024;

  // Starts `threads` threads; Post() refuses more than `queue_jobs` jobs that have not begun.
  explicit Worker(size_t threads, size_t queue_jobs = kQueueJobs);

  // Runs what was posted to its end, then stops.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Has `job` run on one of the threads. A job may post others, also while the pool is being
  // destroyed. RESOURCE_EXHAUSTED where too many wait; the job then never runs.
  absl::Status Post(std::function<void()> job);

 private:
  void Run();

  const size_t queue_jobs_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace kopa::engine

#endif  // KOPA_COMMON_ENGINE_WORKER_H_
