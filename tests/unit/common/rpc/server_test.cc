#include "common/rpc/server.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "tests/unit/common/rpc/echo_service.h"

namespace kopa::rpc {
namespace {

using testing::HasSubstr;
using testing::Not;

ServerBuilderOptions Insecure(const std::string& address = "127.0.0.1:0") {
  ServerBuilderOptions options;
  options.address = address;
  options.insecure = true;
  return options;
}

// A call by name, with messages as bytes.
absl::Status RawCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                     const std::string& request, std::string* reply) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::CompletionQueue queue;
  grpc::ByteBuffer received;
  grpc::Status status;
  const auto call = stub.PrepareUnaryCall(&context, method, sent, &queue);
  call->StartCall();
  call->Finish(&received, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice whole;
  if (status.ok() && received.DumpToSingleSlice(&whole).ok()) {
    reply->assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  return FromGrpc(status);
}

// The state that grpc.health.v1 gives: 1 SERVING, 2 NOT_SERVING.
int Health(const std::shared_ptr<grpc::Channel>& channel) {
  std::string reply;
  const absl::Status status = RawCall(channel, "/grpc.health.v1.Health/Check", "", &reply);
  return status.ok() && reply.size() == 2 ? reply[1] : -1;
}

TEST(RpcServer, PicksAFreePortAndServes) {
  EchoService service;
  const auto server = Server::Start(Insecure(), {&service});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT((*server)->address(), Not(HasSubstr(":0")));
  std::string reply;
  EXPECT_EQ(Echo(InsecureChannel((*server)->address()), "sveiki", &reply), absl::OkStatus());
  EXPECT_EQ(reply, "sveiki");
}

TEST(RpcServer, ATakenPortIsRefused) {
  EchoService service;
  const auto first = Server::Start(Insecure(), {&service});
  ASSERT_TRUE(first.ok());
  EchoService other;
  const auto second = Server::Start(Insecure((*first)->address()), {&other});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr((*first)->address()));
}

TEST(RpcServer, WrongOptionsAreRefused) {
  EXPECT_EQ(Server::Start(Insecure("0.0.0.0:0"), {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Server::Start(Insecure("nonsense"), {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  ServerBuilderOptions without_tls;
  without_tls.address = "127.0.0.1:0";
  EXPECT_EQ(Server::Start(without_tls, {}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RpcServer, TheLargestErrorPassesTheWire) {
  EchoService service([](grpc::CallbackServerContext*, const std::string&, std::string*) {
    std::string latvian;
    for (int i = 0; i < 5000; ++i) latvian += "ā";
    std::vector<Fault> faults;
    for (int i = 0; i < 500; ++i) {
      faults.push_back({absl::StrCat("f", i), "BAD_TEXT", latvian, latvian});
    }
    return WithRetryDelay(WithFaults(absl::ResourceExhaustedError(latvian), faults),
                          absl::Seconds(1));
  });
  const auto server = Server::Start(Insecure(), {&service});
  std::string reply;
  const absl::Status status = Echo(InsecureChannel((*server)->address()), "", &reply);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(absl::StartsWith(status.message(), "āāā"));
  ASSERT_GE(FaultsOf(status).size(), 2u);
  EXPECT_EQ(FaultsOf(status)[0].field, "f0");
  EXPECT_EQ(FaultsOf(status).back().code, kMoreFaults);
  EXPECT_EQ(RetryDelayOf(status), absl::Seconds(1));
}

TEST(RpcServer, OversizedMessagesAreRefused) {
  EchoService service;
  ServerBuilderOptions options = Insecure();
  options.message_bytes_max = 1000;
  const auto server = Server::Start(options, {&service});
  const auto channel = InsecureChannel((*server)->address());
  std::string reply;
  EXPECT_TRUE(Echo(channel, std::string(900, 'x'), &reply).ok());
  EXPECT_EQ(Echo(channel, std::string(1100, 'x'), &reply).code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(RpcServer, OversizedMetadataIsRefused) {
  EchoService service;
  const auto server = Server::Start(Insecure(), {&service});
  const auto channel = InsecureChannel((*server)->address());
  std::string reply;
  const auto call = [&](size_t bytes) {
    return Echo(channel, "", &reply, [bytes](grpc::ClientContext* context) {
      context->AddMetadata("x-large", std::string(bytes, 'x'));
    });
  };
  EXPECT_TRUE(call(kMetadataBytesMax / 2).ok());
  EXPECT_FALSE(call(2 * kMetadataBytesMax).ok());
}

TEST(RpcServer, HealthFollowsServing) {
  EchoService service;
  const auto server = Server::Start(Insecure(), {&service});
  const auto channel = InsecureChannel((*server)->address());
  EXPECT_EQ(Health(channel), 1);
  (*server)->SetServing(false);
  EXPECT_EQ(Health(channel), 2);
  (*server)->SetServing(true);
  EXPECT_EQ(Health(channel), 1);
}

TEST(RpcServer, ReflectionNamesTheServices) {
  EchoService service;
  const auto server = Server::Start(Insecure(), {&service});
  std::string reply;
  // ServerReflectionRequest { list_services: "" }
  const absl::Status status =
      RawCall(InsecureChannel((*server)->address()),
              "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              std::string("\x3a\x00", 2), &reply);
  EXPECT_EQ(status, absl::OkStatus());
  EXPECT_THAT(reply, HasSubstr("kopa.test.v1.EchoService"));
}

TEST(RpcServer, CallsAreCountedByCodeAndTimed) {
  EchoService service([](grpc::CallbackServerContext*, const std::string& text, std::string*) {
    return text == "bad" ? absl::InvalidArgumentError("bad") : absl::OkStatus();
  });
  observability::Metrics metrics;
  const SystemClock clock;
  ServerBuilderOptions options = Insecure();
  options.metrics = &metrics;
  options.clock = &clock;
  const auto server = Server::Start(options, {&service});
  const auto channel = InsecureChannel((*server)->address());
  std::string reply;
  EXPECT_TRUE(Echo(channel, "good", &reply).ok());
  EXPECT_TRUE(Echo(channel, "good", &reply).ok());
  EXPECT_FALSE(Echo(channel, "bad", &reply).ok());
  EXPECT_EQ(RawCall(channel, "/kopa.test.v1.EchoService/MadeUp", "", &reply).code(),
            absl::StatusCode::kUnimplemented);

  const std::string text = metrics.Render();
  const std::string method =
      "grpc_method=\"Echo\",grpc_service=\"kopa.test.v1.EchoService\",grpc_type=\"unary\"}";
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"OK\"," + method + " 2\n"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"InvalidArgument\"," + method +
                              " 1\n"));
  EXPECT_THAT(text, HasSubstr("grpc_server_started_total{" + method + " 3\n"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_count{" + method + " 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("MadeUp"))) << "strangers must not choose labels";
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"Unimplemented\","
                              "grpc_method=\"unknown\",grpc_service=\"unknown\","));
}

TEST(RpcServer, CallsWhoseCallerWentAwayCountAsCanceled) {
  class Never : public kopa::test::v1::EchoService::CallbackService {
    grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext*, const kopa::test::v1::EchoRequest*,
                                   kopa::test::v1::EchoResponse*) override {
      class UntilCancelled : public grpc::ServerUnaryReactor {
        void OnCancel() override { Finish(grpc::Status::CANCELLED); }
        void OnDone() override { delete this; }
      };
      return new UntilCancelled;
    }
  } service;
  observability::Metrics metrics;
  const SystemClock clock;
  ServerBuilderOptions options = Insecure();
  options.metrics = &metrics;
  options.clock = &clock;
  const auto server = Server::Start(options, {&service});
  std::string reply;
  EXPECT_EQ(Echo(InsecureChannel((*server)->address()), "", &reply,
                 [](grpc::ClientContext* context) {
                   context->set_deadline(std::chrono::system_clock::now() +
                                         std::chrono::milliseconds(50));
                 })
                .code(),
            absl::StatusCode::kDeadlineExceeded);
  (*server)->Shutdown(absl::Seconds(5));
  EXPECT_THAT(metrics.Render(), HasSubstr("grpc_server_handled_total{grpc_code=\"Canceled\""));
}

TEST(RpcServer, ShutdownWaitsForRunningCalls) {
  EchoService service(
      [](grpc::CallbackServerContext*, const std::string& text, std::string* reply) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        *reply = text;
        return absl::OkStatus();
      });
  observability::Metrics metrics;
  const SystemClock clock;
  ServerBuilderOptions options = Insecure();
  options.metrics = &metrics;
  options.clock = &clock;
  auto server = Server::Start(options, {&service});
  const auto channel = InsecureChannel((*server)->address());
  std::string reply;
  absl::Status status;
  std::thread caller([&] { status = Echo(channel, "late", &reply); });
  while (!absl::StrContains(metrics.Render(), "grpc_server_started_total")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  (*server)->Shutdown(absl::Seconds(5));
  caller.join();
  EXPECT_EQ(status, absl::OkStatus());
  EXPECT_EQ(reply, "late");
}

TEST(RpcChannel, AnOwnConnectionIsNotShared) {
  EchoService service(
      [](grpc::CallbackServerContext* context, const std::string&, std::string* reply) {
        *reply = context->peer();
        return absl::OkStatus();
      });
  const auto server = Server::Start(Insecure(), {&service});
  ChannelOptions options;
  options.address = (*server)->address();
  options.insecure = true;
  const auto peer_of = [&options] {
    const auto channel = *NewChannel(options);
    std::string peer;
    EXPECT_TRUE(Echo(channel, "", &peer).ok());
    return std::make_pair(channel, peer);
  };
  const auto shared = peer_of();
  EXPECT_EQ(peer_of().second, shared.second);
  options.own_connection = true;
  const auto own = peer_of();
  EXPECT_NE(own.second, shared.second);
  EXPECT_NE(peer_of().second, own.second);
}

TEST(RpcChannel, ReconnectsByItself) {
  EchoService service;
  auto server = Server::Start(Insecure(), {&service});
  const std::string address = (*server)->address();
  const auto channel = InsecureChannel(address);
  std::string reply;
  EXPECT_TRUE(Echo(channel, "one", &reply).ok());
  server->reset();
  EXPECT_EQ(Echo(channel, "two", &reply).code(), absl::StatusCode::kUnavailable);
  server = Server::Start(Insecure(address), {&service});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_TRUE(Echo(channel, "three", &reply, [](grpc::ClientContext* context) {
                context->set_wait_for_ready(true);
              }).ok());
  EXPECT_EQ(reply, "three");
}

TEST(RpcChannel, WrongOptionsAreRefused) {
  ChannelOptions options;
  options.insecure = true;
  options.address = "example.lv:7400";
  EXPECT_EQ(NewChannel(options).status().code(), absl::StatusCode::kInvalidArgument);
  options.address = "nonsense";
  EXPECT_EQ(NewChannel(options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kopa::rpc
