// Recomputing everything takes long: it must hold nobody up, and end when nobody wants it any more.

#include <atomic>
#include <chrono>
#include <future>

#include "gtest/gtest.h"
#include "tests/unit/regional-node/testing/running_node.h"

namespace kopa::node {
namespace {

constexpr int kRecords = 1000;
constexpr int kStepMillis = 10;  // so that a whole walk takes ten seconds

class Verifying : public testing::RunningNode {
 protected:
  Verifying() {
    Prepare({OpenCall()}, kRecords);
    EXPECT_EQ(Start(), absl::OkStatus());
  }

  struct Verification {
    std::unique_ptr<grpc::ClientContext> context;
    region::v1::VerifyNodeResponse response;
    std::future<grpc::Status> status;
  };
  std::unique_ptr<Verification> Begin() {
    auto begun = std::make_unique<Verification>();
    begun->context = std::make_unique<grpc::ClientContext>();
    begun->context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    begun->status = std::async(std::launch::async, [this, begun = begun.get()] {
      return stub_->VerifyNode(begun->context.get(), {}, &begun->response);
    });
    return begun;
  }
};

TEST_F(Verifying, FindsEverythingInOrder) {
  const auto verification = Begin();
  ASSERT_TRUE(verification->status.get().ok());
  EXPECT_TRUE(verification->response.ok()) << verification->response.DebugString();
  EXPECT_GT(verification->response.head_seq(), static_cast<uint64_t>(kRecords));
}

TEST_F(Verifying, ReadersAndWritersGoOnMeanwhile) {
  gate_.step_millis = kStepMillis;
  const auto one = Begin();
  ASSERT_TRUE(Eventually([this] { return gate_.walks == 1; }));
  // Nobody waits behind more than one other: of two, one is turned away.
  const auto two = Begin();
  const auto three = Begin();
  const auto has_ended = [](const auto& verification) {
    return verification->status.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  ASSERT_TRUE(Eventually([&] { return has_ended(two) || has_ended(three); }));
  const auto& refused = has_ended(two) ? two : three;
  EXPECT_EQ(refused->status.get().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  for (int i = 0; i < 5; ++i) {
    Submit(i);
    EXPECT_EQ(ApplicationsListed(), i + 1);
  }
  EXPECT_EQ(gate_.walks, 1) << "one at a time, and it is not done yet";
  one->context->TryCancel();
  two->context->TryCancel();
  three->context->TryCancel();
}

TEST_F(Verifying, EndsWhenTheCallerHasGone) {
  gate_.step_millis = kStepMillis;
  const auto verification = Begin();
  ASSERT_TRUE(Eventually([this] { return gate_.steps > 0; }));
  verification->context->TryCancel();
  EXPECT_EQ(verification->status.get().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([this] { return gate_.walks == 0; }));
  EXPECT_LT(gate_.steps, kRecords / 2);
}

TEST_F(Verifying, EndsAtOnceWhenTheNodeStops) {
  gate_.step_millis = kStepMillis;
  const auto verification = Begin();
  ASSERT_TRUE(Eventually([this] { return gate_.steps > 0; }));
  const auto begun = std::chrono::steady_clock::now();
  Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  verification->status.wait();
  EXPECT_LT(gate_.steps, kRecords / 2);
}

}  // namespace
}  // namespace kopa::node
