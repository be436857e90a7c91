#include "central/service/link_service.h"

#include <string>
#include <vector>

#include "common/base/signing.h"
#include "common/journal/chain.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/central/service/service_fixture.h"
#include "tests/unit/central/testing/journal_writer.h"
#include "tests/unit/common/rpc/test_pki.h"

namespace kopa::central {
namespace {

using ::kopa::national::v1::ConnectRequest;
using ::kopa::national::v1::ConnectResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::JournalWriter;
using testing::ScriptedNode;
using testing::ServiceFixture;

class LinkServiceTest : public ServiceFixture {
 protected:
  LinkServiceTest() {
    journal_.OpenEpoch();
    journal_.Write({.number = 1});
    journal_.Write({.number = 2});
  }
  JournalWriter journal_{"zemgale"};
};

TEST_F(LinkServiceTest, NodeJoinsAndItsRecordsAreAppliedAndAcknowledged) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.SendHello(journal_));
  const auto welcome = node.Next();
  ASSERT_TRUE(welcome.has_value() && welcome->has_welcome());
  EXPECT_EQ(welcome->welcome().incarnation(), 1u);
  EXPECT_EQ(welcome->welcome().applied_seq(), 0u);
  EXPECT_FALSE(NodeNow("zemgale").connected()) << "before the proof";
  ASSERT_TRUE(node.SendProof(journal_, 0));
  std::vector<int> kinds;
  for (int i = 0; i < 6; ++i) kinds.push_back(node.Next()->message_case());
  EXPECT_THAT(kinds, ElementsAre(ConnectResponse::kAdmitted, ConnectResponse::kCentreRecords,
                                 ConnectResponse::kDownEntry, ConnectResponse::kDownEntry,
                                 ConnectResponse::kAllotment, ConnectResponse::kAllotment))
      << "a node has seen the record of an allotment before it holds that";
  ASSERT_TRUE(node.SendBatch(journal_.BatchFrom(1)));
  const auto ack = node.Next(ConnectResponse::kAck);
  ASSERT_TRUE(ack.has_value());
  EXPECT_EQ(ack->ack().applied_seq(), 3u);
  EXPECT_EQ(ack->ack().hash(), journal_.head().hash);
  // What was acknowledged shows at once: the view comes before the answer.
  EXPECT_EQ(ApplicationsNow(), 2);
  EXPECT_EQ(NodeNow("zemgale").state(), national::v1::NODE_STATE_ACTIVE);
}

TEST_F(LinkServiceTest, RepeatedRecordsChangeNothing) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  EXPECT_EQ(node.Deliver(journal_), 3u);
  node.SendBatch(journal_.BatchFrom(1));
  EXPECT_EQ(node.Next(ConnectResponse::kAck)->ack().applied_seq(), 3u);
  journal_.Write({.number = 3});
  node.SendBatch(journal_.BatchFrom(2));  // overlaps
  EXPECT_EQ(node.Next(ConnectResponse::kAck)->ack().applied_seq(), 4u);
  EXPECT_EQ(ApplicationsNow(), 3);
}

TEST_F(LinkServiceTest, GapIsAnsweredWithTheCursor) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  node.SendBatch(journal_.BatchFrom(3));
  EXPECT_EQ(node.Next(ConnectResponse::kAck)->ack().applied_seq(), 0u);
  EXPECT_EQ(node.Deliver(journal_), 3u);
}

TEST_F(LinkServiceTest, GoesOnWhereItStoppedAfterAReconnect) {
  {
    ScriptedNode node(channel_);
    ASSERT_TRUE(node.Join(journal_));
    EXPECT_EQ(node.Deliver(journal_), 3u);
  }
  EXPECT_TRUE(
      Eventually([&] { return NodeNow("zemgale").state() == national::v1::NODE_STATE_AWAY; }));
  journal_.Write({.number = 3});
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  EXPECT_EQ(node.Deliver(journal_), 4u);
}

TEST_F(LinkServiceTest, BatchThatDoesNotHoldTogetherEndsTheStream) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  national::v1::RecordBatch batch = journal_.BatchFrom(1);
  batch.mutable_records(1)->set_time_us(1);
  node.SendBatch(batch);
  const grpc::Status status = node.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_THAT(status.error_message(), HasSubstr("record 2 was changed"));
  EXPECT_THAT(log_.str(), HasSubstr("a batch of records was refused"));
  EXPECT_EQ(ApplicationsNow(), 0);
}

