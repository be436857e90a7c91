// kopa-node: a region's own node. Picks the concrete parts, wires them, and waits for the end.

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/observability/logging.h"
#include "common/rpc/lifecycle.h"
#include "common/rpc/tls.h"
#include "common/settings/settings.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "common/territory/territory.h"
#include "data/territory_data.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_state.h"
#include "regional-node/core/verify.h"
#include "regional-node/service/node_app.h"
#include "regional-node/vault/key_store.h"

namespace kopa::node {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

settings::CommandLine NodeCommandLine() {
  using settings::Kind;
  settings::CommandLine line;
  line.program = "kopa-node";
  line.summary = "Holds a region's applications and decides on them, with the centre or without.";
  line.settings = {
      {"node", "KOPA_NODE_ID", Kind::kString, "", "which node this is", "ID"},
      {"data-dir", "KOPA_DATA_DIR", Kind::kString, "", "data folder; made if missing", "DIR"},
      {"listen", "KOPA_LISTEN", Kind::kString, "127.0.0.1:7411", "gRPC; port 0 picks one",
       "ADDR:PORT"},
      {"http", "KOPA_HTTP", Kind::kString, "127.0.0.1:0", "/metrics, /healthz and /readyz",
       "ADDR:PORT"},
      {"central", "KOPA_CENTRAL", Kind::kString, "", "where the centre is; it may be away",
       "ADDR:PORT"},
      {"advertise", "KOPA_ADVERTISE", Kind::kString, "",
       "what clients are told; default the listen address", "ADDR:PORT"},
      {"tls-cert", "KOPA_TLS_CERT", Kind::kString, "", "this node's certificate", "FILE"},
      {"tls-key", "KOPA_TLS_KEY", Kind::kString, "", "its key", "FILE"},
      {"tls-ca", "KOPA_TLS_CA", Kind::kString, "", "whom to trust", "FILE"},
      {"insecure", "KOPA_INSECURE", Kind::kBool, "",
       "plaintext on loopback, callers are believed; for trials and tests only", ""},
      {"key-file", "KOPA_KEY_FILE", Kind::kString, "",
       "key that wraps the keys of personal data; default DATA-DIR.key", "FILE"},
      {"key-store", "KOPA_KEY_STORE", Kind::kString, "",
       "wrapped keys of applications; default DATA-DIR.keys", "DIR"},
      {"fence-file", "KOPA_FENCE_FILE", Kind::kString, "",
       "tells an old copy of the data folder; default DATA-DIR.fence", "FILE"},
      {"disk-reserve-mib", "KOPA_DISK_RESERVE_MIB", Kind::kInt, "64",
       "writes are refused when less than this is free", "MIB"},
      {"log-level", "KOPA_LOG_LEVEL", Kind::kString, "info", "debug, info, warning or error",
       "LEVEL"},
      {"log-format", "KOPA_LOG_FORMAT", Kind::kString, "text", "text or json", "FORMAT"},
  };
  line.subcommands = {{"run", "serve until told to stop", 0},
                      {"check-config", "print the settings and where each comes from", 0},
                      {"verify", "recompute a data folder at rest and name what differs", 0},
                      {"version", "print the version", 0}};
  line.default_subcommand = "run";
  return line;
}

// The paths that belong to one data folder.
struct Paths {
  std::string data;
  std::string lock;
  std::string store;
  std::string key_file;
  std::string key_store;
  std::string fence_file;
};

Paths PathsOf(const settings::Settings& settings) {
  std::string data = settings.GetString("data-dir");
  while (data.size() > 1 && data.back() == '/') data.pop_back();
  const auto or_default = [&](const char* name, const char* suffix) {
    return settings.GetString(name).empty() ? data + suffix : settings.GetString(name);
  };
  return {data,
          data + "/lock",
          data + "/store",
          or_default("key-file", ".key"),
          or_default("key-store", ".keys"),
          or_default("fence-file", ".fence")};
}

absl::Status CheckSettings(const settings::Settings& settings) {
  if (settings.GetString("data-dir").empty()) {
    return absl::InvalidArgumentError("--data-dir is missing: say where the data are to lie");
  }
  if (settings.GetString("node").empty()) {
    return absl::InvalidArgumentError("--node is missing: say which node this is");
  }
  ASSIGN_OR_RETURN(const Territory territory, Territory::Load(territory_data::Files()));
  const NodeId node(settings.GetString("node"));
  const auto& nodes = territory.Nodes();
  if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--node: there is no node \"", node.value(), "\"; known are ",
        absl::StrJoin(nodes, ", ",
                      [](std::string* out, const NodeId& id) { out->append(id.value()); })));
  }
  if (settings.GetInt("disk-reserve-mib") < 0) {
    return absl::InvalidArgumentError("--disk-reserve-mib is 0 or more");
  }
  if (settings.GetBool("insecure")) {
    return rpc::CheckInsecureAllowed({settings.GetString("listen"), settings.GetString("central"),
                                      settings.GetString("advertise"), settings.GetString("http")});
  }
  return rpc::LoadTls({settings.GetString("tls-cert"), settings.GetString("tls-key"),
                       settings.GetString("tls-ca")})
      .status();
}

