#include "central/service/office_service.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "central/core/families.h"
#include "central/core/staff_entry.h"
#include "common/rpc/identity.h"
#include "common/rpc/status.h"
#include "data/programme_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/central/service/service_fixture.h"
#include "tests/unit/central/testing/journal_writer.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::testing::HasSubstr;
using testing::JournalWriter;
using testing::ScriptedNode;
using testing::ServiceFixture;

class OfficeServiceTest : public ServiceFixture {
 protected:
  // Context of one call by `actor`.
  struct By {
    explicit By(const std::string& actor) {
      context.AddMetadata(rpc::kActorMetadata, actor);
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    }
    grpc::ClientContext context;
  };

  static std::string Definition(const std::string& file) {
    for (const EmbeddedFile& one : programme_data::Files()) {
      if (absl::EndsWith(one.path, file)) return std::string(one.bytes);
    }
    ADD_FAILURE() << "no such definition: " << file;
    return "";
  }
  grpc::Status Load(const std::string& definition, national::v1::LoadCallResponse* response) {
    By dace("Dace");
    national::v1::LoadCallRequest request;
    request.set_definition(definition);
    request.set_file_name("pumpurs-2019.textproto");
    request.set_reason("a new round");
    return office_stub_->LoadCall(&dace.context, request, response);
  }
  grpc::Status Propose(const std::string& actor, int64_t cents, const std::string& reason,
                       national::v1::ProposeChangeResponse* response) {
    By by(actor);
    national::v1::ProposeChangeRequest request;
    request.mutable_change()->set_call("grants");
    request.mutable_change()->mutable_limits()->set_budget_cents(cents);
    request.set_reason(reason);
    return office_stub_->ProposeChange(&by.context, request, response);
  }
  static std::string ReasonOf(const grpc::Status& status) {
    return rpc::ReasonOf(rpc::FromGrpc(status));
  }
};

TEST_F(OfficeServiceTest, ADefinitionIsLoadedAndShownAndJournalledWithWhoAndWhy) {
  const std::string definition = Definition("pumpurs-2019.textproto");
  national::v1::LoadCallResponse response;
  grpc::Status status = Load(definition, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(response.changed());
  EXPECT_EQ(response.call().version(), 1u);
  national::v1::GetCallRequest request;
  request.set_call("pumpurs-2019");
  EXPECT_TRUE(view_.GetCall(request).ok());
  const auto entries = store_.Snapshot()->Scan(kStaff, "", "");
  ASSERT_TRUE(entries->Valid());
  const auto entry = StaffEntry::Parse(entries->value());
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry->actor, "Dace");
  EXPECT_EQ(entry->verb, "call load");
  EXPECT_EQ(entry->reason, "a new round");
  EXPECT_EQ(entry->salt.size(), 16u);
  status = Load(definition, &response);
  EXPECT_TRUE(status.ok());
  EXPECT_FALSE(response.changed());

  // It opened years ago.
  status =
      Load(absl::StrReplaceAll(definition, {{"budget_cents: 46000000", "budget_cents: 47000000"}}),
           &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "CALL_OPENED");
}

