#ifndef KOPA_CENTRAL_SERVICE_WATCH_TOTALS_H_
#define KOPA_CENTRAL_SERVICE_WATCH_TOTALS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "central/service/national_view.h"
#include "grpcpp/alarm.h"
#include "grpcpp/support/server_callback.h"
#include "kopa/national/v1/service.pb.h"

namespace kopa::central {

// One WatchTotals call: sends the totals now and again after each change, at most ten times a
// second. One thing after the other (a write, then a pause, then a write), so that there is nothing
// to lock. Deletes itself in OnDone.
class WatchTotals : public grpc::ServerWriteReactor<national::v1::WatchTotalsResponse> {
 public:
  // `view` and `stopping` must outlive the call. `gone` runs in the end.
  WatchTotals(const NationalView* view, const std::atomic<bool>* stopping,
              national::v1::GetTotalsRequest request, std::function<void()> gone);

  // Begins; to be called once.
  void Start() { SendTotals(); }

  void OnWriteDone(bool ok) override;
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override;

 private:
  void SendTotals();
  void Pause();
  void AfterPause();

  const NationalView& view_;
  const std::atomic<bool>& stopping_;
  const national::v1::GetTotalsRequest request_;
  const std::function<void()> gone_;

  uint64_t sent_version_ = 0;
  national::v1::WatchTotalsResponse response_;
  std::unique_ptr<grpc::Alarm> alarm_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_WATCH_TOTALS_H_
