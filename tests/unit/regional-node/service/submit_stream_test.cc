#include "regional-node/service/submit_stream.h"

#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/regional-node/testing/running_node.h"

namespace kopa::node {
namespace {

using ::testing::HasSubstr;

class SubmitStreaming : public testing::RunningNode {
 protected:
  SubmitStreaming() {
    Prepare({OpenCall()});
    EXPECT_EQ(Start(), absl::OkStatus());
  }

  region::v1::SubmitApplicationsRequest Batch(int number) {
    region::v1::SubmitApplicationsRequest batch;
    batch.set_request_id(std::string(NewRequest().bytes()));
    batch.set_call(OpenCall().id());
    *batch.add_applications() = Application(number);
    return batch;
  }
};

TEST_F(SubmitStreaming, AnswersComeInTheOrderOfTheBatches) {
  const auto context = NewContext();
  const auto stream = stub_->SubmitApplications(context.get());
  std::vector<region::v1::SubmitApplicationsRequest> batches;
  for (int i = 0; i < 20; ++i) {
    batches.push_back(Batch(i));
    ASSERT_TRUE(stream->Write(batches.back()));
  }
  stream->WritesDone();
  region::v1::SubmitApplicationsResponse answer;
  for (const auto& batch : batches) {
    ASSERT_TRUE(stream->Read(&answer));
    EXPECT_EQ(answer.request_id(), batch.request_id());
    ASSERT_EQ(answer.results_size(), 1) << answer.DebugString();
    EXPECT_EQ(answer.results(0).outcome(), region::v1::SUBMIT_OUTCOME_ACCEPTED);
  }
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(ApplicationsListed(), 20);
}

TEST_F(SubmitStreaming, ANodeThatStopsAnswersWhatCameAndSaysThatItStops) {
  const auto context = NewContext();
  const auto stream = stub_->SubmitApplications(context.get());
  std::thread stopping;
  std::vector<std::string> acknowledged;
  region::v1::SubmitApplicationsResponse answer;
  int sent = 0;
  while (stream->Write(Batch(sent))) {
    ++sent;
    if (sent == 5) stopping = std::thread([this] { app_->Stop(); });
    if (!stream->Read(&answer)) break;
    ASSERT_EQ(answer.results_size(), 1) << answer.DebugString();
    EXPECT_EQ(answer.results(0).outcome(), region::v1::SUBMIT_OUTCOME_ACCEPTED);
    acknowledged.push_back(answer.results(0).application_id());
    ASSERT_LT(sent, 100'000) << "it goes on although the node stops";
  }
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  EXPECT_THAT(status.error_message(), HasSubstr("the node is stopping"));
  ASSERT_TRUE(stopping.joinable());
  stopping.join();
  Stop();

  EXPECT_GE(acknowledged.size(), 4u);
  ASSERT_EQ(Start(), absl::OkStatus());
  for (const std::string& id : acknowledged) {
    region::v1::GetApplicationRequest request;
    request.set_application_id(id);
    region::v1::GetApplicationResponse response;
    EXPECT_TRUE(stub_->GetApplication(NewContext().get(), request, &response).ok());
  }
  // What was not answered came too late to be kept, so sending it again is all there is to do.
  const auto again = Submit(static_cast<int>(acknowledged.size()));
  EXPECT_EQ(again.outcome(), region::v1::SUBMIT_OUTCOME_ACCEPTED);
}

}  // namespace
}  // namespace kopa::node