TEST_F(LinkServiceTest, AnotherHistoryIsFenced) {
  {
    ScriptedNode node(channel_);
    ASSERT_TRUE(node.Join(journal_));
    EXPECT_EQ(node.Deliver(journal_), 3u);
  }
  JournalWriter other("zemgale");
  other.OpenEpoch();
  other.Write({.number = 4});
  other.Write({.number = 5});
  ScriptedNode node(channel_);
  node.SendHello(other);
  EXPECT_EQ(node.Next()->welcome().applied_seq(), 3u);
  node.SendProof(other, 3);
  const auto fence = node.Next();
  ASSERT_TRUE(fence.has_value() && fence->has_fence());
  EXPECT_EQ(fence->fence().reason(), national::v1::FENCE_REASON_OTHER_HISTORY);
  const grpc::Status status = node.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(rpc::ReasonOf(rpc::FromGrpc(status)), "NODE_FENCED");
  EXPECT_EQ(NodeNow("zemgale").state(), national::v1::NODE_STATE_FENCED);
}

TEST_F(LinkServiceTest, TwoCopiesAreBothFenced) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  JournalWriter copy("zemgale");
  copy.set_nonce(std::string(16, 'x'));
  copy.OpenEpoch();
  ScriptedNode second(channel_);
  second.SendHello(copy);
  EXPECT_EQ(second.Next(ConnectResponse::kFence)->fence().reason(),
            national::v1::FENCE_REASON_TWO_COPIES);
  EXPECT_EQ(second.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(node.Next(ConnectResponse::kFence)->fence().reason(),
            national::v1::FENCE_REASON_TWO_COPIES);
  EXPECT_EQ(node.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(LinkServiceTest, NewerStreamOfANodeTakesOver) {
  ScriptedNode older(channel_);
  ASSERT_TRUE(older.Join(journal_));
  ScriptedNode newer(channel_);
  ASSERT_TRUE(newer.Join(journal_));
  EXPECT_EQ(older.Finish().error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(newer.Deliver(journal_), 3u);
  EXPECT_TRUE(NodeNow("zemgale").connected());
}

TEST_F(LinkServiceTest, UnknownNodesAreTurnedAway) {
  JournalWriter stranger("atlantis");
  ScriptedNode node(channel_);
  node.SendHello(stranger);
  EXPECT_EQ(node.Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(LinkServiceTest, MessagesOutOfOrderAreRefused) {
  const auto code_after = [&](const std::vector<ConnectRequest>& requests) {
    ScriptedNode node(channel_);
    for (const ConnectRequest& request : requests) node.Send(request);
    return node.Finish().error_code();
  };
  ConnectRequest hello;
  *hello.mutable_hello() = journal_.Hello();
  ConnectRequest proof;
  *proof.mutable_proof() = journal_.ProofAt(0);
  ConnectRequest batch;
  *batch.mutable_batch() = journal_.BatchFrom(1);
  ConnectRequest heartbeat;
  heartbeat.mutable_heartbeat();
  ConnectRequest demand;
  demand.mutable_demand();
  ConnectRequest short_nonce = hello;
  short_nonce.mutable_hello()->set_epoch_nonce("short");
  for (const std::vector<ConnectRequest>& requests :
       std::vector<std::vector<ConnectRequest>>{{proof},
                                                {batch},
                                                {heartbeat},
                                                {ConnectRequest()},
                                                {short_nonce},
                                                {hello, hello},
                                                {hello, batch},
                                                {hello, demand},
                                                {hello, proof, proof}}) {
    EXPECT_EQ(code_after(requests), grpc::StatusCode::INVALID_ARGUMENT)
        << requests.back().ShortDebugString();
  }
}

TEST_F(LinkServiceTest, HeartbeatsGoBothWays) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  const auto heartbeat = node.Next(ConnectResponse::kHeartbeat);
  ASSERT_TRUE(heartbeat.has_value());
  EXPECT_GT(heartbeat->heartbeat().head_seq(), 0u);
  EXPECT_EQ(heartbeat->heartbeat().head_hash().size(), 32u);
  EXPECT_GT(heartbeat->heartbeat().time().seconds(), 1'700'000'000);
  node.SendHeartbeat(17);
  EXPECT_TRUE(Eventually([&] { return NodeNow("zemgale").head_seq() == 17; }));
  EXPECT_TRUE(NodeNow("zemgale").has_last_contact_time());
}

TEST_F(LinkServiceTest, ANodeFollowsTheCentresJournalFromWhereItWas) {
  journal::Head head;
  std::string nonce;
  {
    ScriptedNode node(channel_);
    ASSERT_TRUE(node.SendHello(journal_));
    nonce = node.Next()->welcome().incarnation_nonce();
    node.SendProof(journal_, 0);
    const auto records = node.Next(ConnectResponse::kCentreRecords);
    ASSERT_TRUE(records.has_value());
    for (const auto& record : records->centre_records().records()) {
      EXPECT_TRUE(journal::Follow(head, record).ok());
    }
    const auto heartbeat = node.Next(ConnectResponse::kHeartbeat);
    ASSERT_TRUE(heartbeat.has_value());
    EXPECT_EQ(heartbeat->heartbeat().head_hash(), head.hash);
    EXPECT_TRUE(IsSignatureOf(key_.public_key(), CentreHeadStatement(1, nonce, head.seq, head.hash),
                              heartbeat->heartbeat().signature()));
    EXPECT_EQ(records->centre_records().signature(), heartbeat->heartbeat().signature())
        << "of the last record as the head";
    EXPECT_EQ(node.Deliver(journal_), 3u);
  }
  const auto greet = [&](ScriptedNode& node, const journal::Head& seen, const SigningKey& key) {
    ConnectRequest request;
    *request.mutable_hello() = journal_.Hello();
    request.mutable_hello()->set_incarnation_seen(1);
    request.mutable_hello()->set_incarnation_nonce_seen(nonce);
    request.mutable_hello()->set_centre_seq_seen(seen.seq.value());
    request.mutable_hello()->set_centre_hash_seen(seen.hash);
    request.mutable_hello()->set_centre_signed_seq(seen.seq.value());
    request.mutable_hello()->set_centre_signed_hash(seen.hash);
    request.mutable_hello()->set_centre_signature(
        key.Sign(CentreHeadStatement(1, nonce, seen.seq, seen.hash)));
    node.Send(request);
    return node.Next();
  };
  {
    ScriptedNode other(channel_);
    JournalWriter journal("riga-latgale");
    journal.OpenEpoch();
    ASSERT_TRUE(other.Join(journal));  // something new in the centre's journal
    ScriptedNode node(channel_);
    const auto welcome = greet(node, head, key_);
    ASSERT_TRUE(welcome.has_value() && welcome->has_welcome());
    EXPECT_EQ(welcome->welcome().public_key(), key_.public_key());
    EXPECT_GT(welcome->welcome().head_seq(), head.seq.value());
    EXPECT_TRUE(IsSignatureOf(key_.public_key(),
                              CentreHeadStatement(1, nonce, Seq(welcome->welcome().head_seq()),
                                                  welcome->welcome().head_hash()),
                              welcome->welcome().signature()));
    node.SendProof(journal_, welcome->welcome().applied_seq());
    const auto records = node.Next(ConnectResponse::kCentreRecords);
    ASSERT_TRUE(records.has_value());
    EXPECT_EQ(records->centre_records().records(0).seq(), head.seq.value() + 1);
  }
  const journal::Head ahead{Seq(head.seq.value() + 1000), head.hash};
  {
    ScriptedNode liar(channel_);
    const auto forged = SigningKey::FromSeed(std::string(32, 'f'));
    ASSERT_TRUE(greet(liar, ahead, *forged).has_value());
    liar.SendProof(journal_, 3);
    EXPECT_EQ(liar.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_TRUE(view_.Awaited().empty());
  }
  ScriptedNode node(channel_);
  ASSERT_TRUE(greet(node, ahead, key_).has_value());
  node.SendProof(journal_, 3);
  EXPECT_EQ(node.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Eventually([&] { return view_.Awaited().size() == 3; }));
  EXPECT_THAT(log_.str(), HasSubstr("incarnation 2 of the centre begins"));
}

TEST_F(LinkServiceTest, ASignedHeadThatContradictsTheJournalShowsAsAnAlarm) {
  const auto key = SigningKey::FromSeed(std::string(32, 'n'));
  ScriptedNode node(channel_);
  ConnectRequest request;
  *request.mutable_hello() = journal_.Hello();
  request.mutable_hello()->set_public_key(key->public_key());
  node.Send(request);
  node.SendProof(journal_, node.Next()->welcome().applied_seq());
  ASSERT_TRUE(node.Next(ConnectResponse::kAdmitted).has_value());
  EXPECT_EQ(node.Deliver(journal_), 3u);
  const std::string other(32, 'o');
  ConnectRequest heartbeat;
  heartbeat.mutable_heartbeat()->set_head_seq(3);
  heartbeat.mutable_heartbeat()->set_head_hash(other);
  heartbeat.mutable_heartbeat()->set_signature(key->Sign(HeadStatement("zemgale", Seq(3), other)));
  node.Send(heartbeat);
  EXPECT_TRUE(node.Next(ConnectResponse::kFence).has_value());
  EXPECT_TRUE(Eventually([&] { return !NodeNow("zemgale").alarm().empty(); }));
  EXPECT_EQ(NodeNow("zemgale").state(), national::v1::NODE_STATE_FENCED);
}

TEST_F(LinkServiceTest, FullQueueEndsTheStreamAndTheEndIsReportedLater) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  is_queue_full_ = true;
  node.SendBatch(journal_.BatchFrom(1));
  const grpc::Status status = node.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(rpc::RetryDelayOf(rpc::FromGrpc(status)).has_value());
  EXPECT_TRUE(NodeNow("zemgale").connected());
  is_queue_full_ = false;
  EXPECT_TRUE(Eventually([&] { return !NodeNow("zemgale").connected(); }));
}

TEST_F(LinkServiceTest, StopEndsStreamsAndLetsNoneIn) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  link_.Stop();
  EXPECT_EQ(node.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  ScriptedNode late(channel_);
  EXPECT_EQ(late.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

// A member of the fixture that is there before the fixture's server.
struct WithPki {
  rpc::TestPki pki;
};

class TlsTest : private WithPki, public ServiceFixture {
 protected:
  TlsTest() : ServiceFixture(QuickLimits(), pki.Issue("centre", "DNS:localhost,IP:127.0.0.1")) {
    journal_.OpenEpoch();
  }
  std::shared_ptr<grpc::Channel> ChannelWith(const std::string& names) {
    rpc::ChannelOptions options;
    options.address = server_->address();
    options.tls = pki.Issue("node", names);
    options.own_connection = true;
    auto channel = rpc::NewChannel(options);
    EXPECT_TRUE(channel.ok()) << channel.status();
    return *std::move(channel);
  }
  JournalWriter journal_{"zemgale"};
};

TEST_F(TlsTest, CertificateMustNameTheNodeItSpeaksFor) {
  ScriptedNode node(ChannelWith("URI:kopa://node/zemgale"));
  EXPECT_TRUE(node.Join(journal_));
  for (const char* names : {"URI:kopa://node/riga-latgale", "URI:kopa://person/zemgale", ""}) {
    ScriptedNode other(ChannelWith(names));
    other.SendHello(journal_);
    const grpc::Status status = other.Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << names;
    EXPECT_THAT(status.error_message(), HasSubstr("kopa://node/zemgale"));
  }
  EXPECT_TRUE(NodeNow("zemgale").connected());
}

class SilenceTest : public ServiceFixture {
 protected:
  static LinkLimits Limits() {
    LinkLimits limits = QuickLimits();
    limits.silence_max = absl::Milliseconds(200);
    return limits;
  }
  SilenceTest() : ServiceFixture(Limits()) {}
};

TEST_F(SilenceTest, NodeThatSaysNothingIsCut) {
  JournalWriter journal("zemgale");
  journal.OpenEpoch();
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal));
  for (int i = 0; i < 10; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
    ASSERT_TRUE(node.SendHeartbeat(1));
  }
  EXPECT_TRUE(NodeNow("zemgale").connected()) << "heartbeats are enough";
  const grpc::Status status = node.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(status.error_message(), "nothing was heard from the node");
  EXPECT_TRUE(
      Eventually([&] { return NodeNow("zemgale").state() == national::v1::NODE_STATE_AWAY; }));
}

}  // namespace
}  // namespace kopa::central
