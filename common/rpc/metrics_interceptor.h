#ifndef KOPA_COMMON_RPC_METRICS_INTERCEPTOR_H_
#define KOPA_COMMON_RPC_METRICS_INTERCEPTOR_H_

#include <memory>

#include "common/base/clock.h"
#include "common/observability/metrics.h"
#include "grpcpp/support/server_interceptor.h"

namespace kopa::rpc {

// Counts a server's calls under the names the ecosystem's dashboards know:
//   grpc_server_started_total{grpc_type,grpc_service,grpc_method}
//   grpc_server_handled_total{grpc_type,grpc_service,grpc_method,grpc_code}
//   grpc_server_handling_seconds{grpc_type,grpc_service,grpc_method}      histogram
// A call whose caller went away before it was answered counts as Canceled. Methods that no
// schema has are counted together as service and method "unknown". Both parameters must outlive the
// server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewMetricsInterceptorFactory(
    observability::Metrics* metrics, const Clock* clock);

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_METRICS_INTERCEPTOR_H_
