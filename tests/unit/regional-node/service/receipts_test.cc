// What a node says of the receipts that it gave.

#include "gtest/gtest.h"
#include "tests/unit/regional-node/testing/running_node.h"

namespace kopa::node {
namespace {

class NodeReceipts : public testing::RunningNode {
 protected:
  NodeReceipts() {
    Prepare({OpenCall()});
    EXPECT_EQ(Start(), absl::OkStatus());
  }
  grpc::Status Ask(uint64_t seq) {
    region::v1::CheckNodeReceiptRequest request;
    request.set_seq(seq);
    answer_.Clear();
    return stub_->CheckNodeReceipt(NewContext().get(), request, &answer_);
  }

  region::v1::CheckNodeReceiptResponse answer_;
};

TEST_F(NodeReceipts, WhatWasAcknowledgedIsThere) {
  const region::v1::SubmitResult result = Submit(1);
  ASSERT_TRUE(Ask(result.receipt().seq()).ok());
  EXPECT_EQ(answer_.hash(), result.receipt().hash());
  EXPECT_EQ(answer_.epoch(), result.receipt().epoch());
  EXPECT_EQ(answer_.head_seq(), result.receipt().seq());
}

TEST_F(NodeReceipts, WhatIsNotThereIsSaidSo) {
  const uint64_t head = Submit(1).receipt().seq();
  ASSERT_TRUE(Ask(head + 1).ok());
  EXPECT_EQ(answer_.hash(), "");
  EXPECT_EQ(answer_.epoch(), 0u);
  EXPECT_EQ(answer_.head_seq(), head);
  EXPECT_EQ(Ask(0).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace kopa::node
