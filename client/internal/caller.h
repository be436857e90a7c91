#ifndef KOPA_CLIENT_INTERNAL_CALLER_H_
#define KOPA_CLIENT_INTERNAL_CALLER_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/include/kopa/connection_options.h"
#include "client/include/kopa/connections.h"
#include "client/internal/channels.h"
#include "common/base/status.h"
#include "common/rpc/status.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace kopa::client {

// Makes unary calls to one server: deadline, actor, retries and the wording of failures in one
// place. Thread-safe.
class Caller {
 public:
  // `server` is how messages name it: "the centre at 127.0.0.1:7000". `channel` is the way to it.
  // All pointers must outlive this.
  Caller(std::string server, ConnectionOptions options, ClientParts parts, Channels* channels,
         std::shared_ptr<grpc::Channel> channel, Patience patience)
      : server_(std::move(server)),
        options_(std::move(options)),
        parts_(std::move(parts)),
        channels_(channels),
        channel_(std::move(channel)),
        patience_(patience) {}

  // Only for methods that are safe to repeat with the same request, which all of Kopa's are.
  template <typename Response, typename Stub, typename Request>
  absl::StatusOr<Response> Call(Stub* stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) const {
    return Run<Response>([&](grpc::ClientContext* context) -> absl::StatusOr<Response> {
      Response response;
      RETURN_IF_ERROR(rpc::FromGrpc((stub->*method)(context, request, &response)));
      return response;
    });
  }

  // The same for a stream that is one request as a whole: `attempt` opens it with the context,
  // which carries actor and deadline, and sees it to its end. It may be called several times.
  template <typename Result, typename Attempt>
  absl::StatusOr<Result> Run(const Attempt& attempt) const {
    const int64_t begin_nanos = parts_.clock->MonotonicNanos();
    const auto left_of = [&](absl::Duration whole) {
      return whole - absl::Nanoseconds(parts_.clock->MonotonicNanos() - begin_nanos);
    };
    const auto time_left = [&] { return left_of(TimeForRetries()); };
    auto result =
        RetryLoop(Backoff(options_.retry, parts_.entropy), parts_.sleep, time_left,
                  [&]() -> absl::StatusOr<Result> {
                    RETURN_IF_ERROR(Connect(left_of(TimeToConnect())));
                    grpc::ClientContext context;
                    context.set_deadline(std::chrono::system_clock::now() +
                                         absl::ToChronoNanoseconds(left_of(options_.timeout)));
                    channels_->Prepare(&context);
                    return attempt(&context);
                  });
    if (!result.ok()) return Explain(result.status());
    return result;
  }

  // Says which server it was, and for one that is away or too slow, that it was.
  absl::Status Explain(const absl::Status& status) const;

  const std::string& server() const { return server_; }
  const ConnectionOptions& options() const { return options_; }
  const ClientParts& parts() const { return parts_; }
  void Prepare(grpc::ClientContext* context) const { channels_->Prepare(context); }
  // 16 bytes, of a new request.
  std::string NewRequestId() const {
    return std::string(parts_.entropy->NewUuid(parts_.clock->Now()).bytes());
  }

 private:
  // Until there was a connection once, waits for it. UNAVAILABLE where it is still being made when
  // the time is over; where it failed, the call itself tells why.
  absl::Status Connect(absl::Duration wait_max) const;
  absl::Duration TimeToConnect() const;
  // How long another attempt makes sense.
  absl::Duration TimeForRetries() const;

  const std::string server_;
  const ConnectionOptions options_;
  const ClientParts parts_;
  Channels* const channels_;
  const std::shared_ptr<grpc::Channel> channel_;
  const Patience patience_;
  // That a connection breaks is another matter than a server that is not there.
  mutable std::atomic<bool> was_connected_{false};
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_CALLER_H_
