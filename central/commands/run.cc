#include "central/commands/run.h"

#include <atomic>
#include <iostream>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "central/commands/backup.h"
#include "central/commands/centre_fence.h"
#include "central/commands/definitions.h"
#include "central/core/central_core.h"
#include "central/core/families.h"
#include "central/service/central_metrics.h"
#include "central/service/link_service.h"
#include "central/service/national_service.h"
#include "central/service/national_view.h"
#include "central/service/office_service.h"
#include "central/service/own_journal.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/failpoint.h"
#include "common/base/file.h"
#include "common/base/signing.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/engine/committer.h"
#include "common/http/server.h"
#include "common/http/standard_routes.h"
#include "common/observability/logging.h"
#include "common/observability/metrics.h"
#include "common/operations/operations_service.h"
#include "common/rpc/lifecycle.h"
#include "common/rpc/server.h"
#include "common/server/committer_metrics.h"
#include "common/server/data_folder.h"
#include "common/server/restored_marker.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "data/territory_data.h"

namespace kopa::central {
namespace {

using Committer = engine::Committer<CentralCore>;

constexpr size_t kNonceBytes = 16;
// Of the ten seconds that a stop may take.
constexpr absl::Duration kDrainPatience = absl::Seconds(6);

CentreMark MarkOf(const CentralCore& core) { return {core.state().incarnation, core.state().head}; }

// `suffix` goes to the data folder's own name.
std::string Beside(absl::string_view data_dir, absl::string_view suffix) {
  while (data_dir.size() > 1 && absl::ConsumeSuffix(&data_dir, "/")) {
  }
  return absl::StrCat(data_dir, suffix);
}

// What is on disk is the centre that everything after this serves. A crash before the marker is
// cleared only has the next opening begin one more incarnation.
absl::StatusOr<std::unique_ptr<CentralCore>> OpenCore(
    const std::string& data_dir, const Clock& clock, Entropy& entropy, const Territory& territory,
    const std::vector<programme::v1::Call>& definitions, bool has_key, storage::Store& store,
    observability::Logger& logger) {
  ASSIGN_OR_RETURN(std::unique_ptr<CentralCore> core,
                   CentralCore::Recover(territory.Nodes(), *store.Snapshot()));
  std::string old_copy =
      SignsOfOldCopy(ReadMark(Beside(data_dir, ".fence")), MarkOf(*core),
                     [&](Seq seq) { return OwnHashAt(store, seq).value_or(""); });
  if (old_copy.empty() && !has_key && core->state().incarnation > 0) {
    // What the nodes could show of this centre is signed with a key that it can't tell any more.
    old_copy = "the store was in use, and there is no key beside it that the centre signed with";
  }
  if (old_copy.empty()) {
    // Before anything is written: a store that was ever in use has its fence file.
    RETURN_IF_ERROR(CentreFence::Open(Beside(data_dir, ".fence"), MarkOf(*core)).status());
  } else {
    logger.Warning("the store is an older copy", {{"reason", old_copy}});
  }
  CentralEffects effects;
  RETURN_IF_ERROR(core->Open(clock.Now(), entropy.Bytes(kNonceBytes), definitions, effects,
                             !old_copy.empty() || server::RestoredMarker(data_dir)));
  Failpoint("opening-before-write");
  RETURN_IF_ERROR(store.Write(effects.batch));
  Failpoint("opening-written");
  RETURN_IF_ERROR(server::ClearRestoredMarker(data_dir));
  for (const std::string& warning : effects.warnings) logger.Warning(warning);
  return core;
}

// A running centre: its parts in the order in which they depend on one another, so that they go in
// the opposite one.
class Centre {
 public:
  Centre(const server::Options& options, Territory territory, std::unique_ptr<storage::Store> store,
         std::unique_ptr<CentralCore> core, std::unique_ptr<CentreFence> fence, SigningKey key,
         const Clock* clock, Entropy* entropy, observability::Logger* logger)
      : options_(options),
        territory_(std::move(territory)),
        clock_(clock),
        logger_(logger),
        store_(std::move(store)),
        core_(std::move(core)),
        fence_(std::move(fence)),
        key_(std::move(key)),
        entropy_(entropy),
        view_(&territory_),
        space_(store_.get(), clock, options.disk_reserve_bytes),
        committer_(core_.get(), store_.get(), clock, &space_, {.queue_commands = QueueCommands({})},
                   Hooks()),
        link_(Parts(logger)),
        national_(&view_, store_.get()),
        office_(PartsOfOffice(entropy)),
        operations_(CentralStoreKind(), store_.get(), options.data_dir, options.disk_reserve_bytes,
                    entropy),
        http_({.address = options.http}) {
    view_.Load(*core_);
    CentralEffects none;
    link_.Deliver(*core_, none);  // what its heartbeats say
  }

