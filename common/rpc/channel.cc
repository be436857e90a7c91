#include "common/rpc/channel.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/pki/trust.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "common/settings/address.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/tls_certificate_verifier.h"

namespace kopa::rpc {
namespace {

// Looks at a server's certificate once it has proved its key: the name as ever, and that it has not
// been revoked.
class PeerVerifier : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit PeerVerifier(pki::Trust trust) : trust_(std::move(trust)) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)>, grpc::Status* sync_status) override {
    if (!host_name_.Verify(request, nullptr, sync_status)) {
      *sync_status = grpc::Status(grpc::StatusCode::INTERNAL, "the name was not checked at once");
      return true;
    }
    if (!sync_status->ok()) return true;
    const grpc::string_ref own = request->peer_cert();
    const grpc::string_ref others = request->peer_cert_full_chain();
    const std::string chain = absl::StrCat(absl::string_view(own.data(), own.size()),
                                           absl::string_view(others.data(), others.size()));
    // The handshake itself goes by the machine's own time; so does this.
    *sync_status = ToGrpc(trust_.Check(chain, pki::Purpose::kServer, clock_.Now()).status());
    return true;
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  const pki::Trust trust_;
  const SystemClock clock_;
  grpc::experimental::HostNameCertificateVerifier host_name_;
};

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> RevocationAwareCredentials(
    const TlsMaterial& material) {
  ASSIGN_OR_RETURN(pki::Trust trust, pki::Trust::Make(material.ca, material.crl));
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::StaticDataCertificateProvider>(
          material.ca,
          std::vector<grpc::experimental::IdentityKeyCertPair>{{material.key, material.cert}}));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<PeerVerifier>(std::move(trust)));
  return grpc::experimental::TlsCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const ChannelOptions& options) {
  if (options.insecure) {
    RETURN_IF_ERROR(CheckInsecureAllowed({options.address}));
    return grpc::InsecureChannelCredentials();
  }
  ASSIGN_OR_RETURN(const TlsMaterial material, LoadTls(options.tls));
  if (!material.crl.empty()) return RevocationAwareCredentials(material);
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
