#include "central/service/watch_totals.h"

#include <chrono>
#include <utility>

#include "common/rpc/status.h"

namespace kopa::central {
namespace {

// Also how late a watch may notice that its caller is gone or the server is stopping.
constexpr std::chrono::milliseconds kPause(100);

}  // namespace

WatchTotals::WatchTotals(const NationalView* view, const std::atomic<bool>* stopping,
                         national::v1::GetTotalsRequest request, std::function<void()> gone)
    : view_(*view), stopping_(*stopping), request_(std::move(request)), gone_(std::move(gone)) {}

void WatchTotals::SendTotals() {
  // Before the totals are read: a change in between is sent once more rather than missed.
  sent_version_ = view_.version();
  auto totals = view_.GetTotals(request_);
  if (!totals.ok()) {
    Finish(rpc::ToGrpc(totals.status()));
    return;
  }
  *response_.mutable_totals() = *std::move(totals);
  StartWrite(&response_);
}

void WatchTotals::OnWriteDone(bool ok) {
  if (ok) {
    Pause();
  } else {
    Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the stream was cut"));
  }
}

void WatchTotals::Pause() {
  // A new one each time: an alarm may not be set again from within its own callback.
  alarm_ = std::make_unique<grpc::Alarm>();
  alarm_->Set(std::chrono::system_clock::now() + kPause, [this](bool) { AfterPause(); });
}

void WatchTotals::AfterPause() {
  if (cancelled_) {
    Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the caller is gone"));
  } else if (stopping_) {
    Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the centre is stopping"));
  } else if (view_.version() != sent_version_) {
    SendTotals();
  } else {
    Pause();
  }
}

void WatchTotals::OnDone() {
  gone_();
  delete this;
}

}  // namespace kopa::central
