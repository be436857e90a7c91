#include "regional-node/service/submit_stream.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "common/rpc/status.h"

namespace kopa::node {

namespace {

constexpr absl::Duration kRetryDelay = absl::Milliseconds(200);

}  // namespace

absl::Status ForCaller(absl::Status status) {
  if (absl::IsResourceExhausted(status) || absl::IsUnavailable(status)) {
    return rpc::WithRetryDelay(std::move(status), kRetryDelay);
  }
  const std::vector<Fault> faults = FaultsOf(status);
  const bool fenced = std::any_of(faults.begin(), faults.end(),
                                  [](const Fault& fault) { return fault.code == "NODE_FENCED"; });
  return fenced ? rpc::WithReason(std::move(status), "NODE_FENCED") : status;
}

SubmitStream::SubmitStream(const Context& context, std::string actor)
    : context_(context), actor_(std::move(actor)) {
  Proceed([] {});
}

void SubmitStream::OnReadDone(bool ok) {
  // Until reading_ is false again nobody else reads on: request_ is this call's alone, and batches
  // are handed in in the order they came.
  if (ok) {
    const auto slot = std::make_shared<Slot>();
    {
      MutexLock lock(&mutex_);
      slots_.push_back(slot);
    }
    slot->response.set_request_id(request_.request_id());
    Submission submission;
    submission.actor = actor_;
    submission.request_id = request_.request_id();
    submission.call = request_.call();
    submission.dry_run = request_.dry_run();
    submission.applications.Swap(request_.mutable_applications());
    Submit(context_, engine::Lane::kBulk, std::move(submission),
           [this, slot](absl::StatusOr<SubmissionResults> results) {
             Answer(slot, std::move(results));
           });
  }
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    reading_ = false;
    reads_ended_ = !ok;
  });
}

void SubmitStream::Answer(const std::shared_ptr<Slot>& slot,
                          absl::StatusOr<SubmissionResults> results) {
  if (results.ok()) {
    for (auto& result : *results) *slot->response.add_results() = std::move(result);
  } else {
    const grpc::Status status = rpc::ToGrpc(ForCaller(results.status()));
    slot->response.set_error_code(static_cast<int>(status.error_code()));
    slot->response.set_error_message(status.error_message());
    slot->response.mutable_error()->ParseFromString(status.error_details());
  }
  Proceed([&] { slot->ready = true; });
}

void SubmitStream::Proceed(absl::FunctionRef<void()> change) {
  bool read = false;
  bool finish = false;
  bool cut_short = false;
  std::shared_ptr<Slot> write;
  {
    MutexLock lock(&mutex_);
    change();
    if (finished_) return;
    if (!broken_ && !writing_ && !slots_.empty() && slots_.front()->ready) {
      write = slots_.front();
      writing_ = true;
    }
    if (broken_) {
      while (!writing_ && !slots_.empty() && slots_.front()->ready) slots_.pop_front();
    }
    // While the node stops, what came is answered and nothing more is read.
    const bool stopping = *context_.stopping && !reading_ && !reads_ended_;
    if (stopping) {
      reads_ended_ = true;
      cut_short_ = true;
    }
    if (!reading_ && !reads_ended_ && !broken_ && slots_.size() < kBatchesInFlightMax) {
      reading_ = true;
      read = true;
    }
    const bool ended = reads_ended_ || broken_;
    if (ended && slots_.empty() && !reading_ && !writing_) {
      finished_ = true;
      finish = true;
      cut_short = cut_short_;
    }
  }
  if (write != nullptr) StartWrite(&write->response);
  if (read) StartRead(&request_);
  if (!finish) return;
  Finish(cut_short ? rpc::ToGrpc(ForCaller(absl::UnavailableError("the node is stopping")))
                   : grpc::Status::OK);
}

void SubmitStream::OnWriteDone(bool ok) {
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    writing_ = false;
    slots_.pop_front();
    if (!ok) broken_ = true;
  });
}

void SubmitStream::OnCancel() {
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { broken_ = true; });
}

}  // namespace kopa::node
