// Stored records: what is written is read back, and damage is found.

#include <gtest/gtest.h>

#include "regional-node/core/header.h"
#include "regional-node/core/node_state.h"
#include "regional-node/core/requests.h"
#include "tests/unit/regional-node/core/requests.h"

namespace kopa::node {
namespace {

// Every proper prefix, one byte too many, and another format number.
template <typename Record>
void ExpectDamageIsFound(const std::string& bytes) {
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(Record::Parse(bytes.substr(0, size)).status().code(), absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_EQ(Record::Parse(bytes + '\0').status().code(), absl::StatusCode::kDataLoss);
  std::string other_format = bytes;
  other_format[0] = 9;
  EXPECT_EQ(Record::Parse(other_format).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Formats, NodeState) {
  NodeState state;
  state.node = NodeId("zemgale");
  state.epoch = EpochNumber(7);
  state.epoch_nonce = "0123456789abcdef";
  state.head.seq = Seq(99);
  state.head.hash = std::string(32, 'h');
  state.incarnation = 2;
  state.incarnation_nonce = "fedcba9876543210";
  state.down_cursor = 12;
  state.fence_reason = national::v1::FENCE_REASON_TWO_COPIES;
  state.fence_detail = "two copies live";
  state.centre.head = {Seq(5), std::string(32, 'c')};
  state.centre.before = {1,
                         "0123456789abcdef",
                         {Seq(8), std::string(32, 'b')},
                         std::string(32, 'o'),
                         {Seq(9), std::string(32, 'n')},
                         std::string(64, 'f')};
  state.centre.public_key = std::string(32, 'k');
  state.centre.signed_head = {Seq(6), std::string(32, 's')};
  state.centre.signature = std::string(64, 'g');
  state.centre.alarm = "two centres";
  state.centre.evidence = state.centre.before;
  state.centre.evidence.incarnation = 4;
  const std::string bytes = state.Serialize();
  const auto read = NodeState::Parse(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Serialize(), bytes);
  EXPECT_EQ(read->node, state.node);
  EXPECT_EQ(read->head, state.head);
  EXPECT_EQ(read->down_cursor, 12u);
  EXPECT_TRUE(read->fenced());
  EXPECT_EQ(read->centre, state.centre);
  ExpectDamageIsFound<NodeState>(bytes);
}

TEST(Formats, Header) {
  StoredHeader stored;
  stored.call = "kontakts-2024";
  stored.municipality = "0038001";
  stored.header.status = national::v1::APPLICATION_STATUS_EVALUATED;
  stored.header.version = 3;
  stored.header.submit_seq = 5;
  stored.header.reference = DigestOf("a");
  stored.header.content = DigestOf("b");
  stored.header.request = DigestOf("c");
  const std::string bytes = stored.Serialize();
  const auto read = StoredHeader::Parse(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Serialize(), bytes);
  EXPECT_EQ(read->header.reference, DigestOf("a"));
  EXPECT_EQ(read->header.content, DigestOf("b"));
  EXPECT_EQ(read->header.request, DigestOf("c"));
  EXPECT_EQ(read->header.submit_seq, 5u);
  ExpectDamageIsFound<StoredHeader>(bytes);
}

TEST(Formats, RequestEntry) {
  RequestEntry entry;
  entry.digest = DigestOf("request");
  DecisionReply done;
  done.id = *Uuid::Parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  done.status = national::v1::APPLICATION_STATUS_APPROVED;
  done.seq = Seq(77);
  DecisionReply refused;
  refused.fault = Fault{"field", "CODE", "message", "ziņa"};
  entry.replies = {done, refused};
  const std::string bytes = entry.Serialize();
  const auto read = RequestEntry::Parse(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Serialize(), bytes);
  EXPECT_EQ(read->replies[0].id, done.id);
  EXPECT_EQ(read->replies[0].seq, Seq(77));
  EXPECT_EQ(read->replies[1].fault, refused.fault);
  ExpectDamageIsFound<RequestEntry>(bytes);
}

TEST(Formats, ForgottenRequests) {
  const absl::Time before = absl::FromUnixMillis(1'800'000'000'123);
  const std::string bytes = ForgottenRequests{before}.Serialize();
  const auto read = ForgottenRequests::Parse(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->before, before);
  ExpectDamageIsFound<ForgottenRequests>(bytes);
}

}  // namespace
}  // namespace kopa::node
