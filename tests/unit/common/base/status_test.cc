#include "common/base/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace kopa {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Fault kAmount{"amount_eur", "BAD_AMOUNT", "no amount", "nav summas"};
const Fault kOdd{"", "BAD_TEXT", std::string("nul \0 inside", 12), ""};

TEST(StatusFaults, SurviveCopyingInOrder) {
  const absl::Status status =
      WithFaults(absl::InvalidArgumentError("two things are wrong"), {kAmount, kOdd});
  const absl::Status copy = status;
  EXPECT_EQ(copy.message(), "two things are wrong");
  EXPECT_THAT(FaultsOf(copy), ElementsAre(kAmount, kOdd));
}

TEST(StatusFaults, MoreCanBeAttachedLater) {
  absl::Status status = WithFault(absl::InvalidArgumentError("wrong"), kOdd);
  status = WithFault(std::move(status), kAmount);
  EXPECT_THAT(FaultsOf(status), ElementsAre(kOdd, kAmount));
}

TEST(StatusFaults, AnOkStatusHasNone) {
  EXPECT_TRUE(WithFault(absl::OkStatus(), kAmount).ok());
  EXPECT_THAT(FaultsOf(WithFault(absl::OkStatus(), kAmount)), IsEmpty());
  EXPECT_THAT(FaultsOf(absl::NotFoundError("nothing")), IsEmpty());
}

TEST(StatusFaults, AnnotateKeepsCodeAndFaults) {
  const absl::Status status =
      Annotate(WithFault(absl::NotFoundError("no such call"), kAmount), "row 7");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "row 7: no such call");
  EXPECT_THAT(FaultsOf(status), ElementsAre(kAmount));
  EXPECT_TRUE(Annotate(absl::OkStatus(), "row 7").ok());
}

absl::StatusOr<std::unique_ptr<int>> Make(bool good) {
  if (!good) return absl::AbortedError("not today");
  return std::make_unique<int>(7);
}

absl::Status Use(bool first, bool second, int* sum) {
  ASSIGN_OR_RETURN(const std::unique_ptr<int> one, Make(first));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> two, Make(second));
  RETURN_IF_ERROR(absl::OkStatus());
  *sum = *one + *two;
  return absl::OkStatus();
}

TEST(StatusMacros, ReturnTheFirstErrorAndMoveValues) {
  int sum = 0;
  EXPECT_TRUE(Use(true, true, &sum).ok());
  EXPECT_EQ(sum, 14);
  EXPECT_EQ(Use(true, false, &sum).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Use(false, true, &sum).code(), absl::StatusCode::kAborted);
}

TEST(CheckDeathTest, ABrokenInvariantEndsTheProcessAndSaysWhich) {
  EXPECT_DEATH(KOPA_CHECK(1 + 1 == 3), "broken invariant: 1 \\+ 1 == 3");
  EXPECT_DEATH(KOPA_CHECK_MSG(false, "7 cents are missing"), "7 cents are missing");
}

}  // namespace
}  // namespace kopa
