#ifndef KOPA_CLIENT_INCLUDE_KOPA_SUBMITTER_H_
#define KOPA_CLIENT_INCLUDE_KOPA_SUBMITTER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/include/kopa/connection_options.h"
#include "common/base/mutex.h"
#include "grpcpp/client_context.h"
#include "kopa/region/v1/service.grpc.pb.h"

namespace kopa::client {

class NodeStream;
class RejectionLimit;

// The method takes 1,000 applications and 1 MiB a batch; smaller ones keep answers flowing.
inline constexpr int kBatchApplicationsMax = 1'000;

struct SubmitterOptions {
  std::string call;
  bool dry_run = false;
  // A batch is closed when either is reached; a single larger application goes alone.
  int batch_applications = 256;
  int64_t batch_bytes = 96 << 10;
  // Sent and not yet answered, a node.
  int64_t unacknowledged_bytes_max = 1 << 20;
  // Waiting to be sent, a node; Add() blocks beyond it. Generous, so that a node that is away for a
  // moment does not hold up the others. Memory taken is about half as much again.
  int64_t queued_bytes_max = 16 << 20;
  // A node that answers nothing for this long is given up.
  absl::Duration give_up_after = absl::Seconds(30);
  // The same for one for which so much waits that Add() blocks, so that it holds up the others.
  absl::Duration hold_up_max = absl::InfiniteDuration();
  // Short delays, since a node that was restarted is back within seconds; give_up_after ends them.
  RetryPolicy retry{.delay_max = absl::Seconds(1)};
  // Once so many rows are rejected no further batch is sent; 0: no limit. `rejected_rows` says how
  // many there are, those of deliveries included; it is needed with a limit, and called from any
  // thread with mutexes held.
  int64_t rejected_rows_max = 0;
  std::function<int64_t()> rejected_rows;
};

// One application on its way to a node.
struct Submission {
  uint64_t tag = 0;  // the caller's own; comes back with the delivery
  int64_t rows = 1;  // of the file, for rejected_rows_max
  kopa::region::v1::ApplicationInput input;
};

// What became of it: the node's result, or why it never got there (and may be submitted again).
struct Delivery {
  uint64_t tag = 0;
  std::string node;
  bool delivered = false;
  kopa::region::v1::SubmitResult result;  // where delivered
  absl::Status error;                     // where not
  bool withheld = false;                  // it was never sent: rejected_rows_max was reached
};

// Submits any number of applications to any number of nodes: batches, several in flight a node,
// within constant memory. A batch keeps its request_id over reconnects, so that nothing is taken
// twice. A node that is away is tried again until give_up_after; meanwhile and afterwards the
// others go on.
//
// Add() and Finish() are for one thread. `on_delivery` is called once for each submission, from
// threads of the submitter, one call at a time; it must not call back.
class Submitter {
 public:
  // How a node is reached: a stub for its service.
  using StubFactory =
      std::function<absl::StatusOr<std::unique_ptr<kopa::region::v1::RegionService::StubInterface>>(
          const std::string& node)>;
  // What each stream's context must carry.
  using ContextSetup = std::function<void(grpc::ClientContext*)>;

  Submitter(SubmitterOptions options, StubFactory stubs, ContextSetup prepare, ClientParts parts,
            std::function<void(Delivery)> on_delivery);
  ~Submitter();
  Submitter(const Submitter&) = delete;
  Submitter& operator=(const Submitter&) = delete;

  // Blocks while too much waits for this node.
  void Add(const std::string& node, Submission submission);

  // Sends what waits, and returns when each submission has its delivery.
  void Finish();

  // Gives up what is not answered yet; it is reported as undelivered. From any thread.
  void Cancel();

 private:
  absl::StatusOr<NodeStream*> StreamTo(const std::string& node);
  void Deliver(Delivery delivery);
  void Watch();

  const SubmitterOptions options_;
  const std::unique_ptr<RejectionLimit> limit_;
  const StubFactory stubs_;
  const ContextSetup prepare_;
  const ClientParts parts_;
  const std::function<void(Delivery)> on_delivery_;

  Mutex delivery_mutex_;  // held while on_delivery_ runs; never together with mutex_

  Mutex mutex_;
  CondVar stopping_changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, std::unique_ptr<NodeStream>> streams_ ABSL_GUARDED_BY(mutex_);
  std::thread watchdog_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INCLUDE_KOPA_SUBMITTER_H_
