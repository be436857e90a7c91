#ifndef KOPA_CLIENT_INTERNAL_REJECTION_LIMIT_H_
#define KOPA_CLIENT_INTERNAL_REJECTION_LIMIT_H_

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"

namespace kopa::client {

// Says over all streams of a submission whether another batch may go out, so that a file which is
// wrong throughout does not go to the nodes whole. What is on its way may be rejected too: a batch
// goes only where all of that and itself together would not pass the limit, or alone. So the limit
// is passed by less than one batch. Thread-safe.
class RejectionLimit {
 public:
  enum class Answer { kSend, kWait, kStop };

  // `rows_max` 0: no limit. `rejected_rows` says how many there are so far; it is called with a
  // mutex held, and must count a batch before NoteAnswered() tells of it.
  RejectionLimit(int64_t rows_max, std::function<int64_t()> rejected_rows)
      : rows_max_(rows_max), rejected_rows_(std::move(rejected_rows)) {}

  // Of a batch that was never sent before. After kSend its rows are on their way.
  Answer Ask(int64_t rows) {
    if (rows_max_ == 0) return Answer::kSend;
    MutexLock lock(&mutex_);
    const int64_t rejected = rejected_rows_();
    if (rejected >= rows_max_) return Answer::kStop;
    if (rows_on_their_way_ > 0 && rejected + rows_on_their_way_ + rows > rows_max_) {
      return Answer::kWait;
    }
    rows_on_their_way_ += rows;
    return Answer::kSend;
  }

  // A batch was answered, or given up.
  void NoteAnswered(int64_t rows) {
    MutexLock lock(&mutex_);
    rows_on_their_way_ -= rows;
  }

  bool reached() const { return rows_max_ > 0 && rejected_rows_() >= rows_max_; }

 private:
  const int64_t rows_max_;
  const std::function<int64_t()> rejected_rows_;
  Mutex mutex_;
  int64_t rows_on_their_way_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_REJECTION_LIMIT_H_
