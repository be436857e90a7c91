// Evaluations and approvals: a number of clients, each with one request under way at a time.

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "kopa/region/v1/service.grpc.pb.h"
#include "tests/bench/applications.h"
#include "tests/bench/client.h"
#include "tests/bench/flags.h"
#include "tests/bench/measure.h"

namespace kopa::bench {
namespace {

using region::v1::DecideApplicationsRequest;
using region::v1::DecideApplicationsResponse;
using region::v1::EvaluateApplicationsRequest;
using region::v1::EvaluateApplicationsResponse;
using region::v1::RegionService;

// Ids [begin, end) of the list.
struct Range {
  size_t begin;
  size_t end;
};

// Keeps `clients` requests under way until all ids had their turn.
template <typename Request, typename Response>
class ClosedLoop {
 public:
  using Make = std::function<Request(Range)>;
  using Start = std::function<void(RegionService::Stub*, grpc::ClientContext*, const Request*,
                                   Response*, std::function<void(grpc::Status)>)>;

  ClosedLoop(const Flags& flags, size_t ids, Make make, Start start)
      : flags_(flags), ids_(ids), make_(std::move(make)), start_(std::move(start)) {
    for (int i = 0; i < flags.connections; ++i) {
      stubs_.push_back(RegionService::NewStub(Connect(flags.address)));
    }
  }

  // Returns the results of all requests, in no order.
  std::vector<Response> Run() {
    begin_nanos_ = MonotonicNanos();
    for (int i = 0; i < flags_.clients; ++i) {
      calls_.push_back(std::make_unique<Call>());
      calls_.back()->stub = stubs_[static_cast<size_t>(i) % stubs_.size()].get();
    }
    {
      MutexLock lock(&mutex_);
      running_ = calls_.size();
    }
    for (const auto& call : calls_) Next(call.get());
    MutexLock lock(&mutex_);
    while (running_ > 0) changed_.Wait(&mutex_);
    nanos_ = MonotonicNanos() - begin_nanos_;
    return std::move(responses_);
  }

  int64_t nanos() const { return nanos_; }
  Samples& samples() { return samples_; }

 private:
  struct Call {
    RegionService::Stub* stub = nullptr;
    std::unique_ptr<grpc::ClientContext> context;
    Request request;
    Response response;
    int64_t begin_nanos = 0;
  };

  void Next(Call* call) {
    Range range{};
    {
      MutexLock lock(&mutex_);
      if (next_ >= ids_) {
        --running_;
        changed_.NotifyAll();
        return;
      }
      range = {next_, std::min(ids_, next_ + static_cast<size_t>(flags_.batch))};
      next_ = range.end;
    }
    call->request = make_(range);
    call->response.Clear();
    call->context = std::make_unique<grpc::ClientContext>();
    Prepare(flags_, call->context.get());
    call->begin_nanos = MonotonicNanos();
    start_(call->stub, call->context.get(), &call->request, &call->response,
           [this, call](const grpc::Status& status) {
             const int64_t nanos = MonotonicNanos() - call->begin_nanos;
             if (!status.ok()) Fail(absl::StrCat("a request failed: ", status.error_message()));
             {
               MutexLock lock(&mutex_);
               samples_.Add(nanos);
               responses_.push_back(std::move(call->response));
             }
             Next(call);
           });
  }

  const Flags& flags_;
  const size_t ids_;
  const Make make_;
  const Start start_;
  std::vector<std::unique_ptr<RegionService::Stub>> stubs_;
  std::vector<std::unique_ptr<Call>> calls_;
  int64_t begin_nanos_ = 0;
  int64_t nanos_ = 0;

