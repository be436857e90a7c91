#ifndef KOPA_REGIONAL_NODE_SERVICE_SUBMIT_STREAM_H_
#define KOPA_REGIONAL_NODE_SERVICE_SUBMIT_STREAM_H_

#include <deque>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "grpcpp/support/server_callback.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"
#include "regional-node/service/submission.h"

namespace kopa::node {

// A status as the node's callers get it: with the reason and, where waiting helps, a retry delay.
absl::Status ForCaller(absl::Status status);

// One SubmitApplications stream: several batches on their way at once, answered in the order they
// came. Deletes itself when gRPC is done with it, which is never before its last batch was
// answered.
class SubmitStream : public grpc::ServerBidiReactor<region::v1::SubmitApplicationsRequest,
                                                    region::v1::SubmitApplicationsResponse> {
 public:
  SubmitStream(const Context& context, std::string actor);

 private:
  // More are not read until the oldest is answered, so a stream holds a bounded amount of memory.
  static constexpr size_t kBatchesInFlightMax = 4;

  // An answer in its place; `ready` once it may be written.
  struct Slot {
    region::v1::SubmitApplicationsResponse response;
    bool ready = false;
  };

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { delete this; }

  void Answer(const std::shared_ptr<Slot>& slot, absl::StatusOr<SubmissionResults> results);
  // Makes `change` under the lock, then does what can be done now: write the oldest answer, read
  // on, or finish. In one step, because as soon as another thread could finish, this may be gone:
  // nothing of it is touched after what was begun here.
  void Proceed(absl::FunctionRef<void()> change);

  const Context& context_;
  const std::string actor_;
  // Owned by gRPC from StartRead to OnReadDone, and by OnReadDone until it clears reading_.
  region::v1::SubmitApplicationsRequest request_;

  Mutex mutex_;
  std::deque<std::shared_ptr<Slot>> slots_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reads_ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;     // nobody is there to write to
  bool cut_short_ ABSL_GUARDED_BY(mutex_) = false;  // by the node, which stops
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_SUBMIT_STREAM_H_
