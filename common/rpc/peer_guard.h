#ifndef KOPA_COMMON_RPC_PEER_GUARD_H_
#define KOPA_COMMON_RPC_PEER_GUARD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/rpc/tls_watch.h"
#include "grpc/grpc.h"
#include "grpc/grpc_security.h"
#include "grpcpp/support/server_interceptor.h"

namespace kopa::rpc {

// Judges the certificates of callers by what is trusted now, at the beginning of each call and
// while it runs: a connection is opened once and may live for hours, and the handshake knows
// nothing of revocations. Thread-safe.
class PeerGuard {
 public:
  // `clock` must outlive the guard.
  PeerGuard(const Clock* clock, std::shared_ptr<const TlsState> state)
      : clock_(clock), state_(std::move(state)) {}

  std::shared_ptr<const TlsState> state() const;
  // From now on callers are judged by this one.
  void Use(std::shared_ptr<const TlsState> state);

  // `chain` is what the handshake left, PEM, the caller's own first. UNAUTHENTICATED where it does
  // not hold (pki::Trust::Check).
  absl::Status Check(absl::string_view chain);

  // Ends the running calls of those who no longer pass.
  void EndUntrusted();

  // A call that runs, from now until Remove() with the number that this gives.
  uint64_t Add(grpc_call* call, std::string chain);
  void Remove(uint64_t number);

 private:
  struct Verdict {
    absl::Status status;
    absl::Time until;  // when to judge again
  };
  struct Running {
    grpc_call* call;  // a reference is held
    std::string chain;
  };

  const Clock* const clock_;
  mutable Mutex mutex_;
  std::shared_ptr<const TlsState> state_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Verdict> verdicts_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, Running> running_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_number_ ABSL_GUARDED_BY(mutex_) = 0;
};

// What the peer has shown, PEM, its own certificate first; empty where it has shown none, as on
// plaintext and within a process.
std::string ChainOf(const grpc_auth_context* peer);

// Makes running calls known to the guard.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewPeerInterceptorFactory(
    std::shared_ptr<PeerGuard> guard);

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_PEER_GUARD_H_
