#include "central/service/national_service.h"

#include <string>
#include <vector>

#include "central/core/families.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/central/service/service_fixture.h"
#include "tests/unit/central/testing/journal_writer.h"

namespace kopa::central {
namespace {

using ::testing::HasSubstr;
using testing::JournalWriter;
using testing::ScriptedNode;
using testing::ServiceFixture;
using testing::TestId;

class NationalServiceTest : public ServiceFixture {
 protected:
  NationalServiceTest() {
    journal_.OpenEpoch();
    journal_.Write({.number = 1});
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  }
  JournalWriter journal_{"zemgale"};
  grpc::ClientContext context_;
};

TEST_F(NationalServiceTest, WatchSendsTheTotalsNowAndAfterEachChange) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  national::v1::WatchTotalsRequest request;
  request.set_call("grants");
  const auto watch = stub_->WatchTotals(&context_, request);
  national::v1::WatchTotalsResponse totals;
  ASSERT_TRUE(watch->Read(&totals));
  EXPECT_EQ(totals.totals().total().applications(), 0);
  for (uint8_t number = 2; number < 4; ++number) {
    node.Deliver(journal_);
    do {
      ASSERT_TRUE(watch->Read(&totals));
    } while (totals.totals().total().applications() < number - 1);
    EXPECT_EQ(totals.totals().total().applications(), number - 1);
    journal_.Write({.number = number});
  }
  context_.TryCancel();
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(NationalServiceTest, WatchSendsAtMostTenASecond) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  national::v1::WatchTotalsRequest request;
  request.set_call("grants");
  const auto watch = stub_->WatchTotals(&context_, request);
  national::v1::WatchTotalsResponse totals;
  ASSERT_TRUE(watch->Read(&totals));
  const absl::Time begin = absl::Now();
  for (uint8_t number = 2; number < 40; ++number) {
    journal_.Write({.number = number});
    node.Deliver(journal_);
    absl::SleepFor(absl::Milliseconds(10));
  }
  int messages = 0;
  while (totals.totals().total().applications() < 39) {
    ASSERT_TRUE(watch->Read(&totals));
    ++messages;
  }
  EXPECT_LE(messages, absl::ToDoubleSeconds(absl::Now() - begin) * 10 + 1);
}

TEST_F(NationalServiceTest, WatchOfAnUnknownCallIsRefused) {
  national::v1::WatchTotalsRequest request;
  request.set_call("nothing");
  const auto watch = stub_->WatchTotals(&context_, request);
  national::v1::WatchTotalsResponse totals;
  EXPECT_FALSE(watch->Read(&totals));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(NationalServiceTest, StopEndsWatches) {
  national::v1::WatchTotalsRequest request;
  request.set_call("grants");
  const auto watch = stub_->WatchTotals(&context_, request);
  national::v1::WatchTotalsResponse totals;
  ASSERT_TRUE(watch->Read(&totals));
  national_.Stop();
  while (watch->Read(&totals)) {
  }
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(NationalServiceTest, ApplicationsAreLocated) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  node.Deliver(journal_);
  national::v1::LocateApplicationsRequest request;
  request.add_application_ids(std::string(TestId(9).bytes()));
  request.add_application_ids(std::string(TestId(1).bytes()));
  national::v1::LocateApplicationsResponse response;
  ASSERT_TRUE(stub_->LocateApplications(&context_, request, &response).ok());
  ASSERT_EQ(response.locations_size(), 1) << "unknown ones are left out";
  EXPECT_EQ(response.locations(0).application_id(), TestId(1).bytes());
  EXPECT_EQ(response.locations(0).node(), "zemgale");
}

TEST_F(NationalServiceTest, IdsOfAnotherLengthAndTooManyAreRefused) {
  national::v1::LocateApplicationsRequest request;
  request.add_application_ids("short");
  national::v1::LocateApplicationsResponse response;
  EXPECT_EQ(stub_->LocateApplications(&context_, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.Clear();
  for (int i = 0; i < 1001; ++i) request.add_application_ids(std::string(16, 'i'));
  grpc::ClientContext context;
  EXPECT_EQ(stub_->LocateApplications(&context, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(NationalServiceTest, VerifyReadsWhatIsStoredNow) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  node.Deliver(journal_);
  national::v1::VerifyNationalResponse response;
  ASSERT_TRUE(stub_->VerifyNational(&context_, {}, &response).ok());
  EXPECT_TRUE(response.ok()) << response.DebugString();
  ASSERT_EQ(response.heads_size(), 3);
  EXPECT_EQ(response.heads(2).hash(), journal_.head().hash);
}

TEST_F(NationalServiceTest, ReceiptsAreProvedByWhatIsApplied) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  node.Deliver(journal_);
  const auto ask = [this](const std::string& of, uint64_t seq,
                          national::v1::CheckReceiptResponse* response) {
    grpc::ClientContext context;
    national::v1::CheckReceiptRequest request;
    request.set_node(of);
    request.set_seq(seq);
    return stub_->CheckReceipt(&context, request, response).error_code();
  };
  national::v1::CheckReceiptResponse response;
  EXPECT_EQ(ask("zemgale", 2, &response), grpc::StatusCode::OK);
  EXPECT_EQ(response.hash(), journal_.records()[1].hash());
  EXPECT_EQ(response.epoch(), journal_.records()[1].epoch());
  EXPECT_EQ(response.applied_seq(), 2u);
  response.Clear();
  EXPECT_EQ(ask("zemgale", 3, &response), grpc::StatusCode::OK);
  EXPECT_EQ(response.hash(), "");
  EXPECT_EQ(response.applied_seq(), 2u);
  EXPECT_EQ(ask("nowhere", 1, &response), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ask("zemgale", 0, &response), grpc::StatusCode::INVALID_ARGUMENT);
  // A record that was applied and is gone is not the same as a node that nobody knows.
  storage::WriteBatch batch;
  batch.Delete(kNodeJournal, NodeSeqKey(NodeId("zemgale"), Seq(2)));
  ASSERT_TRUE(store_.Write(batch).ok());
  EXPECT_EQ(ask("zemgale", 2, &response), grpc::StatusCode::DATA_LOSS);
}

TEST_F(NationalServiceTest, JournalsAreExportedAsTheyAre) {
  // More than a message holds.
  std::string organisation;
  for (int i = 0; i < 300; ++i) organisation += "\U0001D400";
  for (uint32_t version = 1; version <= 2; ++version) {
    for (uint8_t number = 2; number < 200; ++number) {
      journal_.Write({.number = number, .version = version, .organisation = organisation});
    }
  }
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  node.Deliver(journal_);
  const auto read = [this](const std::string& of, uint64_t from, int* messages) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    national::v1::ExportJournalRequest request;
    request.set_node(of);
    request.set_from_seq(from);
    const auto stream = stub_->ExportJournal(&context, request);
    std::vector<national::v1::JournalRecord> records;
    national::v1::ExportJournalResponse response;
    while (stream->Read(&response)) {
      ++*messages;
      records.insert(records.end(), response.records().begin(), response.records().end());
    }
    EXPECT_EQ(stream->Finish().error_code(),
              of == "nowhere" ? grpc::StatusCode::NOT_FOUND : grpc::StatusCode::OK);
    return records;
  };
  int messages = 0;
  const auto all = read("zemgale", 0, &messages);
  EXPECT_GT(messages, 1);
  ASSERT_EQ(all.size(), journal_.records().size());
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].SerializeAsString(), journal_.records()[i].SerializeAsString());
  }
  EXPECT_EQ(read("zemgale", all.size(), &messages).size(), 1u);
  EXPECT_TRUE(read("zemgale", all.size() + 1, &messages).empty());
  EXPECT_TRUE(read("nowhere", 0, &messages).empty());
  const auto own = read("", 0, &messages);
  ASSERT_FALSE(own.empty());
  EXPECT_EQ(own.size(), own.back().seq());
}

TEST_F(NationalServiceTest, TotalsAtAPlaceAreRecomputed) {
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal_));
  journal_.Write({.number = 2});
  node.Deliver(journal_);
  national::v1::GetTotalsRequest request;
  request.set_call("grants");
  auto* at = request.add_at();
  at->set_node("zemgale");
  at->set_seq(2);
  national::v1::GetTotalsResponse totals;
  ASSERT_TRUE(stub_->GetTotals(&context_, request, &totals).ok());
  EXPECT_EQ(totals.total().applications(), 1);
}

TEST_F(NationalServiceTest, AnswersComeThrough) {
  national::v1::GetTotalsRequest totals_request;
  totals_request.set_call("grants");
  totals_request.add_by(national::v1::TOTALS_DIMENSION_UNSPECIFIED);
  national::v1::GetTotalsResponse totals;
  EXPECT_EQ(stub_->GetTotals(&context_, totals_request, &totals).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  totals_request.clear_by();
  grpc::ClientContext second;
  EXPECT_TRUE(stub_->GetTotals(&second, totals_request, &totals).ok());
  EXPECT_EQ(totals.freshness_size(), 3);
  national::v1::GetCallRequest call_request;
  national::v1::GetCallResponse call;
  grpc::ClientContext third;
  const grpc::Status status = stub_->GetCall(&third, call_request, &call);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("grants, teams"));
  national::v1::ListNodesResponse nodes;
  grpc::ClientContext fourth;
  EXPECT_TRUE(stub_->ListNodes(&fourth, {}, &nodes).ok());
  EXPECT_EQ(nodes.nodes_size(), 3);
}

}  // namespace
}  // namespace kopa::central
