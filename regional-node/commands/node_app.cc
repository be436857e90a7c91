#include "regional-node/commands/node_app.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/base/status.h"
#include "common/http/standard_routes.h"
#include "common/rpc/metrics_interceptor.h"
#include "common/server/committer_metrics.h"
#include "data/territory_data.h"
#include "regional-node/commands/backup.h"
#include "regional-node/core/families.h"
#include "regional-node/fence/fence.h"
#include "regional-node/service/queries.h"

namespace kopa::node {

namespace {

constexpr absl::Duration kCallsPatience = absl::Seconds(3);
constexpr absl::Duration kFlushPatience = absl::Seconds(3);
constexpr size_t kWorkerThreads = 2;
// Batches of up to a MiB: what waits may take a tenth of a small machine's memory.
constexpr size_t kBulkCommands = 64;
// Recomputing reads everything: one at a time, and nobody queues behind more than one other.
constexpr size_t kVerifierJobs = 1;

}  // namespace

NodeApp::NodeApp(NodeOptions options, const Clock* clock, Entropy* entropy,
                 observability::Logger* logger)
    : options_(std::move(options)), clock_(clock), entropy_(entropy), logger_(logger) {}

NodeApp::~NodeApp() { Stop(); }

absl::StatusOr<std::unique_ptr<NodeApp>> NodeApp::Start(NodeOptions options,
                                                        std::unique_ptr<storage::Store> store,
                                                        std::unique_ptr<storage::Store> key_store,
                                                        const Clock* clock, Entropy* entropy,
                                                        observability::Logger* logger) {
  std::unique_ptr<NodeApp> app(new NodeApp(std::move(options), clock, entropy, logger));
  RETURN_IF_ERROR(app->Recover(std::move(store), std::move(key_store)));
  RETURN_IF_ERROR(app->OpenEpoch());
  app->StartCommitter();
  RETURN_IF_ERROR(app->StartServers());
  return app;
}

absl::Status NodeApp::Recover(std::unique_ptr<storage::Store> store,
                              std::unique_ptr<storage::Store> key_store) {
  ASSIGN_OR_RETURN(Territory territory, Territory::Load(territory_data::Files()));
  territory_ = std::make_unique<Territory>(std::move(territory));
  store_ = std::move(store);
  const auto view = store_->Snapshot();
  // First of all: whose data these are. Nothing is made beside those of another node.
  ASSIGN_OR_RETURN(core_, NodeCore::Recover(options_.node, *view));
  // A key is made for a node that begins. One that has applications has them sealed under its own.
  const bool begun = store_->Get(kMeta, kNodeStateKey).ok();
  if (begun && !FileExists(options_.key_file)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data folder is in use since earlier, but its key file ",
                     options_.key_file, " is missing; put it back, or name it with --key-file"));
  }
  ASSIGN_OR_RETURN(vault::NodeKey key, vault::NodeKey::LoadOrCreate(options_.key_file, *entropy_));
  key_ = std::make_unique<vault::NodeKey>(std::move(key));
  ASSIGN_OR_RETURN(SigningKey signing, SigningKey::FromSeed(key_->signing_seed().bytes()));
  signing_ = std::make_unique<SigningKey>(std::move(signing));
  key_space_ = key_store.get();
  ASSIGN_OR_RETURN(keys_, vault::KeyStore::Open(std::move(key_store), options_.node,
                                                key_->wrap_key(), entropy_, !begun));
  sealer_ = std::make_unique<Sealer>(options_.node, key_.get(), entropy_);
  RETURN_IF_ERROR(schools_.Load(*view));
  for (const programme::v1::Call* call : core_->Definitions()) {
    // One that this version can't use keeps the node from that call only.
    if (absl::Status status = calls_.Publish(*call); !status.ok()) {
      logger_->Error("a stored call can't be used", {{"call", call->id()}, {"error", status}});
    }
  }
  return absl::OkStatus();
}

