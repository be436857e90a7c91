#include "regional-node/service/link_client.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/regional-node/testing/running_node.h"
#include "tests/unit/regional-node/testing/scripted_centre.h"

namespace kopa::node {
namespace {

using ::testing::HasSubstr;

class Linked : public testing::RunningNode {
 protected:
  Linked() { Prepare({OpenCall()}); }
  ~Linked() override { Stop(); }

  bool ConnectedSoon() {
    return Eventually([this] { return Status().connected(); });
  }

  testing::ScriptedCentre centre_;
};

TEST_F(Linked, SendsItsJournalAndHearsThatItArrived) {
  ASSERT_EQ(Start(centre_.address()), absl::OkStatus());
  ASSERT_TRUE(ConnectedSoon());
  Submit(1);
  EXPECT_TRUE(Eventually([this] {
    const auto status = Status();
    return status.acknowledged_seq() == status.head_seq();
  }));
}

TEST_F(Linked, AfterACutItShowsNotConnectedAndConnectsAgain) {
  ASSERT_EQ(Start(centre_.address()), absl::OkStatus());
  ASSERT_TRUE(ConnectedSoon());
  centre_.TurnAway(grpc::Status(grpc::StatusCode::UNAVAILABLE, "away"));
  centre_.Cut();
  EXPECT_TRUE(Eventually([this] { return !Status().connected(); }));
  Submit(1);  // it works on alone
  centre_.Admit();
  EXPECT_TRUE(ConnectedSoon());
  EXPECT_TRUE(Eventually([this] {
    const auto status = Status();
    return status.acknowledged_seq() == status.head_seq();
  }));
}

// With the centre away an approval answers at once; with a link believed to be up it would wait.
TEST_F(Linked, AfterACutApprovalsDoNotWaitForTheCentre) {
  ASSERT_EQ(Start(centre_.address()), absl::OkStatus());
  ASSERT_TRUE(ConnectedSoon());
  const std::string id = Submit(1).application_id();
  Evaluate(id);
  centre_.TurnAway(grpc::Status(grpc::StatusCode::UNAVAILABLE, "away"));
  centre_.Cut();
  ASSERT_TRUE(Eventually([this] { return !Status().connected(); }));
  const absl::Time begun = clock_.Now();
  EXPECT_EQ(Approve(id, NewRequest()).status(), national::v1::APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_LT(clock_.Now() - begun, kFundsWait / 2);
}

TEST_F(Linked, ACentreThatTurnsItAwayIsNotStormed) {
  centre_.TurnAway(grpc::Status(grpc::StatusCode::UNAVAILABLE, "come back later"));
  ASSERT_EQ(Start(centre_.address()), absl::OkStatus());
  absl::SleepFor(absl::Seconds(1.5));
  EXPECT_GE(centre_.streams(), 2);
  EXPECT_LE(centre_.streams(), 12);
  EXPECT_FALSE(Status().connected());
  Stop();
  EXPECT_THAT(log_.str(), HasSubstr("UNAVAILABLE: come back later")) << "it says why";
}

TEST_F(Linked, ACentreThatAdmitsItAndEndsAtOnceIsNotStormedEither) {
  ASSERT_EQ(Start(centre_.address()), absl::OkStatus());
  const absl::Time until = clock_.Now() + absl::Seconds(1.5);
  while (clock_.Now() < until) {
    centre_.Cut();
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_LE(centre_.streams(), 12);
}

}  // namespace
}  // namespace kopa::node