  ~Centre() { Stop(); }

  // Returns once everything listens.
  absl::Status Start() {
    server::RegisterCommitterMetrics(&committer_, &metrics_);
    RegisterCentralMetrics(&view_, &metrics_);
    observability::RegisterProcessMetrics(&metrics_);
    committer_.Start();
    rpc::ServerBuilderOptions rpc_options;
    rpc_options.address = options_.listen;
    rpc_options.insecure = options_.insecure;
    rpc_options.tls = options_.tls;
    rpc_options.metrics = &metrics_;
    rpc_options.clock = clock_;
    rpc_options.logger = logger_;
    ASSIGN_OR_RETURN(server_,
                     rpc::Server::Start(rpc_options, {&national_, &office_, &link_, &operations_}));
    http::RegisterStandardRoutes(
        &http_, &metrics_,
        [this] {
          return is_ready_ ? absl::OkStatus() : absl::UnavailableError("the centre is stopping");
        },
        [this] { return Restrictions(); });
    RETURN_IF_ERROR(http_.Start());
    is_ready_ = true;
    return operations_.Announce(server_->address());
  }

  // What is acknowledged is on disk at any time; this is for the sake of those who still wait.
  // Also of a centre that has started in part; a second time does nothing.
  void Stop() {
    if (is_stopped_) return;
    is_stopped_ = true;
    is_ready_ = false;
    if (server_ != nullptr) server_->SetServing(false);
    national_.Stop();
    operations_.Stop();
    link_.Stop();
    if (server_ != nullptr) server_->Shutdown(kDrainPatience);
    committer_.Stop();
    http_.Stop();
  }

  const std::string& grpc_address() const { return server_->address(); }
  const std::string& http_address() const { return http_.address(); }

 private:
  Committer::Hooks Hooks() {
    Committer::Hooks hooks;
    hooks.after_write = [this](CentralCore& core, CentralEffects& effects) {
      const absl::Status fenced = fence_->Update(MarkOf(core));
      KOPA_CHECK_MSG(fenced.ok(), fenced.ToString());
      view_.Update(core, effects);
      const bool sends = !effects.outgoing.empty();
      if (sends) Failpoint("link-before-send");
      link_.Deliver(core, effects);
      if (sends) Failpoint("link-sent");
    };
    return hooks;
  }

  LinkParts Parts(observability::Logger* logger) {
    LinkParts parts;
    parts.view = &view_;
    parts.clock = clock_;
    parts.logger = logger;
    parts.transport = options_.transport();
    parts.store = store_.get();
    parts.entropy = entropy_;
    parts.key = &key_;
    parts.submit = [this](CentralCommand command, std::function<void()> done) -> absl::Status {
      // The node keeps what is refused here, and sends it again.
      if (!std::holds_alternative<SessionLost>(command) && !space_.HasSpace()) {
        return absl::ResourceExhaustedError("the centre's disk is nearly full");
      }
      return committer_.Submit(
          engine::Lane::kLink, std::move(command),
          [done = std::move(done)](const absl::StatusOr<CentralReply>&) { done(); });
    };
    return parts;
  }

