#include "client/cli/exit_code.h"

#include <gtest/gtest.h>

namespace kopa::cli {
namespace {

TEST(ExitCode, IsTheContracts) {
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::OkStatus())), 0);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::NotFoundError("no such call"))), 1);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::InvalidArgumentError("bad file"))), 1);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::FailedPreconditionError("fenced"))), 1);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(UsageError("what?"))), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kPartly), 3);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::PermissionDeniedError(""))), 4);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::UnauthenticatedError(""))), 4);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::UnavailableError(""))), 5);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::DeadlineExceededError(""))), 5);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(InterruptedError("again"))), 130);
}

}  // namespace
}  // namespace kopa::cli
