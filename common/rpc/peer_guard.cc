#include "common/rpc/peer_guard.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/server_context.h"

namespace kopa::rpc {
namespace {

using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

// Verdicts that are kept, since to judge takes the time of several calls.
constexpr size_t kVerdictsMax = 4096;
// A refusal is thought over after this: the certificate may become valid.
constexpr absl::Duration kRefusalLasts = absl::Seconds(1);

// Lives as long as its call.
class PeerInterceptor : public Interceptor {
 public:
  PeerInterceptor(std::shared_ptr<PeerGuard> guard, grpc_call* call, std::string chain)
      : guard_(std::move(guard)), number_(guard_->Add(call, std::move(chain))) {}
  ~PeerInterceptor() override { guard_->Remove(number_); }

  void Intercept(InterceptorBatchMethods* methods) override { methods->Proceed(); }

 private:
  const std::shared_ptr<PeerGuard> guard_;
  const uint64_t number_;
};

class PeerInterceptorFactory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit PeerInterceptorFactory(std::shared_ptr<PeerGuard> guard) : guard_(std::move(guard)) {}

  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    grpc_call* const call = info->server_context()->c_call();
    grpc_auth_context* const peer = grpc_call_auth_context(call);
    std::string chain = ChainOf(peer);
    if (peer != nullptr) grpc_auth_context_release(peer);
    if (chain.empty()) return nullptr;
    // gRPC takes ownership.
    return new PeerInterceptor(guard_, call, std::move(chain));
  }

 private:
  const std::shared_ptr<PeerGuard> guard_;
};

}  // namespace

std::shared_ptr<const TlsState> PeerGuard::state() const {
  MutexLock lock(&mutex_);
  return state_;
}

void PeerGuard::Use(std::shared_ptr<const TlsState> state) {
  MutexLock lock(&mutex_);
  state_ = std::move(state);
  verdicts_.clear();
}

absl::Status PeerGuard::Check(absl::string_view chain) {
  const absl::Time now = clock_->Now();
  std::shared_ptr<const TlsState> state;
  {
    MutexLock lock(&mutex_);
    const auto found = verdicts_.find(chain);
    if (found != verdicts_.end() && now < found->second.until) return found->second.status;
    state = state_;
  }
  const auto until = state->trust.Check(chain, pki::Purpose::kClient, now);
  MutexLock lock(&mutex_);
  if (state == state_) {
    if (verdicts_.size() >= kVerdictsMax) verdicts_.clear();
    verdicts_[std::string(chain)] = {until.status(), until.ok() ? *until : now + kRefusalLasts};
  }
  return until.status();
}

uint64_t PeerGuard::Add(grpc_call* call, std::string chain) {
  grpc_call_ref(call);
  MutexLock lock(&mutex_);
  running_[next_number_] = {call, std::move(chain)};
  return next_number_++;
}

void PeerGuard::Remove(uint64_t number) {
  grpc_call* call = nullptr;
  {
    MutexLock lock(&mutex_);
    const auto found = running_.find(number);
    KOPA_CHECK(found != running_.end());
    call = found->second.call;
    running_.erase(found);
  }
  grpc_call_unref(call);
}

void PeerGuard::EndUntrusted() {
  std::vector<Running> running;
  {
    MutexLock lock(&mutex_);
    for (const auto& [number, one] : running_) {
      grpc_call_ref(one.call);
      running.push_back(one);
    }
  }
  // Without the mutex: a call that is ended may end at once, and then be removed.
  for (const Running& one : running) {
    const absl::Status status = Check(one.chain);
    if (!status.ok()) {
      grpc_call_cancel_with_status(one.call, GRPC_STATUS_UNAUTHENTICATED,
                                   std::string(status.message()).c_str(), nullptr);
    }
    grpc_call_unref(one.call);
  }
}

// What OpenSSL gives of a client's chain does not begin with its own certificate.
std::string ChainOf(const grpc_auth_context* peer) {
  std::string chain;
  if (peer == nullptr) return chain;
  for (const char* name :
       {GRPC_X509_PEM_CERT_PROPERTY_NAME, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME}) {
    grpc_auth_property_iterator values = grpc_auth_context_find_properties_by_name(peer, name);
    if (const grpc_auth_property* value = grpc_auth_property_iterator_next(&values)) {
      chain.append(value->value, value->value_length);
    } else if (chain.empty()) {
      return chain;
    }
  }
  return chain;
}

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewPeerInterceptorFactory(
    std::shared_ptr<PeerGuard> guard) {
  return std::make_unique<PeerInterceptorFactory>(std::move(guard));
}

}  // namespace kopa::rpc
