#ifndef KOPA_CENTRAL_SERVICE_JOURNAL_EXPORT_H_
#define KOPA_CENTRAL_SERVICE_JOURNAL_EXPORT_H_

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/strong.h"
#include "common/engine/worker.h"
#include "common/storage/store.h"
#include "grpcpp/support/server_callback.h"
#include "kopa/national/v1/service.pb.h"

namespace kopa::central {

// Whether the centre has a record, for a receipt: what of the node's journal is applied, and of the
// record epoch and hash, where it is among that. INVALID_ARGUMENT for number 0; NOT_FOUND for an
// unknown node; DATA_LOSS where a record that was applied is gone or damaged. Thread-safe.
absl::StatusOr<national::v1::CheckReceiptResponse> CheckReceipt(
    const storage::Store& store, const national::v1::CheckReceiptRequest& request);

// One ExportJournal stream: a journal from a place on to where it ended when the stream was opened.
// Messages are read when the one before has left, so a slow reader holds one in memory. Deletes
// itself when gRPC is done with it.
class ExportStream : public grpc::ServerWriteReactor<national::v1::ExportJournalResponse> {
 public:
  // `store`, `worker` and `stopping` outlive this; the stream ends early once that is true.
  // `on_end` is called last.
  ExportStream(const storage::Store* store, engine::Worker* worker,
               const std::atomic<bool>* stopping, const national::v1::ExportJournalRequest& request,
               std::function<void()> on_end);

 private:
  void OnWriteDone(bool ok) override;
  void OnDone() override;

  void PostOrEnd(void (ExportStream::*step)());
  void Begin();
  void WriteNext();
  // Takes records into `response_` until it is full or the last is in.
  absl::Status FillResponse();
  void End(const absl::Status& status);

  const storage::Store& store_;
  engine::Worker& worker_;
  const std::atomic<bool>& stopping_;
  const std::string node_;  // empty: the centre's own journal
  const std::function<void()> on_end_;
  // The stream does one thing at a time.
  Seq next_;
  Seq last_;
  national::v1::ExportJournalResponse response_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_JOURNAL_EXPORT_H_
