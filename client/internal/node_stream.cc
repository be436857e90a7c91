#include "client/internal/node_stream.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/rpc_status.h"
#include "common/base/status.h"
#include "common/rpc/status.h"

namespace kopa::client {
namespace {

using kopa::region::v1::SubmitApplicationsResponse;

// The longest wait that a change may end; nothing depends on it but how soon a lost wake-up is made
// good.
constexpr std::chrono::milliseconds kWaitMax(250);
// The same where answers to other streams are waited for, which wake nobody here.
constexpr std::chrono::milliseconds kWaitForOthersMax(5);

// A stream that ends like this may be opened again; everything else would only happen again.
bool MayReconnect(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
      return true;
    default:
      return false;
  }
}

// For the back-off all of the above are the same: the node is not there at the moment.
absl::Status AsUnavailable(const absl::Status& status) {
  if (IsWorthRetrying(status)) return status;
  if (status.ok()) return absl::UnavailableError("the node ended the stream");
  return absl::UnavailableError(status.message());
}

}  // namespace

NodeStream::NodeStream(std::string node, const SubmitterOptions& options, RejectionLimit* limit,
                       std::unique_ptr<kopa::region::v1::RegionService::StubInterface> stub,
                       Submitter::ContextSetup prepare, ClientParts parts,
                       std::function<void(Delivery)> deliver)
    : node_(std::move(node)),
      options_(options),
      limit_(limit),
      stub_(std::move(stub)),
      prepare_(std::move(prepare)),
      parts_(std::move(parts)),
      deliver_(std::move(deliver)),
      queue_(options_,
             [this] { return std::string(parts_.entropy->NewUuid(parts_.clock->Now()).bytes()); }),
      thread_([this] { Run(); }) {}

void NodeStream::Add(Submission submission) {
  if (limit_->reached()) return ReportWithheld({submission.tag});
  absl::Status given_up;
  {
    MutexLock lock(&mutex_);
    while (given_up_.ok() && queue_.waiting_bytes() >= options_.queued_bytes_max) {
      changed_.WaitFor(&mutex_, kWaitMax);
    }
    given_up = given_up_;
    if (given_up.ok()) {
      if (queue_.empty()) progress_nanos_ = parts_.clock->MonotonicNanos();
      queue_.Push(std::move(submission));
      changed_.NotifyAll();
    }
  }
  if (!given_up.ok()) ReportUndelivered({submission.tag}, given_up);
}

void NodeStream::FinishInput() {
  MutexLock lock(&mutex_);
  input_finished_ = true;
  // From here on the end of the stream is waited for, however long ago the last answer was.
  if (queue_.empty()) progress_nanos_ = parts_.clock->MonotonicNanos();
  changed_.NotifyAll();
}

void NodeStream::Join() {
  if (thread_.joinable()) thread_.join();
}

void NodeStream::Cancel(const absl::Status& why) {
  MutexLock lock(&mutex_);
  if (given_up_.ok()) given_up_ = why;
  if (context_ != nullptr) context_->TryCancel();
  changed_.NotifyAll();
}

void NodeStream::CheckProgress() {
  MutexLock lock(&mutex_);
  // A stream that is being closed counts as work too: its end is waited for.
  const bool waiting = !queue_.empty() || (input_finished_ && context_ != nullptr);
  const bool holds_up = queue_.waiting_bytes() >= options_.queued_bytes_max;
  const absl::Duration patience =
      holds_up ? std::min(options_.give_up_after, options_.hold_up_max) : options_.give_up_after;
  const int64_t silent_nanos = parts_.clock->MonotonicNanos() - progress_nanos_;
  if (!waiting || silent_nanos < absl::ToInt64Nanoseconds(patience)) return;
  if (given_up_.ok()) {
    given_up_ = Reworded(
        last_error_.ok() ? absl::DeadlineExceededError("") : last_error_,
        absl::StrCat("node ", node_, " did not answer for ", absl::FormatDuration(patience),
                     last_error_.ok() ? "" : absl::StrCat(": ", last_error_.message())));
  }
  if (context_ != nullptr) context_->TryCancel();
  changed_.NotifyAll();
}

