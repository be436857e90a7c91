#ifndef KOPA_CLIENT_INTERNAL_NODE_STREAM_H_
#define KOPA_CLIENT_INTERNAL_NODE_STREAM_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "client/include/kopa/submitter.h"
#include "client/internal/batch_queue.h"
#include "client/internal/rejection_limit.h"
#include "common/base/mutex.h"
#include "grpcpp/client_context.h"

namespace kopa::client {

// The submissions of one node: one thread that writes (and reconnects), and one that reads while a
// stream is open. `deliver` is called from both, for each submission once.
//
// Add() and FinishInput() are for one thread; Cancel() and CheckProgress() for any.
class NodeStream {
 public:
  // `limit` is shared with the other streams, and must outlive this.
  NodeStream(std::string node, const SubmitterOptions& options, RejectionLimit* limit,
             std::unique_ptr<kopa::region::v1::RegionService::StubInterface> stub,
             Submitter::ContextSetup prepare, ClientParts parts,
             std::function<void(Delivery)> deliver);
  // FinishInput() and Join() must have been called.
  ~NodeStream() = default;
  NodeStream(const NodeStream&) = delete;
  NodeStream& operator=(const NodeStream&) = delete;

  // Blocks while too much waits. Once the node is given up, reports at once.
  void Add(Submission submission);
  void FinishInput();
  void Join();

  // Gives up. The status is what undelivered submissions are reported with.
  void Cancel(const absl::Status& why);

  // Gives up where the node has not answered for give_up_after though something waits for it, or
  // for hold_up_max though so much waits that Add() blocks. To be called every now and then: a
  // write that the node does not take blocks, so its own thread can't notice.
  void CheckProgress();

 private:
  using Stream = grpc::ClientReaderWriterInterface<kopa::region::v1::SubmitApplicationsRequest,
                                                   kopa::region::v1::SubmitApplicationsResponse>;

  void Run();
  // One stream, from opening to its end.
  absl::Status RunStream();
  void WriteBatches(Stream* stream);
  void ReadAnswers(Stream* stream);
  void OnAnswer(const kopa::region::v1::SubmitApplicationsResponse& answer);
  void Report(const Batch& batch, const kopa::region::v1::SubmitApplicationsResponse& answer);
  void ReportUndelivered(const std::vector<uint64_t>& tags, const absl::Status& why);
  void ReportWithheld(const std::vector<uint64_t>& tags);
  // The next batch; where the limit of rejected rows is reached none, and all that was never sent
  // in `withheld`. With neither, `wait_max` is how long to wait before asking again.
  SharedRequest TakeNext(std::vector<uint64_t>* withheld, std::chrono::nanoseconds* wait_max)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // False where there is nothing left to do.
  bool WaitForWork();
  void GiveUp(const absl::Status& why);

  // Of what the node or a failure asked for; zero or less where there is none.
  std::chrono::nanoseconds PauseLeft() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Until something changes or the pause is over; at times for no reason.
  void WaitAWhile(std::chrono::nanoseconds longest) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Done() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !given_up_.ok() || (input_finished_ && queue_.empty());
  }

  const std::string node_;
  const SubmitterOptions options_;
  RejectionLimit* const limit_;
  const std::unique_ptr<kopa::region::v1::RegionService::StubInterface> stub_;
  const Submitter::ContextSetup prepare_;
  const ClientParts parts_;
  const std::function<void(Delivery)> deliver_;

  Mutex mutex_;
  CondVar changed_;
  BatchQueue queue_ ABSL_GUARDED_BY(mutex_);
  bool input_finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status given_up_ ABSL_GUARDED_BY(mutex_);
  // Of the open stream; null while there is none.
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stream_broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool answered_since_open_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t progress_nanos_ ABSL_GUARDED_BY(mutex_) = 0;      // when the node last answered
  int64_t paused_until_nanos_ ABSL_GUARDED_BY(mutex_) = 0;  // the node asked for a pause
  absl::Status last_error_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_NODE_STREAM_H_
