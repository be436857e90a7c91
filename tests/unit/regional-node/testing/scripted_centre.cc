#include "tests/unit/regional-node/testing/scripted_centre.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace kopa::node::testing {

using ::kopa::national::v1::ConnectRequest;
using ::kopa::national::v1::ConnectResponse;

ScriptedCentre::ScriptedCentre() {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  KOPA_CHECK(server_ != nullptr);
  address_ = absl::StrCat("127.0.0.1:", port);
}

ScriptedCentre::~ScriptedCentre() {
  Cut();
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

void ScriptedCentre::TurnAway(const grpc::Status& status) {
  MutexLock lock(&mutex_);
  refusal_ = status;
}

void ScriptedCentre::Admit() { TurnAway(grpc::Status::OK); }

void ScriptedCentre::Cut() {
  MutexLock lock(&mutex_);
  if (context_ != nullptr) context_->TryCancel();
}

bool ScriptedCentre::Send(const ConnectResponse& message) {
  MutexLock lock(&mutex_);
  return admitted_ != nullptr && admitted_->Write(message);
}

bool ScriptedCentre::Allot(const std::string& call, int64_t cents) {
  ConnectResponse message;
  message.mutable_allotment()->set_call(call);
  message.mutable_allotment()->mutable_allotted()->set_cents(cents);
  return Send(message);
}

int ScriptedCentre::streams() const {
  MutexLock lock(&mutex_);
  return streams_;
}

ConnectResponse ScriptedCentre::AnswerTo(const ConnectRequest& request) {
  ConnectResponse answer;
  switch (request.message_case()) {
    case ConnectRequest::kHello:
      answer.mutable_welcome()->set_incarnation(kIncarnation);
      answer.mutable_welcome()->set_incarnation_nonce(kIncarnationNonce);
      answer.mutable_welcome()->set_applied_seq(applied_seq_);
      break;
    case ConnectRequest::kProof:
      answer.mutable_admitted()->set_nodes(1);
      break;
    case ConnectRequest::kBatch: {
      const auto& newest = request.batch().records().rbegin();
      applied_seq_ = newest->seq();
      answer.mutable_ack()->set_applied_seq(applied_seq_);
      answer.mutable_ack()->set_hash(newest->hash());
      break;
    }
    case ConnectRequest::kHeartbeat:
      answer.mutable_heartbeat();
      break;
    default:
      break;
  }
  return answer;
}

grpc::Status ScriptedCentre::Connect(grpc::ServerContext* context, Stream* stream) {
  {
    MutexLock lock(&mutex_);
    ++streams_;
    context_ = context;
  }
  ConnectRequest request;
  while (stream->Read(&request)) {
    MutexLock lock(&mutex_);
    if (request.has_hello() && !refusal_.ok()) {
      context_ = nullptr;
      return refusal_;
    }
    const ConnectResponse answer = AnswerTo(request);
    const bool is_said = answer.message_case() != ConnectResponse::MESSAGE_NOT_SET;
    if (is_said && !stream->Write(answer)) break;
    if (answer.has_admitted()) admitted_ = stream;
  }
  MutexLock lock(&mutex_);
  if (context_ == context) context_ = nullptr;
  if (admitted_ == stream) admitted_ = nullptr;
  return grpc::Status::OK;
}

}  // namespace kopa::node::testing
