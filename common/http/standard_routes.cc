#include "common/http/standard_routes.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kopa::http {
namespace {

// Answers GET and HEAD by `get`, everything else by 405.
void HandleGet(Server* server, const std::string& path, std::function<Response()> get) {
  server->Handle(path, [get = std::move(get)](const Request& request) {
    if (request.method == "GET" || request.method == "HEAD") return get();
    Response refused;
    refused.status = 405;
    refused.headers = {{"allow", "GET, HEAD"}};
    refused.body = "method not allowed\n";
    return refused;
  });
}

}  // namespace

void RegisterStandardRoutes(Server* server, const observability::Metrics* metrics,
                            std::function<absl::Status()> ready,
                            std::function<std::string()> restrictions) {
  HandleGet(server, "/metrics", [metrics] {
    Response response;
    response.content_type = observability::kMetricsContentType;
    response.body = metrics->Render();
    return response;
  });
  HandleGet(server, "/healthz", [] {
    Response response;
    response.body = "ok\n";
    return response;
  });
  HandleGet(server, "/readyz", [ready = std::move(ready), restrictions = std::move(restrictions)] {
    const absl::Status status = ready();
    Response response;
    response.status = status.ok() ? 200 : 503;
    response.body = status.ok() ? "ready\n" : absl::StrCat("not ready: ", status.message(), "\n");
    const std::string restricted = restrictions ? restrictions() : std::string();
    if (!restricted.empty()) absl::StrAppend(&response.body, restricted, "\n");
    return response;
  });
}

}  // namespace kopa::http
