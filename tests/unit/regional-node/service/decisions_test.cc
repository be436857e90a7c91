#include "regional-node/service/decisions.h"

#include <algorithm>
#include <chrono>
#include <future>

#include "gtest/gtest.h"
#include "tests/unit/regional-node/testing/running_node.h"
#include "tests/unit/regional-node/testing/scripted_centre.h"

namespace kopa::node {
namespace {

using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;

class Deciding : public testing::RunningNode {
 protected:
  Deciding() { Prepare({OpenCall()}); }
  ~Deciding() override { Stop(); }

  void StartConnected() {
    ASSERT_EQ(Start(centre_.address()), absl::OkStatus());
    ASSERT_TRUE(Eventually([this] { return Status().connected(); }));
  }
  std::string Evaluated(int number) {
    const std::string id = Submit(number).application_id();
    Evaluate(id);
    return id;
  }

  testing::ScriptedCentre centre_;
};

// The first answer is held back while the money may still come; a client whose connection broke
// asks again and must be told the same.
TEST_F(Deciding, WhoAsksTheSameAgainWaitsForTheSameAnswer) {
  StartConnected();
  const std::string id = Evaluated(1);
  const Uuid request = NewRequest();
  auto first = std::async(std::launch::async, [&] { return Approve(id, request); });
  ASSERT_TRUE(Eventually([&] {
    const auto status = Status();
    return std::any_of(status.budgets().begin(), status.budgets().end(),
                       [](const auto& budget) { return budget.pending_cents() > 0; });
  }));
  auto second = std::async(std::launch::async, [&] { return Approve(id, request); });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(500)), std::future_status::timeout);
  ASSERT_TRUE(centre_.Allot(OpenCall().id(), 460'000));
  const region::v1::DecisionResult answer = first.get();
  EXPECT_EQ(answer.status(), APPLICATION_STATUS_APPROVED);
  EXPECT_EQ(answer.DebugString(), second.get().DebugString());
}

TEST_F(Deciding, ARepeatedAnswerHasItsReceiptAndTheCommitterReadsNothingForIt) {
  ASSERT_EQ(Start(), absl::OkStatus());
  const std::string id = Evaluated(1);
  const Uuid request = NewRequest();
  const region::v1::DecisionResult first = Approve(id, request);
  EXPECT_EQ(first.status(), APPLICATION_STATUS_PENDING_FUNDS);
  EXPECT_EQ(first.receipt().hash().size(), 32u);
  EXPECT_EQ(Approve(id, request).DebugString(), first.DebugString());
  Stop();
  // Another process knows the answer from the store alone, and whether it still waits from the
  // core.
  StartConnected();
  Submit(2);  // so that it is known which thread writes
  gate_.records_read_by_writer = 0;
  const region::v1::DecisionResult again = Approve(id, request);
  EXPECT_EQ(again.DebugString(), first.DebugString());
  EXPECT_EQ(gate_.records_read_by_writer, 0);
}

TEST_F(Deciding, WhatWasSaidIsSaidAgainWhateverCameOfIt) {
  ASSERT_EQ(Start(), absl::OkStatus());
  const std::string id = Evaluated(1);
  const Uuid request = NewRequest();
  const region::v1::DecisionResult first = Approve(id, request);
  EXPECT_EQ(first.status(), APPLICATION_STATUS_PENDING_FUNDS);
  Stop();
  StartConnected();
  ASSERT_TRUE(centre_.Allot(OpenCall().id(), 460'000));
  ASSERT_TRUE(Eventually(
      [&] { return Approve(id, NewRequest()).status() == APPLICATION_STATUS_APPROVED; }));
  EXPECT_EQ(Approve(id, request).DebugString(), first.DebugString());
}

TEST_F(Deciding, ARequestThatIsTooOldToBeKnownIsRefused) {
  ASSERT_EQ(Start(), absl::OkStatus());
  region::v1::DecideApplicationsRequest request;
  const Uuid old = entropy_.NewUuid(clock_.Now() - absl::Hours(31 * 24));
  request.set_request_id(std::string(old.bytes()));
  region::v1::DecideApplicationsResponse response;
  const grpc::Status status = stub_->DecideApplications(NewContext().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
}

}  // namespace
}  // namespace kopa::node
