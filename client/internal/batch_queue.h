#ifndef KOPA_CLIENT_INTERNAL_BATCH_QUEUE_H_
#define KOPA_CLIENT_INTERNAL_BATCH_QUEUE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/include/kopa/submitter.h"
#include "kopa/region/v1/service.pb.h"

namespace kopa::client {

using SharedRequest = std::shared_ptr<const kopa::region::v1::SubmitApplicationsRequest>;

// One message of a submission stream, and whose applications are in it.
struct Batch {
  std::vector<uint64_t> tags;  // as request.applications
  SharedRequest request;       // shared with whoever sends it
  int64_t bytes = 0;
  int64_t rows = 0;
  bool sent = false;
  bool begun = false;  // sent at least once
};

// What waits for one node and what it has not answered yet. Knows sizes and order, nothing of
// streams. Not thread-safe.
//
// Applications as messages take five times the memory that they take as bytes, so what will not be
// sent soon waits as bytes.
class BatchQueue {
 public:
  // So much waits as messages, for the next batches.
  static constexpr int64_t kUnpackedBytesMax = 512 << 10;

  BatchQueue(const SubmitterOptions& options, std::function<std::string()> new_request_id)
      : options_(options), new_request_id_(std::move(new_request_id)) {}

  void Push(Submission submission);

  // The next batch to send, marked as sent; null while there is none or the cap on what is
  // unanswered is reached. A batch that is not full waits for more as long as others are in flight,
  // unless `flush`. One that was never sent before is only where `may_begin` allows it, which is
  // then told its rows; without the function all are.
  SharedRequest NextToSend(bool flush,
                           const std::function<bool(int64_t rows)>& may_begin = nullptr);

  // The stream broke: all that is unanswered is to be sent again, under the same request ids.
  void MarkAllUnsent();
  // The node asked for this one later.
  void MarkUnsent(absl::string_view request_id);

  // Takes out what was answered; none where the id is unknown (an answer that came twice).
  std::optional<Batch> TakeAnswered(absl::string_view request_id);

  // Tags of all that was never sent, in order; what was stays.
  std::vector<uint64_t> TakeNeverSent();

  // Tags of all that waits or is unanswered, in order; empties the queue.
  std::vector<uint64_t> TakeAll();

  bool empty() const { return waiting_.empty() && batches_.empty(); }
  // Of what waits to be put into a batch.
  int64_t waiting_bytes() const { return waiting_bytes_; }
  int64_t unacknowledged_bytes() const { return unacknowledged_bytes_; }
  // Of batches that were sent and are not answered.
  int64_t rows_begun() const;

 private:
  // One of `input` and `packed`.
  struct Waiting {
    uint64_t tag = 0;
    int64_t rows = 0;
    int64_t bytes = 0;
    std::unique_ptr<kopa::region::v1::ApplicationInput> input;
    std::string packed;
  };

  void TakeWaiting(std::vector<uint64_t>* tags);
  bool HasFullBatch() const;
  Batch MakeBatch();

  const SubmitterOptions options_;
  const std::function<std::string()> new_request_id_;
  std::deque<Waiting> waiting_;
  int64_t waiting_bytes_ = 0;
  std::deque<Batch> batches_;         // made and unanswered, in order
  int64_t unacknowledged_bytes_ = 0;  // of those that are sent
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_BATCH_QUEUE_H_
