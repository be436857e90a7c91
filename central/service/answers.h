#ifndef KOPA_CENTRAL_SERVICE_ANSWERS_H_
#define KOPA_CENTRAL_SERVICE_ANSWERS_H_

#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "common/engine/worker.h"
#include "common/rpc/status.h"
#include "grpcpp/support/server_callback.h"

namespace kopa::central {

// How the centre's handlers finish unary calls.

template <typename Response>
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context,
                                 absl::StatusOr<Response> answer, Response* response) {
  if (answer.ok()) *response = *std::move(answer);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(rpc::ToGrpc(answer.status()));
  return reactor;
}

// Has `answer` run on the worker and finishes the call with it.
template <typename Response>
grpc::ServerUnaryReactor* AnswerOn(engine::Worker& worker, grpc::CallbackServerContext* context,
                                   std::function<absl::StatusOr<Response>()> answer,
                                   Response* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Status posted = worker.Post([reactor, response, answer = std::move(answer)] {
    absl::StatusOr<Response> made = answer();
    if (made.ok()) *response = *std::move(made);
    reactor->Finish(rpc::ToGrpc(made.status()));
  });
  if (!posted.ok()) reactor->Finish(rpc::ToGrpc(rpc::WithRetryDelay(posted, absl::Seconds(1))));
  return reactor;
}

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_ANSWERS_H_