  // What the centre does not do while it is ready all the same.
  std::string Restrictions() const {
    const std::vector<NodeId> awaited = view_.Awaited();
    if (awaited.empty()) return "";
    return absl::StrCat(
        "recovering: restored from a copy, nothing is allotted until these nodes ",
        "have reported: ", absl::StrJoin(awaited, ", ", [](std::string* out, const NodeId& node) {
          absl::StrAppend(out, node.value());
        }));
  }

  OfficeParts PartsOfOffice(Entropy* entropy) {
    OfficeParts parts;
    parts.view = &view_;
    parts.store = store_.get();
    parts.territory = &territory_;
    parts.entropy = entropy;
    parts.transport = options_.transport();
    parts.submit = [this](CentralCommand command, Committer::Callback done) {
      return committer_.Submit(engine::Lane::kInteractive, std::move(command), std::move(done));
    };
    return parts;
  }

  const server::Options& options_;
  const Territory territory_;
  const Clock* const clock_;
  observability::Logger* const logger_;
  const std::unique_ptr<storage::Store> store_;
  const std::unique_ptr<CentralCore> core_;   // the committer's from Start to Stop
  const std::unique_ptr<CentreFence> fence_;  // as core_
  const SigningKey key_;
  Entropy* const entropy_;
  NationalView view_;
  engine::SpaceGuard space_;
  Committer committer_;
  LinkService link_;
  NationalService national_;
  OfficeService office_;
  operations::OperationsService operations_;
  observability::Metrics metrics_;
  std::unique_ptr<rpc::Server> server_;
  std::atomic<bool> is_ready_{false};
  bool is_stopped_ = false;
  http::Server http_;
};

}  // namespace

absl::Status Run(const server::Options& options, const std::string& programmes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc::StopSignal> stop, rpc::StopSignal::Create());
  const SystemClock clock;
  SystemEntropy entropy;
  observability::Logger logger(&clock, options.log_level, options.log_format);
  ASSIGN_OR_RETURN(Territory territory, Territory::Load(territory_data::Files()));
  ASSIGN_OR_RETURN(const std::vector<programme::v1::Call> definitions,
                   LoadDefinitions(programmes, territory));
  ASSIGN_OR_RETURN(const server::DataFolder folder, server::DataFolder::Create(options.data_dir));
  storage::RocksDbOptions store_options;
  store_options.path = folder.store_path();
  store_options.families = FamilyNames();
  store_options.create_if_missing = true;
  ASSIGN_OR_RETURN(std::unique_ptr<storage::Store> store, storage::OpenRocksDb(store_options));
  ASSIGN_OR_RETURN(std::unique_ptr<CentralCore> core,
                   OpenCore(options.data_dir, clock, entropy, territory, definitions,
                            FileExists(Beside(options.data_dir, ".key")), *store, logger));
  ASSIGN_OR_RETURN(std::unique_ptr<CentreFence> fence,
                   CentreFence::Open(Beside(options.data_dir, ".fence"), MarkOf(*core)));
  ASSIGN_OR_RETURN(SigningKey key,
                   SigningKey::LoadOrCreate(Beside(options.data_dir, ".key"), entropy));
  logger.Info("the centre is recovered", {{"version", kVersion},
                                          {"data_dir", options.data_dir},
                                          {"incarnation", core->state().incarnation},
                                          {"head_seq", core->state().head.seq},
                                          {"nodes", core->nodes().size()},
                                          {"calls", core->calls().size()},
                                          {"applications", core->fold().summaries().size()}});
  if (options.insecure) {
    logger.Warning("plaintext: callers are believed; for trials on this machine only");
  }

  Centre centre(options, std::move(territory), std::move(store), std::move(core), std::move(fence),
                std::move(key), &clock, &entropy, &logger);
  RETURN_IF_ERROR(centre.Start());
  std::cout << "listening grpc=" << centre.grpc_address() << " http=" << centre.http_address()
            << std::endl;
  const int signal = stop->WaitForStop();
  logger.Info("the centre is stopping", {{"signal", signal}});
  centre.Stop();
  logger.Info("the centre has stopped");
  return absl::OkStatus();
}

}  // namespace kopa::central