TEST_F(OfficeServiceTest, FaultsOfADefinitionNameLineColumnAndField) {
  const std::string definition = absl::StrReplaceAll(Definition("pumpurs-2019.textproto"),
                                                     {{"fixed_cents: 460000", "fixed_cents: -1"}});
  national::v1::LoadCallResponse response;
  const grpc::Status status = Load(definition, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const auto faults = FaultsOf(rpc::FromGrpc(status));
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].field, "amount.fixed_cents");
  EXPECT_THAT(faults[0].message, ::testing::MatchesRegex(
                                     "pumpurs-2019.textproto:[0-9]+:[0-9]+: amount.fixed_cents.*"));
  EXPECT_EQ(Load("nonsense {", &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Load(std::string((1 << 20) + 1, '#'), &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(OfficeServiceTest, TwoActorsChangeABudgetAndTheListShowsIt) {
  national::v1::ProposeChangeResponse response;
  const grpc::Status without_reason = Propose("Dace", 1'200'000, "", &response);
  EXPECT_EQ(without_reason.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  ASSERT_TRUE(Propose("Dace", 1'200'000, "more money", &response).ok());
  EXPECT_EQ(response.proposal().state(), national::v1::PROPOSAL_STATE_OPEN);
  ASSERT_TRUE(Propose("Dace", 1'300'000, "even more", &response).ok());
  ASSERT_TRUE(Propose("Juris", 1'200'000, "I agree", &response).ok());
  EXPECT_EQ(response.proposal().state(), national::v1::PROPOSAL_STATE_CONFIRMED);
  EXPECT_EQ(view_.BudgetOf(CallId("grants")).limit_cents, 1'200'000);

  By dace("Dace");
  national::v1::SettleProposalRequest settle;
  settle.set_number(2);
  settle.set_state(national::v1::PROPOSAL_STATE_CONFIRMED);
  national::v1::SettleProposalResponse settled;
  const grpc::Status own = office_stub_->SettleProposal(&dace.context, settle, &settled);
  EXPECT_EQ(own.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(own), "FOUR_EYES");
  By juris("Juris");
  ASSERT_TRUE(office_stub_->SettleProposal(&juris.context, settle, &settled).ok());
  EXPECT_EQ(settled.proposal().settled_by(), "Juris");
  EXPECT_EQ(view_.BudgetOf(CallId("grants")).limit_cents, 1'300'000);

  national::v1::ListProposalsRequest list;
  list.set_page_size(1);
  std::vector<uint64_t> numbers;
  do {
    By anyone("anyone");
    national::v1::ListProposalsResponse page;
    ASSERT_TRUE(office_stub_->ListProposals(&anyone.context, list, &page).ok());
    for (const auto& proposal : page.proposals()) numbers.push_back(proposal.number());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_THAT(numbers, ::testing::ElementsAre(2, 1)) << "newest first";
  list.set_page_token("soon");
  By anyone("anyone");
  national::v1::ListProposalsResponse page;
  EXPECT_EQ(office_stub_->ListProposals(&anyone.context, list, &page).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(OfficeServiceTest, ARankingIsLookedAtAndAppliedAtAConnectedNode) {
  JournalWriter journal("zemgale");
  journal.OpenEpoch();
  journal.Write({.number = 1, .organisation = "Biedrība"});
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal));
  ASSERT_EQ(node.Deliver(journal), 2u);
  ASSERT_TRUE(Eventually([&] { return ApplicationsNow() == 1; }));
  By looking("Dace");
  national::v1::RankCallRequest look;
  look.set_call("grants");
  national::v1::RankCallResponse shown;
  ASSERT_TRUE(stub_->RankCall(&looking.context, look, &shown).ok());
  ASSERT_EQ(shown.rows_size(), 1);

  By applying("Dace");
  national::v1::ApplyRankingRequest request;
  request.set_call("grants");
  request.set_digest(shown.digest());
  national::v1::ApplyRankingResponse applied;
  std::thread answering([&] {
    const auto recall = node.Next(national::v1::ConnectResponse::kRecall);
    ASSERT_TRUE(recall.has_value());
    journal.HandBack("grants", Amounts::FromProto(recall->recall().handed_back_target()));
    node.Deliver(journal);
  });
  const grpc::Status status = office_stub_->ApplyRanking(&applying.context, request, &applied);
  answering.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(applied.decisions(), 1);
  EXPECT_EQ(applied.waiting_for_nodes(), 0);
  EXPECT_EQ(applied.ranking().rows(0).organisation(), "Biedrība");
  EXPECT_EQ(applied.ranking().freshness_size(), 3);

  By again("Dace");
  request.set_digest("another");
  const grpc::Status changed = office_stub_->ApplyRanking(&again.context, request, &applied);
  EXPECT_EQ(changed.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(changed), "RANKING_CHANGED");
}

TEST_F(OfficeServiceTest, ANodeThatKeepsSilentIsWaitedForOnTheClock) {
  JournalWriter journal("zemgale");
  journal.OpenEpoch();
  journal.Write({.number = 1});
  ScriptedNode node(channel_);
  ASSERT_TRUE(node.Join(journal));
  ASSERT_EQ(node.Deliver(journal), 2u);
  By applying("Dace");
  national::v1::ApplyRankingRequest request;
  request.set_call("grants");
  national::v1::ApplyRankingResponse applied;
  const absl::Time begin = absl::Now();
  std::thread alive([&] {
    for (int i = 0; i < 6; ++i) {
      node.SendHeartbeat(2);
      absl::SleepFor(absl::Seconds(1));
    }
  });
  const grpc::Status status = office_stub_->ApplyRanking(&applying.context, request, &applied);
  const absl::Duration took = absl::Now() - begin;
  alive.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(applied.decisions(), 1);
  EXPECT_GE(took, absl::Milliseconds(4900));
  EXPECT_LE(took, absl::Seconds(8));
}

TEST_F(OfficeServiceTest, ACallIsClosedAndAnUnknownOneIsNot) {
  By dace("Dace");
  national::v1::CloseCallRequest request;
  request.set_call("grants");
  national::v1::CloseCallResponse response;
  ASSERT_TRUE(office_stub_->CloseCall(&dace.context, request, &response).ok());
  EXPECT_TRUE(response.call().closed());
  request.set_call("nothing");
  By juris("Juris");
  const grpc::Status status = office_stub_->CloseCall(&juris.context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_CALL");
}

TEST_F(OfficeServiceTest, AFullQueueSaysWhenToComeAgain) {
  is_queue_full_ = true;
  national::v1::ProposeChangeResponse response;
  const grpc::Status status = Propose("Dace", 1'200'000, "more money", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(rpc::RetryDelayOf(rpc::FromGrpc(status)).has_value());
}

}  // namespace
}  // namespace kopa::central
