#include "client/include/kopa/submitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/include/kopa/connections.h"
#include "tests/unit/client/testing/fake_servers.h"

namespace kopa::client {
namespace {

using kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED;
using kopa::region::v1::SUBMIT_OUTCOME_REJECTED;
using kopa::region::v1::SUBMIT_OUTCOME_REPLAYED;
using testing::FakeRegion;
using testing::Listener;

// Real streams over loopback to nodes that can be told to misbehave.
class SubmitterTest : public ::testing::Test {
 protected:
  SubmitterTest() {
    options_.call = "c";
    options_.batch_applications = 10;
    options_.give_up_after = absl::Seconds(20);
    options_.retry.first_delay = absl::Milliseconds(10);
    options_.retry.delay_max = absl::Milliseconds(50);
  }

  std::unique_ptr<Submitter> Start() {
    return std::make_unique<Submitter>(
        options_,
        [this](const std::string& node) { return connections_.RegionStub(addresses_[node]); },
        [this](grpc::ClientContext* context) { connections_.Prepare(context); },
        testing::RealParts(),
        [this](Delivery delivery) {
          EXPECT_EQ(deliveries_.count(delivery.tag), 0u) << "delivered twice";
          deliveries_[delivery.tag] = std::move(delivery);
        });
  }

  static ConnectionOptions Plaintext() {
    ConnectionOptions options;
    options.insecure = true;
    options.actor = "anna";
    return options;
  }
  static Submission Of(uint64_t tag, const std::string& prefix = "ref-") {
    Submission submission;
    submission.tag = tag;
    submission.input.set_external_ref(absl::StrCat(prefix, tag));
    return submission;
  }

  int Count(kopa::region::v1::SubmitOutcome outcome) const {
    int count = 0;
    for (const auto& [tag, delivery] : deliveries_) {
      count += delivery.delivered && delivery.result.outcome() == outcome ? 1 : 0;
    }
    return count;
  }
  int Undelivered() const {
    int count = 0;
    for (const auto& [tag, delivery] : deliveries_) count += delivery.delivered ? 0 : 1;
    return count;
  }

