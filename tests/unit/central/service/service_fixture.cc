#include "tests/unit/central/service/service_fixture.h"

#include <thread>
#include <utility>

#include "central/core/families.h"
#include "common/base/status.h"
#include "data/territory_data.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "tests/unit/central/testing/test_centre.h"

namespace kopa::central::testing {

using ::kopa::national::v1::ConnectRequest;
using ::kopa::national::v1::ConnectResponse;

namespace {

constexpr std::chrono::seconds kPatience(10);

std::unique_ptr<CentralCore> NewCore(storage::MemoryStore& store, const Clock& clock) {
  auto core = CentralCore::Recover(TestNodes(), *store.Snapshot());
  KOPA_CHECK(core.ok());
  CentralEffects effects;
  KOPA_CHECK((*core)->Open(clock.Now(), std::string(16, 'c'), TestCalls(), effects).ok());
  KOPA_CHECK(store.Write(effects.batch).ok());
  return *std::move(core);
}

}  // namespace

// --- The node

ScriptedNode::ScriptedNode(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(national::v1::LinkService::NewStub(channel)) {
  context_.set_deadline(std::chrono::system_clock::now() + kPatience);
  stream_ = stub_->Connect(&context_);
}

ScriptedNode::~ScriptedNode() {
  if (is_finished_) return;
  context_.TryCancel();
  Finish();
}

bool ScriptedNode::SendHello(const JournalWriter& journal) {
  ConnectRequest request;
  *request.mutable_hello() = journal.Hello();
  return Send(request);
}

bool ScriptedNode::SendProof(const JournalWriter& journal, uint64_t seq) {
  ConnectRequest request;
  *request.mutable_proof() = journal.ProofAt(seq);
  return Send(request);
}

bool ScriptedNode::SendBatch(const national::v1::RecordBatch& batch) {
  ConnectRequest request;
  *request.mutable_batch() = batch;
  return Send(request);
}

bool ScriptedNode::SendHeartbeat(uint64_t head_seq) {
  ConnectRequest request;
  request.mutable_heartbeat()->set_head_seq(head_seq);
  return Send(request);
}

absl::optional<ConnectResponse> ScriptedNode::Next() {
  ConnectResponse response;
  while (stream_->Read(&response)) {
    if (!response.has_heartbeat()) return response;
  }
  return absl::nullopt;
}

absl::optional<ConnectResponse> ScriptedNode::Next(ConnectResponse::MessageCase kind) {
  ConnectResponse response;
  while (stream_->Read(&response)) {
    if (response.message_case() == kind) return response;
  }
  return absl::nullopt;
}

grpc::Status ScriptedNode::Finish() {
  ConnectResponse response;
  while (stream_->Read(&response)) {
  }
  is_finished_ = true;
  return stream_->Finish();
}

bool ScriptedNode::Join(const JournalWriter& journal) {
  SendHello(journal);
  const auto welcome = Next();
  if (!welcome.has_value() || !welcome->has_welcome()) return false;
  applied_ = welcome->welcome().applied_seq();
  SendProof(journal, applied_);
  const auto admitted = Next();
  return admitted.has_value() && admitted->has_admitted();
}

uint64_t ScriptedNode::Deliver(const JournalWriter& journal) {
  SendBatch(journal.BatchFrom(applied_ + 1));
  const auto ack = Next(ConnectResponse::kAck);
  if (ack.has_value()) applied_ = ack->ack().applied_seq();
  return applied_;
}

// --- The centre

LinkLimits ServiceFixture::QuickLimits() {
  LinkLimits limits;
  limits.heartbeat = absl::Milliseconds(20);
  return limits;
}

ServiceFixture::ServiceFixture(LinkLimits limits, const rpc::TlsFiles& tls)
    : territory_(*Territory::Load(territory_data::Files())),
      logger_(&clock_, observability::Level::kDebug, observability::LogFormat::kText, &log_),
      store_(FamilyNames().size()),
      core_(NewCore(store_, clock_)),
      view_(&territory_),
      space_(&store_, &clock_, 0),
      committer_(core_.get(), &store_, &clock_, &space_, {},
                 {.before_write = nullptr,
                  .after_write =
                      [this](CentralCore& core, CentralEffects& effects) {
                        view_.Update(core, effects);
                        link_.Deliver(core, effects);
                      }}),
      link_({.view = &view_,
             .clock = &clock_,
             .logger = &logger_,
             .transport = tls.cert.empty() ? rpc::Transport::kInsecure : rpc::Transport::kTls,
             .store = &store_,
             .entropy = &nonces_,
             .key = &key_,
             .submit =
                 [this](CentralCommand command, std::function<void()> done) {
                   if (is_queue_full_) return absl::ResourceExhaustedError("the queue is full");
                   return committer_.Submit(
                       engine::Lane::kLink, std::move(command),
                       [done = std::move(done)](const absl::StatusOr<CentralReply>&) { done(); });
                 },
             .limits = limits}),
      national_(&view_, &store_),
      office_({.view = &view_,
               .store = &store_,
               .territory = &territory_,
               .entropy = &entropy_,
               .transport = tls.cert.empty() ? rpc::Transport::kInsecure : rpc::Transport::kTls,
               .submit =
                   [this](CentralCommand command,
                          std::function<void(absl::StatusOr<CentralReply>)> done) -> absl::Status {
                 if (is_queue_full_) return absl::ResourceExhaustedError("the queue is full");
                 return committer_.Submit(engine::Lane::kInteractive, std::move(command),
                                          std::move(done));
               }}) {
  view_.Load(*core_);
  committer_.Start();
  rpc::ServerBuilderOptions options;
  options.address = "127.0.0.1:0";
  options.insecure = tls.cert.empty();
  options.tls = tls;
  options.clock = &clock_;
  auto server = rpc::Server::Start(options, {&link_, &national_, &office_});
  KOPA_CHECK(server.ok());
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
  stub_ = national::v1::NationalService::NewStub(channel_);
  office_stub_ = national::v1::OfficeService::NewStub(channel_);
}

ServiceFixture::~ServiceFixture() {
  national_.Stop();
  link_.Stop();
  server_->Shutdown(absl::Seconds(5));
  committer_.Stop();
}

bool ServiceFixture::Eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

national::v1::Node ServiceFixture::NodeNow(const std::string& node) {
  return *view_.FindNode(NodeId(node));
}

int64_t ServiceFixture::ApplicationsNow() {
  national::v1::GetTotalsRequest request;
  request.set_call("grants");
  return view_.GetTotals(request)->total().applications();
}

}  // namespace kopa::central::testing
