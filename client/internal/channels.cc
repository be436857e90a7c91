#include "client/internal/channels.h"

#include <chrono>

#include "common/base/status.h"
#include "common/rpc/channel.h"
#include "common/rpc/identity.h"

namespace kopa::client {

Poller::Poller()
    : thread_([this] {
        void* tag = nullptr;
        bool ok = false;
        while (queue_.Next(&tag, &ok)) {
        }
      }) {}

Poller::~Poller() {
  queue_.Shutdown();
  thread_.join();
}

grpc_connectivity_state StateAfterConnecting(grpc::Channel& channel, absl::Duration wait_max) {
  const auto give_up = std::chrono::system_clock::now() + absl::ToChronoNanoseconds(wait_max);
  for (;;) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
    if (state != GRPC_CHANNEL_IDLE && state != GRPC_CHANNEL_CONNECTING) return state;
    if (!channel.WaitForStateChange(state, give_up)) return state;
  }
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> Channels::To(const std::string& address) {
  MutexLock lock(&mutex_);
  std::shared_ptr<grpc::Channel>& channel = channels_[address];
  if (channel == nullptr) {
    rpc::ChannelOptions options;
    options.address = address;
    options.insecure = options_.insecure;
    options.tls = {options_.tls_certificate_file, options_.tls_key_file,
                   options_.tls_authority_file};
    ASSIGN_OR_RETURN(channel, rpc::NewChannel(options));
  }
  return channel;
}

void Channels::Prepare(grpc::ClientContext* context) const {
  if (options_.insecure) {
    context->AddMetadata(rpc::kActorMetadata, rpc::EncodeActor(options_.actor));
  }
}

}  // namespace kopa::client