absl::StatusOr<std::unique_ptr<storage::Store>> OpenStore(const Paths& paths, bool read_only) {
  storage::RocksDbOptions options;
  options.path = paths.store;
  options.families = FamilyNames();
  options.create_if_missing = !read_only;
  options.read_only = read_only;
  return storage::OpenRocksDb(options);
}

absl::StatusOr<std::unique_ptr<storage::Store>> OpenKeyStore(const Paths& paths) {
  storage::RocksDbOptions options;
  options.path = paths.key_store;
  options.families = vault::KeyStoreFamilies();
  options.create_if_missing = true;
  options.block_cache_bytes = 8 * kMiB;
  options.write_buffer_bytes = 8 * kMiB;
  return storage::OpenRocksDb(options);
}

absl::Status Run(const settings::Settings& settings, observability::Logger& logger) {
  // Before any thread: threads inherit which signals are held back.
  ASSIGN_OR_RETURN(const auto stop, rpc::StopSignal::Create());
  const Paths paths = PathsOf(settings);
  RETURN_IF_ERROR(MakeFolders(paths.data));
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Acquire(paths.lock));
  ASSIGN_OR_RETURN(auto store, OpenStore(paths, false));
  ASSIGN_OR_RETURN(auto key_store, OpenKeyStore(paths));

  NodeOptions options;
  options.node = NodeId(settings.GetString("node"));
  options.listen = settings.GetString("listen");
  options.http = settings.GetString("http");
  options.central = settings.GetString("central");
  options.advertise = settings.GetString("advertise");
  options.insecure = settings.GetBool("insecure");
  options.tls = {settings.GetString("tls-cert"), settings.GetString("tls-key"),
                 settings.GetString("tls-ca")};
  options.key_file = paths.key_file;
  options.fence_file = paths.fence_file;
  options.disk_reserve_bytes = static_cast<uint64_t>(settings.GetInt("disk-reserve-mib")) * kMiB;
  const SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const auto app, NodeApp::Start(std::move(options), std::move(store),
                                                  std::move(key_store), &clock, &entropy, &logger));
  std::cout << app->ListeningLine() << std::endl;
  stop->WaitForStop();
  logger.Info("stopping");
  app->Stop();
  return absl::OkStatus();
}

absl::Status Verify(const settings::Settings& settings) {
  const Paths paths = PathsOf(settings);
  if (!FileExists(paths.lock)) {
    return absl::NotFoundError(absl::StrCat("there is no data folder at ", paths.data));
  }
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Acquire(paths.lock));
  ASSIGN_OR_RETURN(const auto store, OpenStore(paths, true));
  const auto view = store->Snapshot();
  NodeId node(settings.GetString("node"));
  if (node.empty()) {
    ASSIGN_OR_RETURN(const std::string stored, view->Get(kMeta, kNodeStateKey));
    ASSIGN_OR_RETURN(const NodeState state, NodeState::Parse(stored));
    node = state.node;
  }
  const auto response = VerifyNode(node, *view, 0, nullptr);
  for (const auto& check : response.checks()) {
    std::cout << (check.ok() ? "ok      " : "DIFFERS ") << check.name() << ": " << check.detail()
              << "\n";
  }
  return response.ok() ? absl::OkStatus() : absl::DataLossError("the data folder does not verify");
}

int Fail(const absl::Status& status, int code) {
  std::cerr << "kopa-node: " << status.message() << "\n";
  for (const Fault& fault : FaultsOf(status)) {
    std::cerr << "  " << fault.field << ": " << fault.message << "\n";
  }
  return code;
}

int Main(int argc, char** argv) {
  const settings::CommandLine line = NodeCommandLine();
  const auto settings = settings::Settings::Parse(argc, argv, line, settings::ProcessEnvironment());
  if (!settings.ok()) return Fail(settings.status(), settings::kExitUsage);
  if (settings->help()) {
    std::cout << settings::HelpText(line);
    return 0;
  }
  if (settings->subcommand() == "version") {
    std::cout << "kopa-node " << kVersion << "\n";
    return 0;
  }
  if (settings->subcommand() == "verify") {
    if (settings->GetString("data-dir").empty()) {
      return Fail(absl::InvalidArgumentError("--data-dir is missing"), settings::kExitUsage);
    }
    const absl::Status status = Verify(*settings);
    return status.ok() ? 0 : Fail(status, 1);
  }
  if (absl::Status status = CheckSettings(*settings); !status.ok()) {
    return Fail(status, settings::kExitUsage);
  }
  const auto level = observability::ParseLevel(settings->GetString("log-level"));
  if (!level.ok()) return Fail(level.status(), settings::kExitUsage);
  const auto format = observability::ParseLogFormat(settings->GetString("log-format"));
  if (!format.ok()) return Fail(format.status(), settings::kExitUsage);
  if (settings->subcommand() == "check-config") {
    std::cout << settings->Describe();
    return 0;
  }
  const SystemClock clock;
  observability::Logger logger(&clock, *level, *format);
  const absl::Status status = Run(*settings, logger);
  return status.ok() ? 0 : Fail(status, 1);
}

}  // namespace
}  // namespace kopa::node

int main(int argc, char** argv) { return kopa::node::Main(argc, argv); }
