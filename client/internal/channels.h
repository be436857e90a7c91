#ifndef KOPA_CLIENT_INTERNAL_CHANNELS_H_
#define KOPA_CLIENT_INTERNAL_CHANNELS_H_

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/include/kopa/connection_options.h"
#include "common/base/mutex.h"
#include "grpc/grpc.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"

namespace kopa::client {

// Keeps connections moving. Blocking calls of gRPC do so only while a thread is inside one; with
// all threads asleep between two attempts, a connection that is being made would stand still until
// its time is over, and a server that is long back would look away.
class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

 private:
  grpc::CompletionQueue queue_;  // nothing is ever put into it: waiting on it is the point
  std::thread thread_;
};

// Connects and waits until it is known whether that succeeds, at most for `wait_max`; gives the
// state then. A call that is made while it is not known waits for gRPC's own, longer time.
grpc_connectivity_state StateAfterConnecting(grpc::Channel& channel, absl::Duration wait_max);

// One gRPC channel an address, made at first use and kept. Thread-safe.
class Channels {
 public:
  explicit Channels(const ConnectionOptions& options) : options_(options) {}

  // Does not connect yet. Errors: see rpc::NewChannel.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> To(const std::string& address);

  // What every call carries: who acts.
  void Prepare(grpc::ClientContext* context) const;

 private:
  const ConnectionOptions options_;
  const Poller poller_;
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_CHANNELS_H_
