#include "tests/unit/client/testing/fake_servers.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/status.h"
#include "common/base/uuid.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace kopa::client::testing {
namespace {

using kopa::national::v1::ApplicationStatus;
using kopa::region::v1::Application;

}  // namespace

std::string ActorOf(const grpc::ServerContext& context) {
  const auto found = context.client_metadata().find("kopa-actor");
  if (found == context.client_metadata().end()) return "";
  return {found->second.data(), found->second.size()};
}

ClientParts RealParts() {
  static const SystemClock* const clock = new SystemClock();
  static SystemEntropy* const entropy = new SystemEntropy();
  return {clock, entropy,
          [](absl::Duration delay) { absl::SleepFor(std::min(delay, absl::Milliseconds(10))); }};
}

Listener::Listener(grpc::Service* service, grpc::Service* second) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(service);
  if (second != nullptr) builder.RegisterService(second);
  server_ = builder.BuildAndStart();
  KOPA_CHECK(server_ != nullptr && port != 0);
  address_ = absl::StrCat("127.0.0.1:", port);
}

Listener::~Listener() { Stop(); }

void Listener::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

std::vector<FakeRegion::Batch> FakeRegion::batches() const {
  MutexLock lock(&mutex_);
  return batches_;
}

size_t FakeRegion::kept() const {
  MutexLock lock(&mutex_);
  return applications_.size();
}

std::vector<kopa::region::v1::DecideApplicationsRequest> FakeRegion::decisions() const {
  MutexLock lock(&mutex_);
  return decisions_;
}

std::vector<std::string> FakeRegion::actors() const {
  MutexLock lock(&mutex_);
  return actors_;
}

std::string FakeRegion::Add(const std::string& reference, ApplicationStatus status) {
  MutexLock lock(&mutex_);
  return AddLocked(reference, status);
}

void FakeRegion::Change(const std::string& reference,
                        const std::function<void(Application*)>& change) {
  MutexLock lock(&mutex_);
  change(&applications_.at(reference));
}

std::string FakeRegion::AddLocked(const std::string& reference, ApplicationStatus status) {
  Application& application = applications_[reference];
  // Over all nodes in the order of adding, so that tests know how they sort.
  static std::atomic<int64_t> milliseconds{1'700'000'000'000};
  const std::string id(RealParts().entropy->NewUuid(absl::FromUnixMillis(++milliseconds)).bytes());
  application.mutable_summary()->set_application_id(id);
  application.mutable_summary()->set_status(status);
  application.mutable_summary()->set_organisation("Biedrība \"Tests\"");
  application.mutable_summary()->mutable_requested()->set_cents(460000);
  application.mutable_content()->set_external_ref(reference);
  return id;
}

void FakeRegion::Take(const kopa::region::v1::ApplicationInput& input,
                      kopa::region::v1::SubmitResult* result) {
  const std::string& reference = input.external_ref();
  if (absl::StartsWith(reference, "bad")) {
    result->set_outcome(kopa::region::v1::SUBMIT_OUTCOME_REJECTED);
    auto* fault = result->add_faults();
    fault->set_field("amount_eur");
    fault->set_code("BAD_AMOUNT");
    fault->set_message("no amount");
    return;
  }
  const bool known = applications_.count(reference) > 0;
  if (!known) AddLocked(reference, kopa::national::v1::APPLICATION_STATUS_SUBMITTED);
  result->set_outcome(known ? kopa::region::v1::SUBMIT_OUTCOME_REPLAYED
                            : kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED);
  result->set_application_id(applications_[reference].summary().application_id());
  result->mutable_receipt()->set_node(node_);
  result->mutable_receipt()->set_epoch(1);
  result->mutable_receipt()->set_seq(applications_.size());
  result->mutable_receipt()->set_hash("hash");
}

grpc::Status FakeRegion::SubmitApplications(grpc::ServerContext* context,
                                            grpc::ServerReaderWriter<Answer, Batch>* stream) {
  Batch batch;
  while (stream->Read(&batch)) {
    int number = 0;
    {
      MutexLock lock(&mutex_);
      actors_.push_back(ActorOf(*context));
      number = static_cast<int>(batches_.size());
      batches_.push_back(batch);
    }
    Answer answer;
    answer.set_request_id(batch.request_id());
    const Step step = on_batch ? on_batch(number, batch, &answer) : Step::kOrdinary;
    if (step == Step::kDrop) return {grpc::StatusCode::UNAVAILABLE, "going away"};
    if (step == Step::kSilent) continue;
    if (step == Step::kOrdinary) {
      MutexLock lock(&mutex_);
      for (const auto& input : batch.applications()) Take(input, answer.add_results());
    }
    stream->Write(answer);
  }
  return grpc::Status::OK;
}

