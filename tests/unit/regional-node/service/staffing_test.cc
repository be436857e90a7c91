#include "regional-node/service/staffing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/status.h"
#include "tests/unit/regional-node/testing/running_node.h"

namespace kopa::node {
namespace {

using ::kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using ::kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Staffing : public testing::RunningNode {
 protected:
  Staffing() {
    Prepare({OpenCall()});
    EXPECT_EQ(Start(), absl::OkStatus());
    id_ = Submit(1).application_id();
  }
  ~Staffing() override { Stop(); }

  static std::unique_ptr<grpc::ClientContext> As(const std::string& actor) {
    auto context = NewContext();
    context->AddMetadata("kopa-actor", actor);
    return context;
  }
  static void AddTo(region::v1::AssignEvaluatorsRequest* request, const std::string& id,
                    const std::vector<std::string>& evaluators, bool remove = false) {
    auto* input = request->add_assignments();
    input->set_application_id(id);
    for (const std::string& evaluator : evaluators) input->add_evaluators(evaluator);
    input->set_remove(remove);
  }
  region::v1::AssignEvaluatorsResponse Assign(region::v1::AssignEvaluatorsRequest request) {
    if (request.request_id().empty()) {
      request.set_request_id(std::string(NewRequest().bytes()));
    }
    region::v1::AssignEvaluatorsResponse response;
    const grpc::Status status = stub_->AssignEvaluators(As("dace").get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  region::v1::DecisionResult AssignOne(const std::vector<std::string>& evaluators,
                                       bool remove = false) {
    region::v1::AssignEvaluatorsRequest request;
    AddTo(&request, id_, evaluators, remove);
    return Assign(request).results(0);
  }
  region::v1::DeclareConflictRequest Conflict(const std::string& evaluator = "") {
    region::v1::DeclareConflictRequest request;
    request.set_request_id(std::string(NewRequest().bytes()));
    request.set_application_id(id_);
    request.set_evaluator(evaluator);
    request.set_reason("my sister's school");
    return request;
  }
  absl::StatusOr<region::v1::DecisionResult> Declare(
      const region::v1::DeclareConflictRequest& request, const std::string& actor = "eva") {
    region::v1::DeclareConflictResponse response;
    const grpc::Status status = stub_->DeclareConflict(As(actor).get(), request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response.result();
  }
  // The answer of one evaluation with so many points for each criterion.
  region::v1::DecisionResult Score(const std::string& evaluator, int64_t hundredths) {
    region::v1::EvaluateApplicationsRequest request;
    request.set_request_id(std::string(NewRequest().bytes()));
    auto* evaluation = request.add_evaluations();
    evaluation->set_application_id(id_);
    const programme::v1::Call call = OpenCall();
    for (const auto& criterion : call.evaluation().criteria()) {
      auto* score = evaluation->add_scores();
      score->set_criterion(criterion.id());
      score->set_hundredths(hundredths);
    }
    region::v1::EvaluateApplicationsResponse response;
    const grpc::Status status =
        stub_->EvaluateApplications(As(evaluator).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.results(0);
  }
  region::v1::GetApplicationResponse Get() {
    region::v1::GetApplicationRequest request;
    request.set_application_id(id_);
    region::v1::GetApplicationResponse response;
    EXPECT_TRUE(stub_->GetApplication(NewContext().get(), request, &response).ok());
    return response;
  }
  // "verb STATUS actor: reason" of each row.
  std::vector<std::string> History(int page_size = 1000) {
    std::vector<std::string> rows;
    region::v1::ListApplicationHistoryRequest request;
    request.set_application_id(id_);
    request.set_page_size(page_size);
    do {
      region::v1::ListApplicationHistoryResponse response;
      EXPECT_TRUE(stub_->ListApplicationHistory(NewContext().get(), request, &response).ok());
      for (const auto& row : response.rows()) {
        rows.push_back(absl::StrCat(row.verb(), " ",
                                    std::string(programme::StatusName(row.status())), " ",
                                    row.staff().actor(), ": ", row.staff().reason()));
        EXPECT_EQ(row.hash().size(), 32u);
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return rows;
  }

  std::string id_;
};

TEST_F(Staffing, AssignmentsAreShownWithTheApplication) {
  const region::v1::DecisionResult result = AssignOne({"ivars", "eva"});
  EXPECT_FALSE(result.has_error()) << result.DebugString();
  EXPECT_EQ(result.status(), APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(result.receipt().hash().size(), 32u);
  EXPECT_THAT(Get().staffing().assigned(), ElementsAre("eva", "ivars"));
  AssignOne({"ivars"}, true);
  EXPECT_THAT(Get().staffing().assigned(), ElementsAre("eva"));
  EXPECT_FALSE(AssignOne({"eva"}).has_receipt()) << "nothing to do";
  EXPECT_FALSE(AssignOne({"oskars"}, true).has_receipt()) << "nothing to take back";
}

TEST_F(Staffing, EachAssignmentSucceedsOrFailsByItself) {
  region::v1::AssignEvaluatorsRequest request;
  request.set_call(OpenCall().id());
  AddTo(&request, id_, {"eva"});
  AddTo(&request, std::string(NewRequest().bytes()), {"eva"});
  AddTo(&request, id_, {});
  AddTo(&request, id_, {"a\nb"});
  AddTo(&request, "", {"ivars"});
  request.mutable_assignments(4)->set_external_ref("P-1");
  AddTo(&request, "", {"ivars"});
  request.mutable_assignments(5)->set_external_ref("P-2");
  // Later items build on earlier ones.
  AddTo(&request, id_, {"eva"}, true);
  const region::v1::AssignEvaluatorsResponse response = Assign(request);
  std::vector<std::string> codes;
  for (const auto& result : response.results()) codes.push_back(result.error().code());
  EXPECT_THAT(codes, ElementsAre("", "UNKNOWN_APPLICATION", "MISSING_FIELD", "BAD_TEXT", "",
                                 "UNKNOWN_APPLICATION", ""));
  EXPECT_THAT(Get().staffing().assigned(), ElementsAre("ivars"));
}

TEST_F(Staffing, TheSameRequestAgainGetsTheSameAnswer) {
  region::v1::AssignEvaluatorsRequest request;
  request.set_request_id(std::string(NewRequest().bytes()));
  AddTo(&request, id_, {"eva"});
  const std::string first = Assign(request).DebugString();
  AssignOne({"eva"}, true);
  EXPECT_EQ(Assign(request).DebugString(), first);
  Stop();
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_EQ(Assign(request).DebugString(), first);
  EXPECT_TRUE(Get().staffing().assigned().empty()) << "it was not done again";
}

TEST_F(Staffing, MoreEvaluatorsThanAnApplicationMayHaveAreRefused) {
  std::vector<std::string> evaluators;
  for (int i = 0; i < 100; ++i) evaluators.push_back(absl::StrCat("evaluator-", i));
  EXPECT_FALSE(AssignOne(evaluators).has_error());
  EXPECT_EQ(AssignOne({"one-more"}).error().code(), "TOO_MANY");
}

TEST_F(Staffing, WhoDeclaresAConflictCannotScore) {
  AssignOne({"eva"});
  const auto result = Declare(Conflict());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->status(), APPLICATION_STATUS_SUBMITTED);
  EXPECT_TRUE(Get().staffing().assigned().empty());
  EXPECT_THAT(Get().staffing().conflicts(), ElementsAre("eva"));
  const region::v1::DecisionResult refused = Score("eva", 400);
  EXPECT_EQ(refused.error().code(), "CONFLICT_OF_INTEREST");
  EXPECT_THAT(refused.error().message_lv(), HasSubstr("interešu konflikt"));
  EXPECT_FALSE(Score("ivars", 400).has_error());
}

TEST_F(Staffing, TheScoreIsWorkedOutAnewWithoutWhoDeclaresAConflict) {
  Score("eva", 500);
  Score("ivars", 300);
  EXPECT_EQ(Get().application().summary().score_hundredths(), 4000);
  const auto result = Declare(Conflict());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->status(), APPLICATION_STATUS_EVALUATED);
  EXPECT_EQ(Get().application().summary().score_hundredths(), 3000);
  EXPECT_TRUE(Get().application().summary().thresholds_met());
  EXPECT_EQ(Declare(Conflict("ivars"), "dace")->status(), APPLICATION_STATUS_SUBMITTED);
  EXPECT_FALSE(Get().application().summary().has_score_hundredths());
  region::v1::VerifyNodeResponse verified;
  ASSERT_TRUE(stub_->VerifyNode(NewContext().get(), {}, &verified).ok());
  EXPECT_TRUE(verified.ok()) << verified.DebugString();
}

TEST_F(Staffing, AConflictComesTooLateOnceADecisionIsTaken) {
  Evaluate(id_);
  Approve(id_, NewRequest());
  const absl::Status status = Declare(Conflict("Eva"), "dace").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(FaultsOf(status).size(), 1u);
  EXPECT_EQ(FaultsOf(status)[0].code, "DECISION_TAKEN");
  EXPECT_FALSE(FaultsOf(status)[0].message_lv.empty());
}

TEST_F(Staffing, AConflictNeedsAReasonAndAnApplication) {
  region::v1::DeclareConflictRequest request = Conflict();
  request.clear_reason();
  EXPECT_EQ(Declare(request).status().code(), absl::StatusCode::kInvalidArgument);
  request = Conflict();
  request.set_application_id(std::string(NewRequest().bytes()));
  EXPECT_EQ(Declare(request).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(Staffing, AConflictDeclaredAgainByTheSameRequestIsAnsweredTheSame) {
  Score("eva", 500);
  const region::v1::DeclareConflictRequest request = Conflict();
  const auto first = Declare(request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Declare(request)->DebugString(), first->DebugString());
  Stop();
  ASSERT_EQ(Start(), absl::OkStatus());
  EXPECT_EQ(Declare(request)->DebugString(), first->DebugString());
  EXPECT_EQ(Score("eva", 500).error().code(), "CONFLICT_OF_INTEREST") << "also after a restart";
}

TEST_F(Staffing, TheHistoryTellsWhoDidWhatAndWhy) {
  AssignOne({"eva", "ivars"});
  Score("eva", 400);
  Declare(Conflict()).status().IgnoreError();
  AssignOne({"ivars"}, true);
  const std::vector<std::string> rows = {
      "submit SUBMITTED anonymous: ",
      "assign SUBMITTED dace: eva, ivars",
      "evaluate EVALUATED eva: ",
      "conflict EVALUATED eva: eva: my sister's school",
      "conflict SUBMITTED eva: eva: my sister's school",
      "unassign SUBMITTED dace: ivars",
  };
  EXPECT_EQ(History(), rows);
  EXPECT_EQ(History(1), rows);
}

}  // namespace
}  // namespace kopa::node
