#include "common/rpc/lifecycle.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "common/base/status.h"

namespace kopa::rpc {

absl::StatusOr<std::unique_ptr<StopSignal>> StopSignal::Create() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (const int error = pthread_sigmask(SIG_BLOCK, &signals, nullptr); error != 0) {
    return absl::ErrnoToStatus(error, "pthread_sigmask");
  }
  signal(SIGPIPE, SIG_IGN);
  const int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
  if (signal_fd < 0) return absl::ErrnoToStatus(errno, "signalfd");
  const int request_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (request_fd < 0) {
    const absl::Status status = absl::ErrnoToStatus(errno, "eventfd");
    close(signal_fd);
    return status;
  }
  return std::unique_ptr<StopSignal>(new StopSignal(signal_fd, request_fd));
}

StopSignal::~StopSignal() {
  close(signal_fd_);
  close(request_fd_);
}

int StopSignal::WaitForStop() {
  pollfd waited[2] = {{signal_fd_, POLLIN, 0}, {request_fd_, POLLIN, 0}};
  while (poll(waited, 2, -1) < 0) KOPA_CHECK_MSG(errno == EINTR, "poll");
  int number = 0;
  if ((waited[0].revents & POLLIN) != 0) {
    signalfd_siginfo info{};
    KOPA_CHECK(read(signal_fd_, &info, sizeof(info)) == sizeof(info));
    number = static_cast<int>(info.ssi_signo);
  }
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &interrupt, nullptr);
  return number;
}

void StopSignal::RequestStop() { KOPA_CHECK(eventfd_write(request_fd_, 1) == 0); }

}  // namespace kopa::rpc
