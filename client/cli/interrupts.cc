#include "client/cli/interrupts.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <ctime>

#include "client/cli/exit_code.h"

namespace kopa::cli {
namespace {

constexpr char kAdvice[] =
    "kopa: interrupted; what was answered is kept. Run the same command again to go on: what is "
    "done already is not done twice.\n";
constexpr char kAdviceOfPayments[] =
    "kopa: interrupted; what was answered is kept. Look at what was recorded (kopa app history) "
    "before going on: a payment that is recorded again counts again.\n";

sigset_t EndingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t signals = EndingSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this] { Watch(); });
}

Interrupts::~Interrupts() {
  stopping_ = true;
  thread_.join();
}

void Interrupts::Watch() {
  const sigset_t signals = EndingSignals();
  const timespec tick{0, 20'000'000};  // how soon the end of the program is noticed
  while (!stopping_) {
    if (sigtimedwait(&signals, nullptr, &tick) < 0) continue;
    if (in_order_ && !interrupted_) {
      interrupted_ = true;
      continue;
    }
    std::fputs(repeatable_ ? kAdvice : kAdviceOfPayments, stderr);
    std::fflush(stderr);
    _exit(static_cast<int>(ExitCode::kInterrupted));
  }
}

}  // namespace kopa::cli
