#include "client/cli/submit_progress.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace kopa::cli {
namespace {

constexpr std::chrono::milliseconds kTickInterval(250);
constexpr int64_t kLineIntervalNanos = 5'000'000'000;

int64_t CountLinesOf(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  struct stat info {};
  int64_t lines = 0;
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    std::string piece(1 << 20, '\0');
    for (ssize_t got = 0; (got = read(fd, piece.data(), piece.size())) > 0;) {
      lines += std::count(piece.begin(), piece.begin() + got, '\n');
    }
  }
  close(fd);
  return lines;
}

}  // namespace

int64_t CountLines(const std::vector<std::string>& paths) {
  int64_t lines = 0;
  for (const std::string& path : paths) {
    const int64_t own = CountLinesOf(path);
    if (own == 0) return 0;
    lines += own - 1;  // the header
  }
  return lines;
}

std::string ProgressText(const std::map<std::string, RowCounts>& by_node, int64_t rows,
                         int64_t rows_expected, double seconds) {
  std::string text = absl::StrCat(rows);
  if (rows_expected > 0) absl::StrAppend(&text, " of about ", std::max(rows, rows_expected));
  absl::StrAppend(&text, rows == 1 && rows_expected <= 1 ? " row" : " rows");
  const double rate = seconds > 0 ? static_cast<double>(rows) / seconds : 0;
  absl::StrAppend(&text, absl::StrFormat(", %.0f/s", rate));
  if (rows_expected > rows && rate > 0) {
    const double left = static_cast<double>(rows_expected - rows) / rate;
    absl::StrAppend(&text, absl::StrFormat(", %.0f s left", left));
  }
  std::vector<std::string> nodes;
  for (const auto& [node, counts] : by_node) {
    nodes.push_back(absl::StrCat(node, " ", counts.total()));
  }
  if (!nodes.empty()) absl::StrAppend(&text, ": ", absl::StrJoin(nodes, ", "));
  return text;
}

SubmitProgress::SubmitProgress(Session* session, const SubmitReport* report, int64_t rows_expected,
                               std::function<void()> tick)
    : session_(session),
      report_(report),
      rows_expected_(rows_expected),
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
      ProgressText(report_->counts_by_node(), report_->counts().total(), rows_expected_, seconds);
  if (terminal) {
    session_->ShowProgress(text);
  } else {
    session_->Note(text);
  }
}

}  // namespace kopa::cli
