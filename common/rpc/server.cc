#include "common/rpc/server.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/metrics_interceptor.h"
#include "common/settings/address.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/security/server_credentials.h"

namespace kopa::rpc {
namespace {

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(
    const ServerBuilderOptions& options) {
  if (options.insecure) {
    RETURN_IF_ERROR(CheckInsecureAllowed({options.address}));
    return grpc::InsecureServerCredentials();
  }
  ASSIGN_OR_RETURN(const TlsMaterial material, LoadTls(options.tls));
  grpc::SslServerCredentialsOptions ssl(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  ssl.pem_root_certs = material.ca;
  ssl.pem_key_cert_pairs.push_back({material.key, material.cert});
  return grpc::SslServerCredentials(ssl);
}

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

}  // namespace

absl::Status ConfigureServerBuilder(const ServerBuilderOptions& options,
                                    grpc::ServerBuilder* builder, int* port) {
  ASSIGN_OR_RETURN(const settings::Address address, settings::ParseAddress(options.address));
  ASSIGN_OR_RETURN(const auto credentials, Credentials(options));
  // Both switches are gRPC's own and process-wide; throwing them twice does no harm.
  grpc::EnableDefaultHealthCheckService(true);
  if (options.reflection) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  SetLimits(options, builder);
  builder->AddListeningPort(address.ToString(), credentials, port);
  if (options.metrics != nullptr) {
    KOPA_CHECK(options.clock != nullptr);
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
    factories.push_back(NewMetricsInterceptorFactory(options.metrics, options.clock));
    builder->experimental().SetInterceptorCreators(std::move(factories));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerBuilderOptions& options,
                                                      const std::vector<grpc::Service*>& services) {
  grpc::ServerBuilder builder;
  int port = 0;
  RETURN_IF_ERROR(ConfigureServerBuilder(options, &builder, &port));
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.address, "; is another process there?"));
  }
  ASSIGN_OR_RETURN(settings::Address address, settings::ParseAddress(options.address));
  address.port = static_cast<uint16_t>(port);
  return std::unique_ptr<Server>(new Server(address.ToString(), std::move(server)));
}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

void Server::SetServing(bool serving) {
  if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(serving);
}

void Server::Shutdown(absl::Duration patience) {
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(patience));
  server_->Wait();
}

}  // namespace kopa::rpc