  SubmitterOptions options_;
  Connections connections_{Plaintext(), testing::RealParts()};
  std::map<std::string, std::string> addresses_;
  std::map<uint64_t, Delivery> deliveries_;
};

TEST_F(SubmitterTest, EverythingIsDeliveredOnceAndByTheActor) {
  FakeRegion zemgale("zemgale");
  FakeRegion riga("riga-latgale");
  Listener zemgale_listener(&zemgale);
  Listener riga_listener(&riga);
  addresses_ = {{"zemgale", zemgale_listener.address()}, {"riga-latgale", riga_listener.address()}};
  const auto submitter = Start();
  for (uint64_t tag = 0; tag < 500; ++tag) {
    submitter->Add(tag % 2 == 0 ? "zemgale" : "riga-latgale",
                   Of(tag, tag % 50 == 0 ? "bad-" : "ref-"));
  }
  submitter->Finish();
  EXPECT_EQ(deliveries_.size(), 500u);
  EXPECT_EQ(Count(SUBMIT_OUTCOME_REJECTED), 10);
  EXPECT_EQ(Count(SUBMIT_OUTCOME_ACCEPTED), 490);
  EXPECT_EQ(zemgale.kept(), 240u);
  EXPECT_EQ(deliveries_[1].node, "riga-latgale");
  for (const std::string& actor : zemgale.actors()) EXPECT_EQ(actor, "anna");
  for (const auto& batch : zemgale.batches()) EXPECT_LE(batch.applications_size(), 10);
}

TEST_F(SubmitterTest, AfterABrokenStreamUnansweredBatchesComeAgainWithTheSameIds) {
  FakeRegion node("zemgale");
  // Takes the batch in and dies before it answers; twice.
  node.on_batch = [&node](int number, const FakeRegion::Batch& batch, FakeRegion::Answer*) {
    if (number != 2 && number != 5) return FakeRegion::Step::kOrdinary;
    for (const auto& input : batch.applications()) {
      node.Add(input.external_ref(), kopa::national::v1::APPLICATION_STATUS_SUBMITTED);
    }
    return FakeRegion::Step::kDrop;
  };
  Listener listener(&node);
  addresses_ = {{"zemgale", listener.address()}};
  const auto submitter = Start();
  for (uint64_t tag = 0; tag < 200; ++tag) submitter->Add("zemgale", Of(tag));
  submitter->Finish();
  EXPECT_EQ(deliveries_.size(), 200u);
  EXPECT_EQ(Undelivered(), 0);
  EXPECT_EQ(node.kept(), 200u);
  EXPECT_GT(Count(SUBMIT_OUTCOME_REPLAYED), 0);
  // The same id always stands for the same applications.
  std::map<std::string, std::string> content;
  for (const auto& batch : node.batches()) {
    const auto [at, added] = content.emplace(batch.request_id(), batch.SerializeAsString());
    EXPECT_EQ(at->second, batch.SerializeAsString());
  }
  EXPECT_LT(content.size(), node.batches().size());
}

TEST_F(SubmitterTest, ANodeThatIsAwayDoesNotStopTheOthers) {
  FakeRegion zemgale("zemgale");
  Listener listener(&zemgale);
  FakeRegion gone("riga-latgale");
  Listener gone_listener(&gone);
  addresses_ = {{"zemgale", listener.address()}, {"riga-latgale", gone_listener.address()}};
  gone_listener.Stop();
  options_.give_up_after = absl::Milliseconds(400);
  const auto submitter = Start();
  for (uint64_t tag = 0; tag < 100; ++tag) {
    submitter->Add(tag % 2 == 0 ? "zemgale" : "riga-latgale", Of(tag));
  }
  submitter->Finish();
  EXPECT_EQ(deliveries_.size(), 100u);
  EXPECT_EQ(Count(SUBMIT_OUTCOME_ACCEPTED), 50);
  EXPECT_EQ(Undelivered(), 50);
  EXPECT_EQ(deliveries_[1].error.code(), absl::StatusCode::kUnavailable) << deliveries_[1].error;
  EXPECT_THAT(std::string(deliveries_[1].error.message()), ::testing::HasSubstr("riga-latgale"));
}

TEST_F(SubmitterTest, ANodeThatHoldsUpTheOthersIsGivenUpSooner) {
  FakeRegion zemgale("zemgale");
  Listener listener(&zemgale);
  FakeRegion gone("riga-latgale");
  Listener gone_listener(&gone);
  addresses_ = {{"zemgale", listener.address()}, {"riga-latgale", gone_listener.address()}};
  gone_listener.Stop();
  options_.hold_up_max = absl::Milliseconds(200);
  options_.queued_bytes_max = 500;
  const auto submitter = Start();
  const absl::Time begin = absl::Now();
  // More than may wait for the node that is away: Add() blocks until that is given up.
  for (uint64_t tag = 0; tag < 200; ++tag) {
    submitter->Add(tag % 2 == 0 ? "zemgale" : "riga-latgale", Of(tag));
  }
  submitter->Finish();
  EXPECT_LT(absl::Now() - begin, options_.give_up_after / 2);
  EXPECT_EQ(Count(SUBMIT_OUTCOME_ACCEPTED), 100);
  EXPECT_EQ(Undelivered(), 100);
}

TEST_F(SubmitterTest, ASilentNodeIsGivenUp) {
  FakeRegion node("zemgale");
  node.on_batch = [](int, const FakeRegion::Batch&, FakeRegion::Answer*) {
    return FakeRegion::Step::kSilent;
  };
  Listener listener(&node);
  addresses_ = {{"zemgale", listener.address()}};
  options_.give_up_after = absl::Milliseconds(300);
  const auto submitter = Start();
  for (uint64_t tag = 0; tag < 30; ++tag) submitter->Add("zemgale", Of(tag));
  submitter->Finish();
  EXPECT_EQ(Undelivered(), 30);
  EXPECT_EQ(deliveries_[0].error.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(SubmitterTest, AFullNodeIsWaitedFor) {
  FakeRegion node("zemgale");
  node.on_batch = [](int number, const FakeRegion::Batch&, FakeRegion::Answer* answer) {
    if (number >= 3) return FakeRegion::Step::kOrdinary;
    answer->set_error_code(static_cast<int>(grpc::StatusCode::RESOURCE_EXHAUSTED));
    answer->mutable_error()->set_retry_delay_ms(20);
    return FakeRegion::Step::kAnswered;
  };
  Listener listener(&node);
  addresses_ = {{"zemgale", listener.address()}};
  const auto submitter = Start();
  for (uint64_t tag = 0; tag < 50; ++tag) submitter->Add("zemgale", Of(tag));
  submitter->Finish();
  EXPECT_EQ(Count(SUBMIT_OUTCOME_ACCEPTED), 50);
}

TEST_F(SubmitterTest, ARefusedBatchSaysWhyAndTheRestGoesOn) {
  FakeRegion node("zemgale");
  node.on_batch = [](int number, const FakeRegion::Batch&, FakeRegion::Answer* answer) {
    if (number != 0) return FakeRegion::Step::kOrdinary;
    answer->set_error_code(static_cast<int>(grpc::StatusCode::FAILED_PRECONDITION));
    answer->set_error_message("the node is fenced");
    return FakeRegion::Step::kAnswered;
  };
  Listener listener(&node);
  addresses_ = {{"zemgale", listener.address()}};
  const auto submitter = Start();
  for (uint64_t tag = 0; tag < 50; ++tag) submitter->Add("zemgale", Of(tag));
  submitter->Finish();
  EXPECT_EQ(deliveries_[0].error.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_GE(Count(SUBMIT_OUTCOME_ACCEPTED), 40);
  EXPECT_EQ(deliveries_.size(), 50u);
}

TEST_F(SubmitterTest, AtTheMostRejectedRowsNoFurtherBatchIsSent) {
  options_.batch_applications = 2;
  options_.rejected_rows_max = 5;
  std::atomic<int> rejected = 0;
  options_.rejected_rows = [&] { return int64_t{rejected}; };
  FakeRegion node("zemgale");
  // Slow answers: whoever only looks at what is answered would have sent all by then.
  node.on_batch = [&](int, const FakeRegion::Batch&, FakeRegion::Answer*) {
    absl::SleepFor(absl::Milliseconds(5));
    return FakeRegion::Step::kOrdinary;
  };
  const Listener listener(&node);
  addresses_["zemgale"] = listener.address();
  auto submitter = std::make_unique<Submitter>(
      options_,
      [this](const std::string& name) { return connections_.RegionStub(addresses_[name]); },
      [this](grpc::ClientContext* context) { connections_.Prepare(context); }, testing::RealParts(),
      [&](Delivery delivery) {
        if (delivery.delivered) ++rejected;
        deliveries_[delivery.tag] = std::move(delivery);
      });
  for (uint64_t tag = 0; tag < 40; ++tag) submitter->Add("zemgale", Of(tag, "bad-"));
  submitter->Finish();
  ASSERT_EQ(deliveries_.size(), 40u);
  int withheld = 0;
  for (const auto& [tag, delivery] : deliveries_) withheld += delivery.withheld ? 1 : 0;
  EXPECT_EQ(node.batches().size(), 3u);
  EXPECT_EQ(rejected, 6);
  EXPECT_EQ(withheld, 34);
}

TEST_F(SubmitterTest, CancellingReportsWhatIsNotAnswered) {
  FakeRegion node("zemgale");
  node.on_batch = [](int number, const FakeRegion::Batch&, FakeRegion::Answer*) {
    return number == 0 ? FakeRegion::Step::kOrdinary : FakeRegion::Step::kSilent;
  };
  Listener listener(&node);
  addresses_ = {{"zemgale", listener.address()}};
  const auto submitter = Start();
  for (uint64_t tag = 0; tag < 100; ++tag) submitter->Add("zemgale", Of(tag));
  while (node.batches().size() < 2) absl::SleepFor(absl::Milliseconds(1));
  submitter->Cancel();
  submitter->Finish();
  EXPECT_EQ(deliveries_.size(), 100u);
  EXPECT_GE(Undelivered(), 80);
  EXPECT_EQ(deliveries_[99].error.code(), absl::StatusCode::kCancelled);
}

TEST_F(SubmitterTest, AnAddressThatIsNoneIsReportedForEach) {
  addresses_ = {{"zemgale", "not an address"}};
  const auto submitter = Start();
  submitter->Add("zemgale", Of(0));
  submitter->Add("zemgale", Of(1));
  submitter->Finish();
  EXPECT_EQ(Undelivered(), 2);
}

}  // namespace
}  // namespace kopa::client
