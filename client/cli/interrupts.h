#ifndef KOPA_CLIENT_CLI_INTERRUPTS_H_
#define KOPA_CLIENT_CLI_INTERRUPTS_H_

#include <atomic>
#include <thread>

namespace kopa::cli {

// Waits for SIGINT and SIGTERM on a thread of its own, so that what is done about them is ordinary
// code. To be made by main() before any other thread: these then inherit that the signals are
// blocked.
//
// Without EndInOrder(true) the first signal prints how to go on and ends the process with 130. With
// it, the first only sets interrupted(), and a second ends the process.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  void EndInOrder(bool in_order) { in_order_ = in_order; }
  bool interrupted() const { return interrupted_; }
  // Whether the same command may be run again to go on; true unless said otherwise.
  void SetRepeatable(bool repeatable) { repeatable_ = repeatable; }

 private:
  void Watch();

  std::atomic<bool> in_order_{false};
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> repeatable_{true};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_INTERRUPTS_H_
