#include "regional-node/service/named_application.h"

#include "gtest/gtest.h"

namespace kopa::node {
namespace {

TEST(FirstFaultOf, TellsTheOthersInItsMessage) {
  const absl::Status status = WithFaults(
      absl::InvalidArgumentError("two scores are wrong"),
      {{"impact", "SCORE_OUT_OF_RANGE", "points run from 0 to 10", "Punkti ir no 0 līdz 10."},
       {"feasibility", "MISSING_SCORE", "the criterion has no points", "Kritērijam nav punktu."}});
  const Fault fault = FirstFaultOf(status);
  EXPECT_EQ(fault.field, "impact");
  EXPECT_EQ(fault.code, "SCORE_OUT_OF_RANGE");
  EXPECT_EQ(fault.message,
            "points run from 0 to 10; feasibility: MISSING_SCORE: the criterion has no points");
  EXPECT_EQ(fault.message_lv,
            "Punkti ir no 0 līdz 10.; feasibility: MISSING_SCORE: Kritērijam nav punktu.");
}

TEST(FirstFaultOf, OneIsAsItIs) {
  const Fault fault{"impact", "MISSING_SCORE", "the criterion has no points", "Nav punktu."};
  EXPECT_EQ(FirstFaultOf(WithFaults(absl::InvalidArgumentError("x"), {fault})), fault);
  EXPECT_EQ(FirstFaultOf(absl::NotFoundError("none")).code, "UNKNOWN_APPLICATION");
}

}  // namespace
}  // namespace kopa::node
