#ifndef KOPA_COMMON_HTTP_STANDARD_ROUTES_H_
#define KOPA_COMMON_HTTP_STANDARD_ROUTES_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "common/http/server.h"
#include "common/observability/metrics.h"

namespace kopa::http {

// The routes that whatever watches over a server asks, for GET and HEAD:
//   /metrics  all of `metrics`, as Prometheus scrapes it
//   /healthz  200 while the process lives
//   /readyz   200 while `ready` is OK, else 503 with its message; draining is not ready. What a
//             server that is ready does not do all the same, says `restrictions` in a second line
// `ready` and `restrictions`, which may be left out, run on the server's thread and must not block.
// `metrics` must outlive the server.
void RegisterStandardRoutes(Server* server, const observability::Metrics* metrics,
                            std::function<absl::Status()> ready,
                            std::function<std::string()> restrictions = nullptr);

}  // namespace kopa::http

#endif  // KOPA_COMMON_HTTP_STANDARD_ROUTES_H_