void NodeStream::Run() {
  Backoff backoff(options_.retry, parts_.entropy);
  while (WaitForWork()) {
    const absl::Status status = RunStream();
    absl::Duration delay;
    {
      MutexLock lock(&mutex_);
      if (Done()) continue;
      if (answered_since_open_) backoff.Reset();
      const absl::Status away = AsUnavailable(status);
      const auto next = MayReconnect(status) ? backoff.NextDelay(away) : std::nullopt;
      last_error_ = away;
      if (!next.has_value()) {
        given_up_ = MayReconnect(status) ? away : status;
        continue;
      }
      delay = *next;
      const int64_t until = parts_.clock->MonotonicNanos() + absl::ToInt64Nanoseconds(delay);
      paused_until_nanos_ = std::max(paused_until_nanos_, until);
    }
  }
  absl::Status given_up;
  {
    MutexLock lock(&mutex_);
    given_up = given_up_;
  }
  if (!given_up.ok()) GiveUp(given_up);
}

bool NodeStream::WaitForWork() {
  MutexLock lock(&mutex_);
  for (;;) {
    if (Done()) return false;
    if (!queue_.empty() && PauseLeft() <= std::chrono::nanoseconds(0)) return true;
    WaitAWhile(kWaitMax);
  }
}

std::chrono::nanoseconds NodeStream::PauseLeft() const {
  return std::chrono::nanoseconds(paused_until_nanos_ - parts_.clock->MonotonicNanos());
}

void NodeStream::WaitAWhile(std::chrono::nanoseconds longest) {
  const std::chrono::nanoseconds pause = PauseLeft();
  changed_.WaitFor(&mutex_, pause > pause.zero() ? std::min(pause, longest) : longest);
}

absl::Status NodeStream::RunStream() {
  grpc::ClientContext context;
  prepare_(&context);
  {
    MutexLock lock(&mutex_);
    if (!given_up_.ok()) return given_up_;
    context_ = &context;
    stream_broken_ = false;
    answered_since_open_ = false;
    queue_.MarkAllUnsent();
  }
  const std::unique_ptr<Stream> stream = stub_->SubmitApplications(&context);
  std::thread reader([&] { ReadAnswers(stream.get()); });
  WriteBatches(stream.get());
  stream->WritesDone();
  reader.join();
  absl::Status status = rpc::FromGrpc(stream->Finish());
  MutexLock lock(&mutex_);
  context_ = nullptr;
  return status;
}

SharedRequest NodeStream::TakeNext(std::vector<uint64_t>* withheld,
                                   std::chrono::nanoseconds* wait_max) {
  *wait_max = kWaitMax;
  if (PauseLeft() > std::chrono::nanoseconds(0)) return nullptr;
  RejectionLimit::Answer answer = RejectionLimit::Answer::kSend;
  SharedRequest request = queue_.NextToSend(input_finished_, [&](int64_t rows) {
    answer = limit_->Ask(rows);
    return answer == RejectionLimit::Answer::kSend;
  });
  if (answer == RejectionLimit::Answer::kStop) *withheld = queue_.TakeNeverSent();
  if (answer == RejectionLimit::Answer::kWait) {
    *wait_max = kWaitForOthersMax;
    // Others are waited for; that this node says nothing meanwhile is not its fault.
    progress_nanos_ = parts_.clock->MonotonicNanos();
  }
  return request;
}