// The order matters: what the fence file says is judged before anything is written, and the file is
// opened for writing only by a store that may go on.
absl::Status NodeApp::OpenEpoch() {
  ASSIGN_OR_RETURN(const std::string boot_id, fence::ReadBootId());
  auto file = fence::ReadFence(options_.fence_file);
  if (absl::IsDataLoss(file.status())) {
    logger_->Warning("the fence file is damaged and proves nothing", {{"error", file.status()}});
    file = std::optional<fence::FenceRecord>();
  }
  RETURN_IF_ERROR(file.status());
  const NodeState& state = core_->state();
  const auto view = store_->Snapshot();
  const fence::StoreState store_state{state.epoch, state.head.seq,
                                      [&](Seq seq) -> std::optional<std::string> {
                                        const auto record = ReadRecord(*view, seq);
                                        if (!record.ok()) return std::nullopt;
                                        return record->hash();
                                      }};
  const fence::FenceVerdict verdict = fence::Judge(*file, store_state, boot_id);
  if (verdict == fence::FenceVerdict::kRolledBack) {
    core_->FenceSelf(national::v1::FENCE_REASON_BEHIND_FENCE_FILE,
                     "the data folder is older than the fence file: it was restored from a copy; "
                     "put the newest data back");
  } else if (options_.restored && verdict != fence::FenceVerdict::kCurrent) {
    // The centre's proof would only show that it has nothing newer, and it may have been away for
    // the newest awards.
    core_->FenceSelf(national::v1::FENCE_REASON_BEHIND_FENCE_FILE,
                     "the data folder was restored from a backup, and its fence file does not say "
                     "that the backup is the newest: run `kopa-node rejoin`");
  }
  if (core_->state().fenced()) {
    logger_->Error("this node is fenced: it serves reads and refuses changes",
                   {{"reason", core_->state().fence_detail}});
    view_.Update(*core_);
    return absl::OkStatus();
  }
  // Whoever restored it may have put an old fence file back, too: proved first, spent then.
  const bool current = verdict == fence::FenceVerdict::kCurrent && !options_.restored;
  NodeEffects effects;
  core_->Open(clock_->Now(), entropy_->Bytes(16), current, effects);
  Failpoint("epoch-before-write");
  RETURN_IF_ERROR(store_->Write(effects.batch));
  Failpoint("epoch-written");
  fence::FenceRecord record;
  record.epoch = core_->state().epoch;
  record.seq = core_->state().head.seq;
  record.hash = core_->state().head.hash;
  record.boot_id = boot_id;
  record.proven = current;
  ASSIGN_OR_RETURN(fence_, fence::FenceFile::Open(options_.fence_file, record));
  Failpoint("epoch-fenced");
  view_.Update(*core_);
  return absl::OkStatus();
}

absl::Status NodeApp::BeforeWrite(NodeEffects& effects) {
  pruner_->AddTo(clock_->Now(), &effects.batch);
  if (effects.wrapped_keys.empty()) return absl::OkStatus();
  std::vector<vault::WrappedKey> keys;
  keys.reserve(effects.wrapped_keys.size());
  for (auto& [id, sealed] : effects.wrapped_keys) keys.push_back({id, std::move(sealed)});
  RETURN_IF_ERROR(keys_->Put(keys));
  Failpoint("keys-written");
  return absl::OkStatus();
}

void NodeApp::AfterWrite(NodeCore& core, NodeEffects& effects) {
  for (const std::string& alarm : effects.alarms) {
    logger_->Error("the centre's history is not what it was", {{"reason", alarm}});
  }
  for (const programme::v1::Call& call : effects.calls_changed) {
    if (absl::Status status = calls_.Publish(call); !status.ok()) {
      logger_->Error("the centre sent a call that can't be used; the version before stays",
                     {{"call", call.id()}, {"error", status}});
    }
  }
  for (const national::v1::SchoolAnnounced& school : effects.schools_learned) schools_.Add(school);
  if (fence_ != nullptr && !effects.batch.empty() && !core.state().fenced()) {
    Failpoint("fence-before-update");
    const absl::Status status = fence_->Update(core.state().head.seq, core.state().head.hash);
    KOPA_CHECK_MSG(status.ok(), status.ToString());
    Failpoint("fence-updated");
  }
  if (fence_ != nullptr && core.connected() && !was_connected_) {
    const absl::Status status = fence_->MarkProven();
    KOPA_CHECK_MSG(status.ok(), status.ToString());
  }
  was_connected_ = core.connected();
  view_.Update(core);
  if (link_started_) link_->Wake();
}

void NodeApp::StartCommitter() {
  space_ = std::make_unique<engine::SpaceGuard>(
      std::vector<const storage::Store*>{store_.get(), key_space_}, clock_,
      options_.disk_reserve_bytes);
  pruner_ = std::make_unique<RequestPruner>(store_.get());
  engine::CommitterLimits limits;
  limits.bulk_commands = kBulkCommands;
  NodeCommitter::Hooks hooks;
  hooks.before_write = [this](NodeEffects& effects) { return BeforeWrite(effects); };
  hooks.after_write = [this](NodeCore& core, NodeEffects& effects) { AfterWrite(core, effects); };
  committer_ = std::make_unique<NodeCommitter>(core_.get(), store_.get(), clock_, space_.get(),
                                               limits, std::move(hooks));
  worker_ = std::make_unique<engine::Worker>(kWorkerThreads);
  verifier_ = std::make_unique<engine::Worker>(1, kVerifierJobs);
  context_.node = options_.node;
  context_.store = store_.get();
  context_.committer = committer_.get();
  context_.calls = &calls_;
  context_.schools = &schools_;
  context_.territory = territory_.get();
  context_.key = key_.get();
  context_.keys = keys_.get();
  context_.sealer = sealer_.get();
  context_.view = &view_;
  context_.worker = worker_.get();
  context_.verifier = verifier_.get();
  context_.stopping = &draining_;
  context_.entropy = entropy_;
  context_.clock = clock_;
  context_.logger = logger_;
  committer_->Start();
}

