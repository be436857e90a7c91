#include "common/rpc/metrics_interceptor.h"

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/mutex.h"
#include "google/protobuf/descriptor.h"

namespace kopa::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;
using observability::Labels;
using observability::Metrics;

// By number; written as the Go library writes them, since that is what dashboards ask for.
constexpr std::array<const char*, 17> kCodeNames = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

const char* TypeName(ServerRpcInfo::Type type) {
  switch (type) {
    case ServerRpcInfo::Type::UNARY:
      return "unary";
    case ServerRpcInfo::Type::CLIENT_STREAMING:
      return "client_stream";
    case ServerRpcInfo::Type::SERVER_STREAMING:
      return "server_stream";
    case ServerRpcInfo::Type::BIDI_STREAMING:
      return "bidi_stream";
  }
  return "unary";
}

// Where calls of methods that no schema has are counted: what a stranger can make up must not
// become a label, since each new series stays in memory.
constexpr char kUnknownMethod[] = "/unknown/unknown";

bool IsKnown(absl::string_view method) {
  // Part of gRPC, which brings no descriptor for it.
  if (absl::StartsWith(method, "/grpc.health.v1.Health/")) {
    return method == "/grpc.health.v1.Health/Check" || method == "/grpc.health.v1.Health/Watch";
  }
  const std::string name = absl::StrReplaceAll(absl::StripPrefix(method, "/"), {{"/", "."}});
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name) != nullptr;
}

// The series of one method. Thread-safe.
class MethodSeries {
 public:
  MethodSeries(Metrics* metrics, const std::string& method, ServerRpcInfo::Type type)
      : metrics_(metrics),
        labels_(LabelsOf(method, type)),
        started_(metrics->Counter("grpc_server_started_total", "Calls begun.", labels_)),
        seconds_(metrics->Histogram("grpc_server_handling_seconds",
                                    "Time from a call's beginning to its answer.",
                                    observability::LatencyBounds(), labels_)) {}

  void Started() { started_.Increment(); }

  void Handled(grpc::StatusCode code, double seconds) {
    const auto index = static_cast<size_t>(code);
    Labels labels = labels_;
    labels["grpc_code"] = index < kCodeNames.size() ? kCodeNames[index] : "Unknown";
    metrics_->Counter("grpc_server_handled_total", "Calls answered, by code.", labels).Increment();
    seconds_.Observe(seconds);
  }

 private:
  static Labels LabelsOf(const std::string& method, ServerRpcInfo::Type type) {
    // "/kopa.region.v1.SubmissionService/Submit"
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(absl::StripPrefix(method, "/"), absl::MaxSplits('/', 1));
    return {{"grpc_type", TypeName(type)},
            {"grpc_service", parts.first},
            {"grpc_method", parts.second}};
  }

  Metrics* const metrics_;
  const Labels labels_;
  prometheus::Counter& started_;
  prometheus::Histogram& seconds_;
};

// Lives as long as its call. gRPC runs its hooks one at a time.
class MetricsInterceptor : public Interceptor {
 public:
  MetricsInterceptor(MethodSeries* series, const Clock* clock)
      : series_(series), clock_(clock), begin_nanos_(clock->MonotonicNanos()) {
    series_->Started();
  }

  ~MetricsInterceptor() override {
    if (!counted_) Count(grpc::StatusCode::CANCELLED);
  }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS) && !counted_) {
      Count(methods->GetSendStatus().error_code());
    }
    methods->Proceed();
  }

 private:
  void Count(grpc::StatusCode code) {
    counted_ = true;
    series_->Handled(code, static_cast<double>(clock_->MonotonicNanos() - begin_nanos_) / 1e9);
  }

  MethodSeries* const series_;
  const Clock* const clock_;
  const int64_t begin_nanos_;
  bool counted_ = false;
};

class MetricsInterceptorFactory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  MetricsInterceptorFactory(Metrics* metrics, const Clock* clock)
      : metrics_(metrics), clock_(clock) {}

  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    if (info->method() == nullptr) return nullptr;
    // gRPC takes ownership.
    return new MetricsInterceptor(SeriesOf(info->method(), info->type()), clock_);
  }

 private:
  MethodSeries* SeriesOf(const std::string& method, ServerRpcInfo::Type type) {
    MutexLock lock(&mutex_);
    if (const auto found = series_.find(method); found != series_.end()) return found->second.get();
    const std::string label = IsKnown(method) ? method : kUnknownMethod;
    std::unique_ptr<MethodSeries>& series = series_[label];
    if (series == nullptr) series = std::make_unique<MethodSeries>(metrics_, label, type);
    return series.get();
  }

  Metrics* const metrics_;
  const Clock* const clock_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<MethodSeries>> series_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewMetricsInterceptorFactory(
    observability::Metrics* metrics, const Clock* clock) {
  return std::make_unique<MetricsInterceptorFactory>(metrics, clock);
}

}  // namespace kopa::rpc
