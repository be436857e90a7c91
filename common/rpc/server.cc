#include "common/rpc/server.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/metrics_interceptor.h"
#include "common/rpc/server_credentials.h"
#include "common/settings/address.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace kopa::rpc {
namespace {

void SetLimits(const ServerBuilderOptions& options, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(options.message_bytes_max);
  builder->SetMaxSendMessageSize(options.message_bytes_max);
  // By default a second process binds the same port and silently takes half of the connections.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.streams_per_connection_max);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMsMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, options.connection_idle_ms_max);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kConnectionAgeMsMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kConnectionAgeGraceMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveAnswerMsMax);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kPingIntervalMsMin);
  // An idle stream is pinged for as long as it lives, not only twice.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Only reflection is served by the synchronous API; it needs no more threads than this.
  builder->SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 2);
}

std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> Interceptors(
    const ServerBuilderOptions& options, const std::shared_ptr<PeerGuard>& guard) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
  if (options.metrics != nullptr) {
    KOPA_CHECK(options.clock != nullptr);
    factories.push_back(NewMetricsInterceptorFactory(options.metrics, options.clock));
  }
  if (guard != nullptr) factories.push_back(NewPeerInterceptorFactory(guard));
  return factories;
}

void RegisterTlsMetrics(const TlsWatch* watch, const Clock* clock,
                        observability::Metrics* metrics) {
  metrics->CallbackGauge(
      "kopa_tls_expiry_seconds", "Until the server's own certificate expires; below 0 once it has.",
      {},
      [watch, clock] { return absl::ToDoubleSeconds(watch->state()->not_after - clock->Now()); });
  metrics->CallbackGauge("kopa_tls_reload_failed",
                         "1 where the TLS files that lie there now are not taken.", {},
                         [watch] { return watch->last_reload().ok() ? 0.0 : 1.0; });
  if (watch->state()->material.crl.empty()) return;
  metrics->CallbackGauge(
      "kopa_tls_crl_expiry_seconds",
      "Until the revocation list wants to be renewed; below 0 once it is late.", {},
      [watch, clock] {
        return absl::ToDoubleSeconds(watch->state()->trust.revocations_until() - clock->Now());
      });
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Server::StartTls(
    const ServerBuilderOptions& options) {
  if (options.insecure) {
    RETURN_IF_ERROR(CheckInsecureAllowed({options.address}));
    return grpc::InsecureServerCredentials();
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const TlsState> state, ReadTlsState(options.tls));
  KOPA_CHECK(options.clock != nullptr);
  guard_ = std::make_shared<PeerGuard>(options.clock, state);
  TlsWatch::Options watch;
  watch.files = options.tls;
  watch.clock = options.clock;
  watch.logger = options.logger;
  watch.pause = options.tls_look_pause;
  watch.on_change = [guard = guard_](std::shared_ptr<const TlsState> changed) {
    guard->Use(std::move(changed));
  };
  watch.on_look = [guard = guard_] { guard->EndUntrusted(); };
  watch_ = std::make_unique<TlsWatch>(std::move(watch), state);
  return NewTlsServerCredentials(guard_);
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerBuilderOptions& options,
                                                      const std::vector<grpc::Service*>& services) {
  ASSIGN_OR_RETURN(settings::Address address, settings::ParseAddress(options.address));
  std::unique_ptr<Server> server(new Server);
  ASSIGN_OR_RETURN(const auto credentials, server->StartTls(options));
  // Both switches are gRPC's own and process-wide; throwing them twice does no harm.
  grpc::EnableDefaultHealthCheckService(true);
  if (options.reflection) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(options, &builder);
  int port = 0;
  builder.AddListeningPort(address.ToString(), credentials, &port);
  builder.experimental().SetInterceptorCreators(Interceptors(options, server->guard_));
  for (grpc::Service* service : services) builder.RegisterService(service);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.address, "; is another process there?"));
  }
  address.port = static_cast<uint16_t>(port);
  server->address_ = address.ToString();
  if (server->watch_ != nullptr && options.metrics != nullptr) {
    RegisterTlsMetrics(server->watch_.get(), options.clock, options.metrics);
  }
  return server;
}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

void Server::SetServing(bool serving) {
  if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(serving);
}

absl::Status Server::last_tls_reload() const {
  return watch_ == nullptr ? absl::OkStatus() : watch_->last_reload();
}

void Server::Shutdown(absl::Duration patience) {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(patience));
  server_->Wait();
}

}  // namespace kopa::rpc
