#include "common/rpc/lifecycle.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "gtest/gtest.h"

namespace kopa::rpc {
namespace {

// Each case runs in a process of its own, because signals are the process'. Its exit code is what
// WaitForStop() returned.
template <typename Body>
[[noreturn]] void RunAndExit(Body body) {
  auto stop = StopSignal::Create();
  std::_Exit(stop.ok() ? body(stop->get()) : 99);
}

TEST(StopSignalDeathTest, SigtermStopsEvenWhereItCameBeforeTheWait) {
  EXPECT_EXIT(RunAndExit([](StopSignal* stop) {
                kill(getpid(), SIGTERM);
                return stop->WaitForStop();
              }),
              testing::ExitedWithCode(SIGTERM), "");
}

TEST(StopSignalDeathTest, SigintStopsAWaitUnderWay) {
  EXPECT_EXIT(RunAndExit([](StopSignal* stop) {
                std::thread killer([] {
                  usleep(20'000);
                  kill(getpid(), SIGINT);
                });
                const int number = stop->WaitForStop();
                killer.join();
                return number;
              }),
              testing::ExitedWithCode(SIGINT), "");
}

TEST(StopSignalDeathTest, ARequestFromAnotherThreadStops) {
  EXPECT_EXIT(RunAndExit([](StopSignal* stop) {
                std::thread asker([stop] {
                  stop->RequestStop();
                  stop->RequestStop();
                });
                const int number = stop->WaitForStop();
                asker.join();
                return number;
              }),
              testing::ExitedWithCode(0), "");
}

TEST(StopSignalDeathTest, ASecondSigintEndsTheProcessAtOnceASecondSigtermDoesNot) {
  EXPECT_EXIT(RunAndExit([](StopSignal* stop) {
                kill(getpid(), SIGTERM);
                stop->WaitForStop();
                kill(getpid(), SIGTERM);
                kill(getpid(), SIGINT);
                return 98;
              }),
              testing::KilledBySignal(SIGINT), "");
}

TEST(StopSignalDeathTest, APeerThatWentAwayDoesNotEndTheProcess) {
  EXPECT_EXIT(RunAndExit([](StopSignal*) {
                int ends[2];
                if (pipe(ends) != 0) return 97;
                close(ends[0]);
                return write(ends[1], "x", 1) < 0 ? 0 : 96;
              }),
              testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace kopa::rpc
