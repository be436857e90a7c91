#ifndef KOPA_CLIENT_INTERNAL_CALLER_H_
#define KOPA_CLIENT_INTERNAL_CALLER_H_

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/include/kopa/connection_options.h"
#include "client/internal/channels.h"
#include "common/base/status.h"
#include "common/rpc/status.h"
#include "grpcpp/client_context.h"

namespace kopa::client {

// Makes unary calls to one server: deadline, actor, retries and the wording of failures in one
// place. Thread-safe.
class Caller {
 public:
  // `server` is how messages name it: "the centre at 127.0.0.1:7000". All pointers must outlive
  // this.
  Caller(std::string server, ConnectionOptions options, ClientParts parts, Channels* channels)
      : server_(std::move(server)),
        options_(std::move(options)),
        parts_(std::move(parts)),
        channels_(channels) {}

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
    const int64_t give_up_nanos =
        parts_.clock->MonotonicNanos() + absl::ToInt64Nanoseconds(options_.timeout);
    const auto time_left = [&] {
      return absl::Nanoseconds(give_up_nanos - parts_.clock->MonotonicNanos());
    };
    auto result = RetryLoop(Backoff(options_.retry, parts_.entropy), parts_.sleep, time_left,
                            [&]() -> absl::StatusOr<Result> {
                              grpc::ClientContext context;
                              context.set_deadline(std::chrono::system_clock::now() +
                                                   absl::ToChronoNanoseconds(time_left()));
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
  const std::string server_;
  const ConnectionOptions options_;
  const ClientParts parts_;
  Channels* const channels_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_CALLER_H_
