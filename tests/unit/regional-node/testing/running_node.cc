#include "tests/unit/regional-node/testing/running_node.h"

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/programme/loader.h"
#include "data/programme_data.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "regional-node/core/node_core.h"
#include "regional-node/vault/key_store.h"
#include "regional-node/vault/node_key.h"
#include "tests/unit/regional-node/testing/scripted_centre.h"

namespace kopa::node::testing {
namespace {

constexpr std::chrono::seconds kPatience(10);

}  // namespace

RunningNode::RunningNode()
    : logger_(&clock_, observability::Level::kDebug, observability::LogFormat::kText, &log_),
      store_(FamilyNames().size()),
      keys_(std::make_unique<storage::MemoryStore>(vault::KeyStoreFamilies().size())) {
  options_.node = node_;
  options_.listen = "127.0.0.1:0";
  options_.insecure = true;
  options_.key_file = folder_.Below("key");
  options_.fence_file = folder_.Below("fence");
}

RunningNode::~RunningNode() { Stop(); }

programme::v1::Call RunningNode::OpenCall() {
  const auto calls = programme::LoadCalls(programme_data::Files());
  KOPA_CHECK(calls.ok());
  for (programme::v1::Call call : *calls) {
    if (call.id() != "pumpurs-2019") continue;
    call.mutable_window()->set_closes("2199-01-01T00:00:00");
    call.clear_municipality_terms();
    return call;
  }
  return {};
}

void RunningNode::Prepare(const std::vector<programme::v1::Call>& calls, int allotments) {
  const auto core = NodeCore::Recover(node_, *store_.Snapshot());
  KOPA_CHECK(core.ok());
  NodeEffects effects;
  (*core)->Open(clock_.Now(), entropy_.Bytes(16), true, effects);
  const auto step = [&](NodeCommand command) {
    (*core)->Step(clock_.Now(), 1, std::move(command), effects);
  };
  step(LinkAdmitted{kIncarnation, kIncarnationNonce});
  uint64_t number = 0;
  for (const programme::v1::Call& call : calls) {
    national::v1::DownEntry entry;
    entry.set_incarnation(kIncarnation);
    entry.set_number(++number);
    *entry.mutable_call()->mutable_call() = call;
    step(std::move(entry));
  }
  for (int i = 1; i <= allotments; ++i) {
    national::v1::AllotmentTotals allotment;
    allotment.set_call(calls.at(0).id());
    allotment.mutable_allotted()->set_cents(i);
    step(std::move(allotment));
  }
  (*core)->Finish(effects);
  KOPA_CHECK(store_.Write(effects.batch).ok());
  KOPA_CHECK(vault::NodeKey::LoadOrCreate(options_.key_file, entropy_).ok());
  const auto key = vault::NodeKey::Load(options_.key_file);
  KOPA_CHECK(vault::KeyStore::Open(std::make_unique<GatedStore>(keys_.get(), &key_gate_), node_,
                                   key->wrap_key(), &entropy_)
                 .ok());
}

absl::Status RunningNode::Start(const std::string& central) {
  NodeOptions options = options_;
  options.central = central;
  ASSIGN_OR_RETURN(app_,
                   NodeApp::Start(std::move(options), std::make_unique<GatedStore>(&store_, &gate_),
                                  std::make_unique<GatedStore>(keys_.get(), &key_gate_), &clock_,
                                  &entropy_, &logger_));
  // "listening grpc=ADDR:PORT http=-"
  const std::string line = app_->ListeningLine();
  const size_t begin = line.find('=') + 1;
  const std::string address = line.substr(begin, line.find(' ', begin) - begin);
  stub_ = region::v1::RegionService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  return absl::OkStatus();
}

void RunningNode::Stop() {
  if (app_ != nullptr) app_->Stop();
  app_.reset();
}

std::unique_ptr<grpc::ClientContext> RunningNode::NewContext() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + kPatience);
  return context;
}

bool RunningNode::Eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

region::v1::ApplicationInput RunningNode::Application(int number) {
  region::v1::ApplicationInput input;
  input.set_external_ref(absl::StrCat("P-", number));
  input.set_municipality("Jelgava");
  input.mutable_applicant()->set_name("Biedrība Paraugs");
  input.mutable_applicant()->set_reg_no("40008900007");
  input.mutable_applicant()->set_type("association");
  input.set_youth_group("yes");
  input.set_title("Es varu");
  input.add_activities("motivation");
  input.add_grades("7");
  input.add_risks("learning");
  input.set_participants(25);
  input.set_amount_cents(460'000);
  region::v1::Contact* contact = input.mutable_personal()->mutable_contact();
  contact->set_name("Paraugs Paraudziņš");
  contact->set_email("paraugs@example.lv");
  return input;
}

region::v1::SubmitResult RunningNode::Submit(int number) {
  region::v1::SubmitApplicationRequest request;
  request.set_request_id(std::string(NewRequest().bytes()));
  request.set_call(OpenCall().id());
  *request.mutable_application() = Application(number);
  region::v1::SubmitApplicationResponse response;
  const grpc::Status status = stub_->SubmitApplication(NewContext().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.result().faults_size(), 0) << response.result().DebugString();
  return response.result();
}

void RunningNode::Evaluate(const std::string& id) {
  region::v1::EvaluateApplicationsRequest request;
  request.set_request_id(std::string(NewRequest().bytes()));
  auto* evaluation = request.add_evaluations();
  evaluation->set_application_id(id);
  evaluation->set_evaluator("Eva");
  const programme::v1::Call call = OpenCall();
  for (const auto& criterion : call.evaluation().criteria()) {
    auto* score = evaluation->add_scores();
    score->set_criterion(criterion.id());
    score->set_hundredths(400);
  }
  region::v1::EvaluateApplicationsResponse response;
  const grpc::Status status = stub_->EvaluateApplications(NewContext().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_FALSE(response.results(0).has_error()) << response.DebugString();
}

region::v1::DecisionResult RunningNode::Approve(const std::string& id, const Uuid& request_id) {
  region::v1::DecideApplicationsRequest request;
  request.set_request_id(std::string(request_id.bytes()));
  auto* decision = request.add_decisions();
  decision->set_application_id(id);
  decision->set_verb(region::v1::DECISION_VERB_APPROVE);
  const auto context = NewContext();
  context->AddMetadata("kopa-actor", "dace");
  region::v1::DecideApplicationsResponse response;
  const grpc::Status status = stub_->DecideApplications(context.get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.results_size() == 1 ? response.results(0) : region::v1::DecisionResult();
}

int RunningNode::ApplicationsListed() {
  region::v1::ListApplicationsRequest request;
  request.set_call(OpenCall().id());
  request.set_page_size(1000);
  region::v1::ListApplicationsResponse response;
  const grpc::Status status = stub_->ListApplications(NewContext().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.applications_size();
}

region::v1::GetNodeStatusResponse RunningNode::Status() {
  region::v1::GetNodeStatusResponse response;
  const grpc::Status status = stub_->GetNodeStatus(NewContext().get(), {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

}  // namespace kopa::node::testing
