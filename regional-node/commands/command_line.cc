#include "regional-node/commands/command_line.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/status.h"
#include "common/operations/backup_command.h"
#include "common/settings/address.h"
#include "common/territory/territory.h"
#include "data/territory_data.h"

namespace kopa::node {

namespace {

settings::SettingSpec Setting(const char* name, const char* env, const char* help,
                              const char* value_name) {
  settings::SettingSpec spec;
  spec.name = name;
  spec.env = env;
  spec.help = help;
  spec.value_name = value_name;
  return spec;
}

absl::Status CheckNode(const NodeId& node) {
  if (node.empty()) {
    return absl::InvalidArgumentError("--node is missing: say which node this is");
  }
  ASSIGN_OR_RETURN(const Territory territory, Territory::Load(territory_data::Files()));
  const auto& nodes = territory.Nodes();
  if (std::find(nodes.begin(), nodes.end(), node) != nodes.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--node: there is no node \"", node.value(), "\"; known are ",
      absl::StrJoin(nodes, ", ",
                    [](std::string* out, const NodeId& id) { out->append(id.value()); })));
}

// What the setting says, or else the data folder's own path with `suffix`.
std::string BesideData(const settings::Settings& settings, const char* name, const char* suffix) {
  const std::string& given = settings.GetString(name);
  if (!given.empty()) return given;
  absl::string_view data = settings.GetString("data-dir");
  while (data.size() > 1 && absl::ConsumeSuffix(&data, "/")) {
  }
  return absl::StrCat(data, suffix);
}

}  // namespace

settings::CommandLine NodeCommandLine() {
  settings::CommandLine line;
  line.program = "kopa-node";
  line.summary = "Holds a region's applications and decides on them, with the centre or without.";
  line.settings = server::OptionSpecs({.listen = "127.0.0.1:7411", .http = "127.0.0.1:0"});
  line.settings.push_back(Setting("node", "KOPA_NODE", "which node this is", "ID"));
  line.settings.push_back(
      Setting("central", "KOPA_CENTRAL", "where the centre is; it may be away", "ADDR:PORT"));
  line.settings.push_back(Setting("advertise", "KOPA_ADVERTISE",
                                  "what clients are told; default the listen address",
                                  "ADDR:PORT"));
  line.settings.push_back(Setting("key-file", "KOPA_KEY_FILE",
                                  "key that wraps the keys of personal data; default DATA-DIR.key",
                                  "FILE"));
  line.settings.push_back(Setting("key-store", "KOPA_KEY_STORE",
                                  "wrapped keys of applications; default DATA-DIR.keys", "DIR"));
  line.settings.push_back(Setting("fence-file", "KOPA_FENCE_FILE",
                                  "tells an old copy of the data folder; default DATA-DIR.fence",
                                  "FILE"));
  line.subcommands = {
      {"run", "serve; the default", 0},
      {"check-config", "print settings, limits and where each comes from, and start nothing", 0},
      {"verify", "recompute everything in a data folder at rest; exit 1 where something differs",
       0},
      {"rejoin",
       "make a folder that was restored from an old copy the node's again; the node must not run",
       0},
      {"version", "print version and build", 0},
  };
  for (const settings::SettingSpec& spec : operations::BackupSettings()) {
    line.settings.push_back(spec);
  }
  for (const settings::SubcommandSpec& spec : operations::BackupSubcommands()) {
    line.subcommands.push_back(spec);
  }
  line.default_subcommand = "run";
  return line;
}

absl::StatusOr<NodeSettings> ReadNodeSettings(const settings::Settings& settings) {
  NodeSettings read;
  read.central = settings.GetString("central");
  read.advertise = settings.GetString("advertise");
  for (const char* name : {"central", "advertise"}) {
    if (settings.GetString(name).empty()) continue;
    const auto address = settings::ParseAddress(settings.GetString(name));
    if (!address.ok()) return Annotate(address.status(), absl::StrCat("--", name));
  }
  ASSIGN_OR_RETURN(read.server, server::ReadOptions(settings, {read.central, read.advertise}));
  read.node = NodeId(settings.GetString("node"));
  RETURN_IF_ERROR(CheckNode(read.node));
  read.key_file = BesideData(settings, "key-file", ".key");
  read.key_store = KeyStorePath(settings);
  read.fence_file = BesideData(settings, "fence-file", ".fence");
  return read;
}

std::string KeyStorePath(const settings::Settings& settings) {
  return BesideData(settings, "key-store", ".keys");
}

}  // namespace kopa::node