absl::Status NodeApp::StartServers() {
  service_ = std::make_unique<RegionService>(
      &context_, options_.insecure ? rpc::Transport::kInsecure : rpc::Transport::kTls);
  std::vector<grpc::Service*> services = {service_.get()};
  if (!options_.data_dir.empty()) {
    operations_ = std::make_unique<operations::OperationsService>(
        NodeStoreKind(), store_.get(), options_.data_dir, options_.disk_reserve_bytes, entropy_);
    services.push_back(operations_.get());
  }
  rpc::ServerBuilderOptions server;
  server.address = options_.listen;
  server.insecure = options_.insecure;
  server.tls = options_.tls;
  server.metrics = &metrics_;
  server.clock = clock_;
  server.logger = logger_;
  ASSIGN_OR_RETURN(server_, rpc::Server::Start(server, services));

  LinkClient::Options link;
  link.centre.address = options_.central;
  link.centre.insecure = options_.insecure;
  link.centre.tls = options_.tls;
  link.centre.own_connection = true;
  link.key = signing_.get();
  link.advertise = options_.advertise.empty() ? server_->address() : options_.advertise;
  link_ = std::make_unique<LinkClient>(&context_, &view_, std::move(link));

  RegisterMetrics();
  if (!options_.http.empty()) {
    http_ = std::make_unique<http::Server>(http::ServerOptions{.address = options_.http});
    http::RegisterStandardRoutes(
        http_.get(), &metrics_,
        [this] { return draining_ ? absl::UnavailableError("draining") : absl::OkStatus(); },
        [this] { return Restrictions(); });
    RETURN_IF_ERROR(http_->Start());
  }
  if (!options_.central.empty()) {
    link_->Start();
    link_started_ = true;
  }
  if (operations_ != nullptr) RETURN_IF_ERROR(operations_->Announce(server_->address()));
  return absl::OkStatus();
}

bool NodeApp::IsFenced() const { return view_.Get().state.fenced(); }

std::string NodeApp::Restrictions() const {
  const NodeState state = view_.Get().state;
  if (!state.fenced()) return "";
  return absl::StrCat("fenced: reads are served, changes are refused: ", state.fence_detail);
}

void NodeApp::RegisterMetrics() {
  observability::RegisterProcessMetrics(&metrics_);
  server::RegisterCommitterMetrics(committer_.get(), &metrics_);
  metrics_.CallbackGauge("kopa_link_connected", "1 while the centre has accepted the proof", {},
                         [this] { return view_.Get().connected ? 1.0 : 0.0; });
  metrics_.CallbackGauge("kopa_link_lag_records", "Records that the centre has not confirmed", {},
                         [this] {
                           const NodeStanding standing = view_.Get();
                           return static_cast<double>(standing.state.head.seq.value()) -
                                  static_cast<double>(standing.acknowledged.value());
                         });
  metrics_.CallbackGauge("kopa_link_alarm", "1 where the centre's history was found rewritten", {},
                         [this] { return view_.Get().state.centre.alarm.empty() ? 0.0 : 1.0; });
  metrics_.CallbackGauge("kopa_node_fenced", "1 while the node refuses changes", {},
                         [this] { return view_.Get().state.fenced() ? 1.0 : 0.0; });
  metrics_.CallbackGauge("kopa_node_applications", "Applications held", {},
                         [this] { return static_cast<double>(view_.Get().applications); });
  for (const char* figure : {"allotted", "approved", "headroom", "pending"}) {
    metrics_.CallbackGauge("kopa_node_budget_cents", "Euro cents over all calls, by what they are",
                           {{"figure", figure}}, [this, figure = std::string(figure)] {
                             int64_t sum = 0;
                             for (const auto& call : view_.Get().figures) {
                               if (figure == "allotted") sum += call.totals.allotted.cents();
                               if (figure == "approved") sum += call.totals.Approved().cents();
                               if (figure == "headroom") sum += call.headroom.cents();
                               if (figure == "pending") sum += call.pending.cents();
                             }
                             return static_cast<double>(sum);
                           });
  }
}

std::string NodeApp::ListeningLine() const {
  return absl::StrCat("listening grpc=", server_->address(),
                      " http=", http_ == nullptr ? std::string("-") : http_->address());
}

void NodeApp::Stop() {
  if (stopped_) return;
  stopped_ = true;
  draining_ = true;
  if (operations_ != nullptr) operations_->Stop();
  if (server_ != nullptr) {
    server_->SetServing(false);
    server_->Shutdown(kCallsPatience);
  }
  if (link_started_) view_.WaitUntilAcknowledged(kFlushPatience);
  if (link_ != nullptr) link_->Stop();
  link_started_ = false;
  worker_.reset();
  verifier_.reset();
  if (committer_ != nullptr) committer_->Stop();
  if (fence_ != nullptr && core_ != nullptr && !core_->state().fenced()) {
    Failpoint("stop-before-clean");
    if (absl::Status status = fence_->MarkClean(); !status.ok()) {
      logger_->Error("the fence file could not be closed", {{"error", status}});
    }
    Failpoint("stop-cleaned");
  }
  if (http_ != nullptr) http_->Stop();
}

}  // namespace kopa::node