  Mutex mutex_;
  CondVar changed_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Response> responses_ ABSL_GUARDED_BY(mutex_);
  Samples samples_;  // guarded by mutex_ while Run() runs
};

// How many results have the status that was wanted; the first that has another ends the process.
template <typename Response>
int64_t Count(const std::vector<Response>& responses, national::v1::ApplicationStatus wanted) {
  int64_t count = 0;
  for (const Response& response : responses) {
    for (const auto& result : response.results()) {
      if (result.has_error() || result.status() != wanted) {
        Fail(absl::StrCat("not what was asked for: ", result.ShortDebugString()));
      }
      ++count;
    }
  }
  return count;
}

DecideApplicationsRequest MakeApproval(const Flags& flags, const std::vector<std::string>& ids,
                                       Range range) {
  DecideApplicationsRequest request;
  request.set_request_id(NewRequestId());
  request.set_call(flags.call);
  for (size_t i = range.begin; i < range.end; ++i) {
    auto* decision = request.add_decisions();
    decision->set_application_id(ids[i]);
    decision->set_verb(region::v1::DECISION_VERB_APPROVE);
  }
  return request;
}

// One client that waits for each answer, without gRPC's threads in between.
void ApproveOneByOne(const Flags& flags, const std::vector<std::string>& ids) {
  const auto stub = RegionService::NewStub(Connect(flags.address));
  Samples samples;
  std::vector<DecideApplicationsResponse> responses;
  const int64_t begin = MonotonicNanos();
  for (size_t i = 0; i < ids.size(); ++i) {
    const DecideApplicationsRequest request = MakeApproval(flags, ids, {i, i + 1});
    const int64_t sent = MonotonicNanos();
    grpc::ClientContext context;
    Prepare(flags, &context);
    DecideApplicationsResponse response;
    const grpc::Status status = stub->DecideApplications(&context, request, &response);
    if (!status.ok()) Fail(absl::StrCat("a request failed: ", status.error_message()));
    samples.Add(MonotonicNanos() - sent);
    responses.push_back(std::move(response));
  }
  const int64_t nanos = MonotonicNanos() - begin;
  Report()
      .AddRate(Count(responses, national::v1::APPLICATION_STATUS_APPROVED), nanos)
      .AddLatency(samples)
      .Print();
}

}  // namespace

void MeasureEvaluate(const Flags& flags) {
  const std::vector<std::string> ids = ReadIds(flags);
  ClosedLoop<EvaluateApplicationsRequest, EvaluateApplicationsResponse> loop(
      flags, ids.size(),
      [&](Range range) {
        EvaluateApplicationsRequest request;
        request.set_request_id(NewRequestId());
        request.set_call(flags.call);
        for (size_t i = range.begin; i < range.end; ++i) {
          auto* evaluation = request.add_evaluations();
          evaluation->set_application_id(ids[i]);
          auto* score = evaluation->add_scores();
          score->set_criterion("merit");
          score->set_hundredths(800);
        }
        return request;
      },
      [](RegionService::Stub* stub, grpc::ClientContext* context,
         const EvaluateApplicationsRequest* request, EvaluateApplicationsResponse* response,
         std::function<void(grpc::Status)> done) {
        stub->async()->EvaluateApplications(context, request, response, std::move(done));
      });
  const auto responses = loop.Run();
  Report()
      .AddRate(Count(responses, national::v1::APPLICATION_STATUS_EVALUATED), loop.nanos())
      .AddLatency(loop.samples())
      .Print();
}

void MeasureApprove(const Flags& flags) {
  const std::vector<std::string> ids = ReadIds(flags);
  if (flags.clients == 1 && flags.batch == 1) return ApproveOneByOne(flags, ids);
  ClosedLoop<DecideApplicationsRequest, DecideApplicationsResponse> loop(
      flags, ids.size(), [&](Range range) { return MakeApproval(flags, ids, range); },
      [](RegionService::Stub* stub, grpc::ClientContext* context,
         const DecideApplicationsRequest* request, DecideApplicationsResponse* response,
         std::function<void(grpc::Status)> done) {
        stub->async()->DecideApplications(context, request, response, std::move(done));
      });
  const auto responses = loop.Run();
  Report()
      .AddRate(Count(responses, national::v1::APPLICATION_STATUS_APPROVED), loop.nanos())
      .AddLatency(loop.samples())
      .Print();
}

}  // namespace kopa::bench
