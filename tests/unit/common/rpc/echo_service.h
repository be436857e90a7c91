#ifndef KOPA_TESTS_UNIT_COMMON_RPC_ECHO_SERVICE_H_
#define KOPA_TESTS_UNIT_COMMON_RPC_ECHO_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "grpcpp/client_context.h"
#include "tests/unit/common/rpc/echo_service.grpc.pb.h"

namespace kopa::rpc {

// Answers each call with what `answer` says.
class EchoService : public kopa::test::v1::EchoService::CallbackService {
 public:
  using Answer = std::function<absl::Status(grpc::CallbackServerContext*, const std::string& text,
                                            std::string* reply)>;
  explicit EchoService(Answer answer) : answer_(std::move(answer)) {}
  // Sends back what it got.
  EchoService()
      : EchoService([](grpc::CallbackServerContext*, const std::string& text, std::string* reply) {
          *reply = text;
          return absl::OkStatus();
        }) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const kopa::test::v1::EchoRequest* request,
                                 kopa::test::v1::EchoResponse* response) override {
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(answer_(context, request->text(), response->mutable_text())));
    return reactor;
  }

 private:
  const Answer answer_;
};

// One call over `channel`, with five seconds to go; `*reply` gets what came back.
inline absl::Status Echo(const std::shared_ptr<grpc::Channel>& channel, const std::string& text,
                         std::string* reply,
                         const std::function<void(grpc::ClientContext*)>& prepare = nullptr) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  if (prepare) prepare(&context);
  kopa::test::v1::EchoRequest request;
  kopa::test::v1::EchoResponse response;
  request.set_text(text);
  const grpc::Status status =
      kopa::test::v1::EchoService::NewStub(channel)->Echo(&context, request, &response);
  *reply = response.text();
  return FromGrpc(status);
}

inline std::shared_ptr<grpc::Channel> InsecureChannel(const std::string& address) {
  ChannelOptions options;
  options.address = address;
  options.insecure = true;
  return *NewChannel(options);
}

}  // namespace kopa::rpc

#endif  // KOPA_TESTS_UNIT_COMMON_RPC_ECHO_SERVICE_H_
