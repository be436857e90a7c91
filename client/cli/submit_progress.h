#ifndef KOPA_CLIENT_CLI_SUBMIT_PROGRESS_H_
#define KOPA_CLIENT_CLI_SUBMIT_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/cli/session.h"
#include "client/cli/submit_report.h"
#include "common/base/mutex.h"

namespace kopa::cli {

// "1200 of about 5000 rows, 3400/s, 1 s left: riga-latgale 500, zemgale 700". `rows_expected` is 0
// where it is not known.
std::string ProgressText(const std::map<std::string, RowCounts>& by_node, int64_t rows,
                         int64_t rows_expected, double seconds);

// Shows how a submission goes: on a terminal one line that is redrawn four times a second,
// elsewhere a line every five seconds. Also calls `tick` each time, on the same thread of its own.
class SubmitProgress {
 public:
  // `session` and `report` must outlive this.
  SubmitProgress(Session* session, const SubmitReport* report, int64_t rows_expected,
                 std::function<void()> tick);
  ~SubmitProgress();
  SubmitProgress(const SubmitProgress&) = delete;
  SubmitProgress& operator=(const SubmitProgress&) = delete;

 private:
  void Run();
  void Show(bool last);

  Session* const session_;
  const SubmitReport* const report_;
  const int64_t rows_expected_;
  const std::function<void()> tick_;
  const int64_t begin_nanos_;
  int64_t shown_nanos_;  // of the thread

  Mutex mutex_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// Lines of the files in all, as a guess at their rows; 0 where one of them is no ordinary file.
int64_t CountLines(const std::vector<std::string>& paths);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_SUBMIT_PROGRESS_H_
