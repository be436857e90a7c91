#include "common/http/standard_routes.h"

#include <atomic>
#include <string>

#include "common/observability/metrics.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/http/socket_client.h"

namespace kopa::http {
namespace {

using testing::HasSubstr;

class StandardRoutesTest : public testing::Test {
 protected:
  StandardRoutesTest() {
    metrics_.Counter("kopa_rows_total", "Rows.").Increment(3);
    RegisterStandardRoutes(
        &server_, &metrics_,
        [this] { return ready_ ? absl::OkStatus() : absl::UnavailableError("draining"); },
        [this] { return std::string(fenced_ ? "fenced: changes are refused" : ""); });
    EXPECT_EQ(server_.Start(), absl::OkStatus());
  }

  static ServerOptions Loopback() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    return options;
  }

  observability::Metrics metrics_;
  std::atomic<bool> ready_ = true;
  std::atomic<bool> fenced_ = false;
  Server server_{Loopback()};
};

TEST_F(StandardRoutesTest, MetricsAreWhatPrometheusReads) {
  const Reply reply = Fetch(server_.address(), "GET", "/metrics?name[]=x");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(reply.body, HasSubstr("kopa_rows_total 3\n"));
}

TEST_F(StandardRoutesTest, ReadinessFollowsTheCallbackAndHealthDoesNot) {
  EXPECT_EQ(Fetch(server_.address(), "GET", "/readyz").status, 200);
  ready_ = false;
  const Reply reply = Fetch(server_.address(), "GET", "/readyz");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "not ready: draining\n");
  EXPECT_EQ(Fetch(server_.address(), "GET", "/healthz").status, 200);
}

TEST_F(StandardRoutesTest, AServerThatIsReadyButRestrictedSaysSo) {
  EXPECT_EQ(Fetch(server_.address(), "GET", "/readyz").body, "ready\n");
  fenced_ = true;
  const Reply reply = Fetch(server_.address(), "GET", "/readyz");
  EXPECT_EQ(reply.status, 200) << "it serves reads";
  EXPECT_EQ(reply.body, "ready\nfenced: changes are refused\n");
}

TEST_F(StandardRoutesTest, OnlyReadingIsAllowed) {
  EXPECT_EQ(Fetch(server_.address(), "HEAD", "/healthz").status, 200);
  const Reply reply = Fetch(server_.address(), "POST", "/metrics");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.headers.at("allow"), "GET, HEAD");
}

}  // namespace
}  // namespace kopa::http
