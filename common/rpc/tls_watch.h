#ifndef KOPA_COMMON_RPC_TLS_WATCH_H_
#define KOPA_COMMON_RPC_TLS_WATCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/observability/logging.h"
#include "common/pki/trust.h"
#include "common/rpc/tls.h"

namespace kopa::rpc {

// What a server shows and whom it believes, as of one reading of its files.
struct TlsState {
  TlsMaterial material;
  pki::Trust trust;
  absl::Time not_after;  // of its own certificate
};

// Reads the files, and makes a state of what fits together. INVALID_ARGUMENT as LoadTls.
absl::StatusOr<std::shared_ptr<const TlsState>> ReadTlsState(const TlsFiles& files);

// Looks at a server's TLS files once a second and reads them again where one has changed. What does
// not fit together, or has expired already, is not taken: the last good state stays, and the files
// are tried again each second until they are good. Thread-safe.
class TlsWatch {
 public:
  struct Options {
    TlsFiles files;
    const Clock* clock = nullptr;             // must outlive the watch
    observability::Logger* logger = nullptr;  // the same; none: nothing is logged
    absl::Duration pause = absl::Seconds(1);
    // Called on the watch's thread: with each new state, and after each look at the files.
    std::function<void(std::shared_ptr<const TlsState>)> on_change;
    std::function<void()> on_look;
  };
  // `first` is what was read to begin with; on_change is not called for it.
  TlsWatch(Options options, std::shared_ptr<const TlsState> first);
  ~TlsWatch();

  std::shared_ptr<const TlsState> state() const;
  // OK, or why what lies there now is not taken.
  absl::Status last_reload() const;

 private:
  // What tells that a file is another one than before, or may be used by others than before; all 0
  // where there is none.
  struct Stamp {
    int64_t changed_nanos = 0;  // content, name or mode
    int64_t size = 0;
    uint64_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };

  static std::vector<Stamp> StampsOf(const TlsFiles& files);
  void Run();
  void Look();
  void Report(const absl::Status& status, const TlsState* state);

  const Options options_;
  std::vector<Stamp> stamps_;  // the thread's

  mutable Mutex mutex_;
  CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<const TlsState> state_ ABSL_GUARDED_BY(mutex_);
  absl::Status last_reload_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_TLS_WATCH_H_
