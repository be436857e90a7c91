#ifndef KOPA_COMMON_RPC_LIFECYCLE_H_
#define KOPA_COMMON_RPC_LIFECYCLE_H_

#include <memory>

#include "absl/status/statusor.h"

namespace kopa::rpc {

// Turns SIGTERM and SIGINT into an orderly stop. main() creates one before it starts any thread,
// since threads inherit which signals are held back, and then sleeps in WaitForStop(). SIGPIPE is
// ignored from then on: a peer that goes away is an error of a write, not the end of the process.
class StopSignal {
 public:
  // INTERNAL where the system refuses the descriptors.
  static absl::StatusOr<std::unique_ptr<StopSignal>> Create();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Blocks until a signal comes or RequestStop() is called; returns the signal's number, or 0 for a
  // request. Afterwards a second SIGINT ends the process at once, for people who do not want to
  // wait for the draining; a second SIGTERM does not. Called once, by one thread.
  int WaitForStop();

  // Makes WaitForStop() return. Any thread, any number of times, before or during the wait.
  void RequestStop();

 private:
  StopSignal(int signal_fd, int request_fd) : signal_fd_(signal_fd), request_fd_(request_fd) {}

  const int signal_fd_;
  const int request_fd_;
};

}  // namespace kopa::rpc

#endif  // KOPA_COMMON_RPC_LIFECYCLE_H_
