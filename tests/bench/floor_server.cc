// What Kopa's servers are held against: the same methods and messages from the same clients, each
// record written and synced, and no rule at all. No check, no seal, no chain, no ledger.

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "common/base/bytes.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/rpc/lifecycle.h"
#include "common/rpc/server.h"
#include "kopa/national/v1/link.grpc.pb.h"
#include "kopa/region/v1/service.grpc.pb.h"
#include "tests/bench/flags.h"
#include "tests/bench/floor_writer.h"
#include "tests/bench/measure.h"

namespace kopa::bench {
namespace {

// Turns a message into puts, none where there is nothing to write, and the answer to it.
template <typename Request, typename Response>
using Handle = std::function<void(const Request&, rocksdb::WriteBatch*, Response*)>;

// Answers in the order of the requests, each once its puts are on disk. Deletes itself.
template <typename Request, typename Response>
class FloorStream : public grpc::ServerBidiReactor<Request, Response> {
 public:
  FloorStream(FloorWriter* writer, Handle<Request, Response> handle)
      : writer_(writer), handle_(std::move(handle)) {
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Proceed([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { ended_ = true; });
    auto batch = std::make_unique<rocksdb::WriteBatch>();
    auto response = std::make_shared<Response>();
    handle_(request_, batch.get(), response.get());
    // Counted before it is handed over: the answer may come before this returns.
    bool read = false;
    {
      MutexLock lock(&mutex_);
      read = ++waiting_ < kWaitingMax;
      paused_ = !read;
    }
    writer_->Write(std::move(batch), [this, response] {
      Proceed(
          [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { outbox_.push_back(std::move(*response)); });
    });
    if (read) this->StartRead(&request_);
  }

  void OnWriteDone(bool ok) override {
    Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      writing_ = false;
      if (!ok) broken_ = true;
    });
  }

  void OnDone() override { delete this; }

 private:
  static constexpr int kWaitingMax = 16;

  // Makes `change`, then does what can be done now. Nothing of this is touched after Finish.
  void Proceed(absl::FunctionRef<void()> change) {
    bool read = false;
    bool write = false;
    bool finish = false;
    {
      MutexLock lock(&mutex_);
      change();
      while (!writing_ && !outbox_.empty()) {
        response_ = std::move(outbox_.front());
        outbox_.pop_front();
        --waiting_;
        write = writing_ = !broken_;
      }
      read = paused_ && !ended_ && waiting_ < kWaitingMax;
      if (read) paused_ = false;
      finish = ended_ && waiting_ == 0 && !writing_;
    }
    if (write) this->StartWrite(&response_);
    if (read) this->StartRead(&request_);
    if (finish) this->Finish(grpc::Status::OK);
  }

  FloorWriter* const writer_;
  const Handle<Request, Response> handle_;
  Request request_;
  Response response_;
  Mutex mutex_;
  std::deque<Response> outbox_ ABSL_GUARDED_BY(mutex_);
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

std::string Key(uint64_t number) { return ByteWriter().U64(number).Take(); }

// A node that takes everything: two puts an application, its body and its reference.
class FloorRegion : public region::v1::RegionService::CallbackService {
 public:
  explicit FloorRegion(FloorWriter* writer) : writer_(writer) {}

  grpc::ServerBidiReactor<region::v1::SubmitApplicationsRequest,
                          region::v1::SubmitApplicationsResponse>*
  SubmitApplications(grpc::CallbackServerContext*) override {
    return new FloorStream<region::v1::SubmitApplicationsRequest,
                           region::v1::SubmitApplicationsResponse>(
        writer_, [this](const auto& request, auto* batch, auto* response) {
          response->set_request_id(request.request_id());
          for (const auto& application : request.applications()) {
            const std::string key = Key(++last_);
            batch->Put("a" + key, application.SerializeAsString()).PermitUncheckedError();
            batch->Put("r" + application.external_ref(), key).PermitUncheckedError();
            auto* result = response->add_results();
            result->set_outcome(region::v1::SUBMIT_OUTCOME_ACCEPTED);
            result->set_application_id(std::string(8, '\0') + key);
          }
        });
  }

  // A bare unary call: as many answers as decisions, and nothing is done.
  grpc::ServerUnaryReactor* DecideApplications(
      grpc::CallbackServerContext* context, const region::v1::DecideApplicationsRequest* request,
      region::v1::DecideApplicationsResponse* response) override {
    for (const auto& decision : request->decisions()) {
      auto* result = response->add_results();
      result->set_application_id(decision.application_id());
      result->set_status(national::v1::APPLICATION_STATUS_APPROVED);
    }
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  FloorWriter* const writer_;
  std::atomic<uint64_t> last_{0};
};

// A centre that believes everything: one put a journal record.
class FloorLink : public national::v1::LinkService::CallbackService {
 public:
  explicit FloorLink(FloorWriter* writer) : writer_(writer) {}

  grpc::ServerBidiReactor<national::v1::ConnectRequest, national::v1::ConnectResponse>* Connect(
      grpc::CallbackServerContext*) override {
    return new FloorStream<national::v1::ConnectRequest, national::v1::ConnectResponse>(
        writer_, [](const auto& request, auto* batch, auto* response) {
          if (request.has_hello()) response->mutable_welcome()->set_incarnation(1);
          if (request.has_proof()) response->mutable_admitted()->set_nodes(1);
          if (!request.has_batch()) return;
          for (const auto& record : request.batch().records()) {
            batch->Put("j" + Key(record.seq()), record.SerializeAsString()).PermitUncheckedError();
          }
          const auto& last = *request.batch().records().rbegin();
          response->mutable_ack()->set_applied_seq(last.seq());
          response->mutable_ack()->set_hash(last.hash());
        });
  }

 private:
  FloorWriter* const writer_;
};

}  // namespace

void ServeFloor(const Flags& flags) {
  const auto stop = Must(rpc::StopSignal::Create(), "catching signals");
  FloorWriter writer(flags.folder);
  FloorRegion region(&writer);
  FloorLink link(&writer);
  rpc::ServerBuilderOptions options;
  options.address = "127.0.0.1:0";
  options.insecure = true;
  const auto server = Must(rpc::Server::Start(options, {&region, &link}), "starting");
  std::cout << "listening grpc=" << server->address() << " http=-" << std::endl;
  stop->WaitForStop();
  server->Shutdown(absl::Seconds(2));
}

}  // namespace kopa::bench
