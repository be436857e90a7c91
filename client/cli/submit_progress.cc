#include "client/cli/submit_progress.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace kopa::cli {
namespace {

constexpr std::chrono::milliseconds kTickInterval(250);
constexpr int64_t kLineIntervalNanos = 5'000'000'000;

}  // namespace

std::string DurationText(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  if (whole < 120) return absl::StrCat(whole, " s");
  const int64_t minutes = (whole + 59) / 60;
  if (minutes < 120) return absl::StrCat(minutes, " min");
  return absl::StrCat(minutes / 60, " h ", minutes % 60, " min");
}

std::string ProgressText(const std::map<std::string, RowCounts>& by_node, const RowCounts& counts,
                         int64_t rows_expected, double seconds) {
  const int64_t rows = counts.total();
  std::string text = absl::StrCat(rows);
  if (rows_expected > 0) absl::StrAppend(&text, " of about ", std::max(rows, rows_expected));
  absl::StrAppend(&text, rows == 1 && rows_expected <= 1 ? " row" : " rows");
  if (counts.rejected > 0) absl::StrAppend(&text, ", ", counts.rejected, " rejected");
  const double rate = seconds > 0 ? static_cast<double>(rows) / seconds : 0;
  absl::StrAppend(&text, absl::StrFormat(", %.0f/s", rate));
  if (rows_expected > rows && rate > 0) {
    const double left = static_cast<double>(rows_expected - rows) / rate;
    absl::StrAppend(&text, ", ", DurationText(left), " left");
  }
  std::vector<std::string> nodes;
  for (const auto& [node, rows_of_node] : by_node) {
    nodes.push_back(absl::StrCat(node, " ", rows_of_node.total()));
  }
  if (!nodes.empty()) absl::StrAppend(&text, ": ", absl::StrJoin(nodes, ", "));
  return text;
}

SubmitProgress::SubmitProgress(Session* session, const SubmitReport* report,
                               std::function<int64_t()> rows_expected, std::function<void()> tick)
    : session_(session),
      report_(report),
      rows_expected_(std::move(rows_expected)),
      tick_(std::move(tick)),
      begin_nanos_(session->environment().parts.clock->MonotonicNanos()),
      shown_nanos_(begin_nanos_),
      thread_([this] { Run(); }) {}

SubmitProgress::~SubmitProgress() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    stopped_.NotifyAll();
  }
  thread_.join();
}

void SubmitProgress::Run() {
  for (bool stopping = false; !stopping;) {
    {
      MutexLock lock(&mutex_);
      if (!stopping_) stopped_.WaitFor(&mutex_, kTickInterval);
      stopping = stopping_;
    }
    tick_();
    Show(stopping);
  }
}

void SubmitProgress::Show(bool last) {
  const bool terminal = session_->environment().err_is_terminal;
  if (last) {
    if (terminal) session_->ShowProgress("");
    return;
  }
  const int64_t now_nanos = session_->environment().parts.clock->MonotonicNanos();
  if (!terminal && now_nanos - shown_nanos_ < kLineIntervalNanos) return;
  shown_nanos_ = now_nanos;
  const double seconds = static_cast<double>(now_nanos - begin_nanos_) / 1e9;
  const std::string text =
      ProgressText(report_->counts_by_node(), report_->counts(), rows_expected_(), seconds);
  if (terminal) {
    session_->ShowProgress(text);
  } else {
    session_->Note(text);
  }
}

}  // namespace kopa::cli