grpc::Status FakeRegion::ListApplications(grpc::ServerContext*,
                                          const kopa::region::v1::ListApplicationsRequest* request,
                                          kopa::region::v1::ListApplicationsResponse* response) {
  if (!unary_error.ok()) return unary_error;
  if (on_list) on_list();
  MutexLock lock(&mutex_);
  // Two a page, so that paging is done at all.
  size_t from = request->page_token().empty() ? 0 : std::stoul(request->page_token());
  std::vector<Application> found;
  for (const auto& [reference, application] : applications_) {
    if (!request->external_ref().empty() && request->external_ref() != reference) continue;
    if (request->status() != kopa::national::v1::APPLICATION_STATUS_UNSPECIFIED &&
        request->status() != application.summary().status()) {
      continue;
    }
    found.push_back(application);
  }
  for (; from < found.size() && response->applications_size() < 2; ++from) {
    *response->add_applications() = found[from];
  }
  if (from < found.size()) response->set_next_page_token(absl::StrCat(from));
  return grpc::Status::OK;
}

grpc::Status FakeRegion::GetApplication(grpc::ServerContext*,
                                        const kopa::region::v1::GetApplicationRequest* request,
                                        kopa::region::v1::GetApplicationResponse* response) {
  if (!unary_error.ok()) return unary_error;
  MutexLock lock(&mutex_);
  for (const auto& [reference, application] : applications_) {
    if (application.summary().application_id() != request->application_id()) continue;
    *response->mutable_application() = application;
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::NOT_FOUND, "no such application"};
}

grpc::Status FakeRegion::DecideApplications(
    grpc::ServerContext* context, const kopa::region::v1::DecideApplicationsRequest* request,
    kopa::region::v1::DecideApplicationsResponse* response) {
  if (!unary_error.ok()) return unary_error;
  MutexLock lock(&mutex_);
  decisions_.push_back(*request);
  actors_.push_back(ActorOf(*context));
  for (const auto& decision : request->decisions()) {
    auto* result = response->add_results();
    result->set_application_id(decision.application_id());
    for (auto& [reference, application] : applications_) {
      if (application.summary().application_id() != decision.application_id()) continue;
      result->set_status(application.summary().status());
      if (application.summary().status() == kopa::national::v1::APPLICATION_STATUS_SUBMITTED) {
        result->mutable_error()->set_code("ILLEGAL_STEP");
        result->mutable_error()->set_message("not evaluated");
        continue;
      }
      application.mutable_summary()->set_status(kopa::national::v1::APPLICATION_STATUS_APPROVED);
      result->set_status(kopa::national::v1::APPLICATION_STATUS_APPROVED);
    }
  }
  return grpc::Status::OK;
}

grpc::Status FakeRegion::ListNodeCalls(grpc::ServerContext*,
                                       const kopa::region::v1::ListNodeCallsRequest*,
                                       kopa::region::v1::ListNodeCallsResponse* response) {
  if (!unary_error.ok()) return unary_error;
  for (const auto& call : calls) *response->add_calls() = call;
  return grpc::Status::OK;
}

grpc::Status FakeRegion::GetNodeStatus(grpc::ServerContext*,
                                       const kopa::region::v1::GetNodeStatusRequest*,
                                       kopa::region::v1::GetNodeStatusResponse* response) {
  if (!unary_error.ok()) return unary_error;
  response->set_node(node_);
  return grpc::Status::OK;
}

grpc::Status FakeRegion::VerifyNode(grpc::ServerContext*,
                                    const kopa::region::v1::VerifyNodeRequest*,
                                    kopa::region::v1::VerifyNodeResponse* response) {
  if (!unary_error.ok()) return unary_error;
  *response = verify;
  return grpc::Status::OK;
}

grpc::Status FakeRegion::CheckNodeReceipt(grpc::ServerContext*,
                                          const kopa::region::v1::CheckNodeReceiptRequest* request,
                                          kopa::region::v1::CheckNodeReceiptResponse* response) {
  if (!unary_error.ok()) return unary_error;
  response->set_head_seq(journal.size());
  if (request->seq() > journal.size()) return grpc::Status::OK;
  response->set_hash(journal[request->seq() - 1].hash());
  response->set_epoch(journal[request->seq() - 1].epoch());
  return grpc::Status::OK;
}

kopa::programme::v1::Call ProjectCall() {
  kopa::programme::v1::Call call;
  KOPA_CHECK(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        id: "pumpurs-test"
        programme: "pumpurs"
        name { lv: "Tests" en: "Test" }
        version: 1
        form: APPLICATION_FORM_PROJECT
        limits { budget_cents: 46000000 }
        window { opens: "2024-01-01T00:00:00" closes: "2030-01-01T00:00:00" }
        territory_date: "2024-06-01"
        amount { fixed_cents: 460000 }
        applicant_types {
          id: "association"
          name { lv: "biedrība" en: "association" }
        }
        activities {
          id: "motivation"
          name { lv: "m" en: "m" }
        }
        grades {
          id: "5"
          name { lv: "5" en: "5" }
        }
        risks {
          id: "family"
          name { lv: "g" en: "f" }
        }
        evaluation {
          criteria {
            id: "2.1"
            name { lv: "a" en: "a" }
            max_hundredths: 500
            step_hundredths: 50
          }
          criteria {
            id: "2.2"
            name { lv: "b" en: "b" }
            max_hundredths: 500
            step_hundredths: 50
          }
          evaluations_needed: 1
        }
        allotment { policy: ALLOTMENT_POLICY_ON_DEMAND pending: PENDING_POLICY_SKIP }
      )pb",
      &call));
  return call;
}

}  // namespace kopa::client::testing
