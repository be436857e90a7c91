#include "common/rpc/server_credentials.h"

#include <string>
#include <utility>

#include "common/base/mutex.h"
#include "common/base/status.h"
#include "grpc/grpc_security.h"
#include "grpc/grpc_security_constants.h"

namespace kopa::rpc {
namespace {

// What gRPC's callbacks work with; lives as long as gRPC's own credentials, which connections may
// hold longer than the server does.
struct Source {
  std::shared_ptr<PeerGuard> guard;
  Mutex mutex;
  std::shared_ptr<const TlsState> given ABSL_GUARDED_BY(mutex);  // to gRPC last
};

// Asked at each new connection.
grpc_ssl_certificate_config_reload_status Fetch(void* source_pointer,
                                                grpc_ssl_server_certificate_config** config) {
  auto* source = static_cast<Source*>(source_pointer);
  const std::shared_ptr<const TlsState> state = source->guard->state();
  MutexLock lock(&source->mutex);
  if (state == source->given) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const grpc_ssl_pem_key_cert_pair pair = {state->material.key.c_str(),
                                           state->material.cert.c_str()};
  *config = grpc_ssl_server_certificate_config_create(state->material.ca.c_str(), &pair, 1);
  source->given = state;
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

// Asked at each new call.
void Process(void* source_pointer, grpc_auth_context* peer, const grpc_metadata*, size_t,
             grpc_process_auth_metadata_done_cb done, void* user_data) {
  auto* source = static_cast<Source*>(source_pointer);
  const absl::Status status = source->guard->Check(ChainOf(peer));
  done(user_data, nullptr, 0, nullptr, 0,
       status.ok() ? GRPC_STATUS_OK : GRPC_STATUS_UNAUTHENTICATED,
       status.ok() ? nullptr : std::string(status.message()).c_str());
}

void Destroy(void* source_pointer) { delete static_cast<Source*>(source_pointer); }

class TlsServerCredentials : public grpc::ServerCredentials {
 public:
  explicit TlsServerCredentials(std::shared_ptr<PeerGuard> guard) {
    auto source = std::make_unique<Source>();
    source->guard = std::move(guard);
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, Fetch, source.get()));
    KOPA_CHECK(credentials_ != nullptr);
    grpc_server_credentials_set_auth_metadata_processor(credentials_,
                                                        {Process, Destroy, source.release()});
  }
  ~TlsServerCredentials() override { grpc_server_credentials_release(credentials_); }

  // There is one already: the guard.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {
    KOPA_CHECK_MSG(false, "these credentials look at the caller themselves");
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* credentials_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> NewTlsServerCredentials(std::shared_ptr<PeerGuard> guard) {
  return std::make_shared<TlsServerCredentials>(std::move(guard));
}

}  // namespace kopa::rpc
