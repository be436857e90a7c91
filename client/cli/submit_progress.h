#ifndef KOPA_CLIENT_CLI_SUBMIT_PROGRESS_H_
#define KOPA_CLIENT_CLI_SUBMIT_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "client/cli/session.h"
#include "client/cli/submit_report.h"
#include "common/base/mutex.h"

namespace kopa::cli {

// "1200 of about 5000 rows, 3 rejected, 3400/s, 1 s left: riga-latgale 500, zemgale 700".
// `rows_expected` is 0 where it is not known.
std::string ProgressText(const std::map<std::string, RowCounts>& by_node, const RowCounts& counts,
                         int64_t rows_expected, double seconds);

// "45 s", "12 min", "3 h 5 min".
std::string DurationText(double seconds);

// Shows how a submission goes: on a terminal one line that is redrawn four times a second,
// elsewhere a line every five seconds. Also calls `tick` each time, on the same thread of its own.
class SubmitProgress {
 public:
  // `session` and `report` must outlive this. `rows_expected` says how many there are in all as far
  // as can be told, 0 where it can't; it is called on the thread of its own.
  SubmitProgress(Session* session, const SubmitReport* report,
                 std::function<int64_t()> rows_expected, std::function<void()> tick);
  ~SubmitProgress();
  SubmitProgress(const SubmitProgress&) = delete;
  SubmitProgress& operator=(const SubmitProgress&) = delete;

 private:
  void Run();
  void Show(bool last);

  Session* const session_;
  const SubmitReport* const report_;
  const std::function<int64_t()> rows_expected_;
  const std::function<void()> tick_;
  const int64_t begin_nanos_;
  int64_t shown_nanos_;  // of the thread

  Mutex mutex_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_SUBMIT_PROGRESS_H_
