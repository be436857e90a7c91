#include "common/rpc/channel.h"

#include "common/base/status.h"
#include "common/rpc/limits.h"
#include "common/settings/address.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace kopa::rpc {
namespace {

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const ChannelOptions& options) {
  if (options.insecure) {
    RETURN_IF_ERROR(CheckInsecureAllowed({options.address}));
    return grpc::InsecureChannelCredentials();
  }
  ASSIGN_OR_RETURN(const TlsMaterial material, LoadTls(options.tls));
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = material.ca;
  ssl.pem_private_key = material.key;
  ssl.pem_cert_chain = material.cert;
  return grpc::SslCredentials(ssl);
}

}  // namespace

grpc::ChannelArguments ChannelArgumentsFor(const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveAnswerMsMax);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMsMin);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  // Despite its name: how long one attempt may take, not the pause after it.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMsMax);
  // Settings come from us, not from whoever answers for the name.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // A proxy from the environment must not come between processes of one machine.
  if (options.insecure) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (options.own_connection) arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!options.expected_name.empty()) arguments.SetSslTargetNameOverride(options.expected_name);
  return arguments;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> NewChannel(const ChannelOptions& options) {
  ASSIGN_OR_RETURN(const settings::Address address, settings::ParseAddress(options.address));
  ASSIGN_OR_RETURN(const auto credentials, Credentials(options));
  return grpc::CreateCustomChannel(address.ToString(), credentials, ChannelArgumentsFor(options));
}

}  // namespace kopa::rpc
