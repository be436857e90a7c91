#include "common/base/failpoint.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

namespace kopa {
namespace {

// The variable is read when a process begins: each of these runs in a new one, which finds it set.
class FailpointTest : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  void TearDown() override { unsetenv("KOPA_FAILPOINT"); }

  static void Set(const char* value) { ASSERT_EQ(setenv("KOPA_FAILPOINT", value, 1), 0); }
};

TEST_F(FailpointTest, IsOffUnlessAskedFor) { Failpoint("commit-written"); }

TEST_F(FailpointTest, EndsTheProcessAtTheFirstPass) {
  Set("commit-written");
  EXPECT_EXIT(Failpoint("commit-written"), ::testing::KilledBySignal(SIGKILL), "commit-written");
}

TEST_F(FailpointTest, EndsTheProcessAtTheNthPassAndNotBefore) {
  Set("commit-written:3");
  const auto pass = [](int times) {
    for (int i = 0; i < times; ++i) Failpoint("commit-written");
    _exit(0);
  };
  EXPECT_EXIT(pass(2), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(pass(3), ::testing::KilledBySignal(SIGKILL), "");
}

TEST_F(FailpointTest, LeavesOtherPlacesAlone) {
  Set("commit-written");
  const auto pass = [] {
    Failpoint("commit-begin");
    _exit(0);
  };
  EXPECT_EXIT(pass(), ::testing::ExitedWithCode(0), "");
}

TEST_F(FailpointTest, RefusesANumberThatIsNone) {
  Set("commit-written:often");
  EXPECT_EXIT(Failpoint("commit-written"), ::testing::KilledBySignal(SIGABRT), "NTH");
}

}  // namespace
}  // namespace kopa