void NodeStream::WriteBatches(Stream* stream) {
  for (;;) {
    SharedRequest request;
    std::vector<uint64_t> withheld;
    {
      MutexLock lock(&mutex_);
      while (!Done() && !stream_broken_ && request == nullptr && withheld.empty()) {
        std::chrono::nanoseconds wait_max;
        request = TakeNext(&withheld, &wait_max);
        if (request == nullptr && withheld.empty()) WaitAWhile(wait_max);
      }
      if (request == nullptr && withheld.empty()) return;
    }
    ReportWithheld(withheld);
    if (request != nullptr && !stream->Write(*request)) return;
    MutexLock lock(&mutex_);
    changed_.NotifyAll();  // there is room for more to wait
  }
}

void NodeStream::ReadAnswers(Stream* stream) {
  SubmitApplicationsResponse answer;
  while (stream->Read(&answer)) OnAnswer(answer);
  MutexLock lock(&mutex_);
  stream_broken_ = true;
  changed_.NotifyAll();
}

void NodeStream::OnAnswer(const SubmitApplicationsResponse& answer) {
  std::optional<Batch> batch;
  {
    MutexLock lock(&mutex_);
    absl::Status status = absl::OkStatus();
    if (answer.error_code() != 0) {
      status = FromErrorInfo(answer.error_code(), answer.error_message(), answer.error());
    }
    if (IsWorthRetrying(status)) {
      const absl::Duration pause = std::max(RetryDelayOrZero(status), options_.retry.first_delay);
      paused_until_nanos_ = parts_.clock->MonotonicNanos() + absl::ToInt64Nanoseconds(pause);
      queue_.MarkUnsent(answer.request_id());
      last_error_ = status;
      return;
    }
    batch = queue_.TakeAnswered(answer.request_id());
    progress_nanos_ = parts_.clock->MonotonicNanos();
    answered_since_open_ = true;
    last_error_ = absl::OkStatus();
  }
  if (batch.has_value()) {
    Report(*batch, answer);
    limit_->NoteAnswered(batch->rows);
  }
  // Only now: Finish() returns when the queue is empty and this thread has ended, so no report is
  // lost.
  MutexLock lock(&mutex_);
  changed_.NotifyAll();
}

void NodeStream::Report(const Batch& batch, const SubmitApplicationsResponse& answer) {
  if (answer.error_code() != 0) {
    ReportUndelivered(batch.tags,
                      FromErrorInfo(answer.error_code(), answer.error_message(), answer.error()));
    return;
  }
  if (answer.results_size() != static_cast<int>(batch.tags.size())) {
    ReportUndelivered(batch.tags, absl::InternalError(absl::StrCat(
                                      "node ", node_, " answered ", answer.results_size(),
                                      " results to ", batch.tags.size(), " applications")));
    return;
  }
  for (int i = 0; i < answer.results_size(); ++i) {
    Delivery delivery;
    delivery.tag = batch.tags[static_cast<size_t>(i)];
    delivery.node = node_;
    delivery.delivered = true;
    delivery.result = answer.results(i);
    deliver_(std::move(delivery));
  }
}

void NodeStream::ReportUndelivered(const std::vector<uint64_t>& tags, const absl::Status& why) {
  for (const uint64_t tag : tags) {
    Delivery delivery;
    delivery.tag = tag;
    delivery.node = node_;
    delivery.error = why;
    deliver_(std::move(delivery));
  }
}

void NodeStream::ReportWithheld(const std::vector<uint64_t>& tags) {
  for (const uint64_t tag : tags) {
    Delivery delivery;
    delivery.tag = tag;
    delivery.node = node_;
    delivery.withheld = true;
    deliver_(std::move(delivery));
  }
}

void NodeStream::GiveUp(const absl::Status& why) {
  std::vector<uint64_t> tags;
  int64_t rows_begun = 0;
  {
    MutexLock lock(&mutex_);
    rows_begun = queue_.rows_begun();
    tags = queue_.TakeAll();
    changed_.NotifyAll();
  }
  ReportUndelivered(tags, why);
  limit_->NoteAnswered(rows_begun);
}

}  // namespace kopa::client
