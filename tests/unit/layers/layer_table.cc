#include "tests/unit/layers/layer_table.h"

#include <array>
#include <initializer_list>

namespace kopa::layers {
namespace {

using Names = std::vector<absl::string_view>;

Names Join(std::initializer_list<Names> lists) {
  Names all;
  for (const Names& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

std::vector<Layer> MakeLayerTable() {
  // The centre, and what it shares with others, sees no kopa/region.
  const Names open_protos = {"kopa/programme", "kopa/national"};
  const Names all_protos = Join({open_protos, {"kopa/region"}});

  // The pure libraries; what cores add, what services add, what main.cc alone picks and wires.
  const Names pure = {"common/base", "common/territory", "common/programme", "common/ledger",
                      "common/journal"};
  const Names cores = Join({pure, {"common/storage/store.h", "common/engine/effects.h"}});
  const Names served =
      Join({cores, {"common/storage", "common/engine", "common/observability", "common/rpc"}});
  const Names wired = Join({served,
                            {"common/storage/rocksdb", "common/http", "common/server",
                             "common/operations", "common/settings", "data"}});
  const Names of_node = {"common/intake", "regional-node/core", "regional-node/vault",
                         "regional-node/fence"};
  const Names of_client = {"common/base", "common/territory", "common/programme", "common/intake",
                           "common/rpc"};

  return {
      {"common/base", Purity::kFree, {}, {}},
      // Data files compiled in: whoever wires a program picks them or files on disk.
      {"data", Purity::kFree, {"common/base"}, {}},

      {"common/territory", Purity::kPure, {"common/base"}, {"kopa/programme"}},
      {"common/programme", Purity::kPure, {"common/base", "common/territory"}, open_protos},
      // Checks of what applicants send in. It sees personal fields, so the centre may not use it.
      {"common/intake",
       Purity::kPure,
       {"common/base", "common/territory", "common/programme"},
       all_protos},
      {"common/ledger", Purity::kPure, {"common/base"}, open_protos},
      {"common/journal", Purity::kPure, {"common/base"}, open_protos},

      // The two headers in which a core says what is to be written: plain data and an interface.
      {"common/storage/store.h", Purity::kPure, {"common/base"}, {}},
      {"common/engine/effects.h", Purity::kPure, {"common/base", "common/storage/store.h"}, {}},

      {"common/storage", Purity::kFree, {"common/base"}, {}},
      {"common/storage/rocksdb", Purity::kFree, {"common/base", "common/storage"}, {}},
      {"common/engine", Purity::kFree, {"common/base", "common/storage"}, {}},

      {"common/observability", Purity::kFree, {"common/base"}, open_protos},
      {"common/settings", Purity::kFree, {"common/base"}, open_protos},
      // Certificates: whom a small authority vouches for, and who is trusted.
      {"common/pki", Purity::kFree, {"common/base"}, {}},
      {"common/rpc",
       Purity::kFree,
       {"common/base", "common/observability", "common/pki", "common/settings"},
       open_protos},
      {"common/http",
       Purity::kFree,
       {"common/base", "common/observability", "common/settings", "common/rpc"},
       open_protos},

      // What both servers' main programs do alike.
      {"common/server",
       Purity::kFree,
       {"common/base", "common/engine", "common/observability", "common/rpc", "common/settings"},
       open_protos},

      // Copies of a store while it runs and at rest, for both servers' programs.
      {"common/operations",
       Purity::kFree,
       {"common/base", "common/engine", "common/journal", "common/rpc", "common/server",
        "common/settings", "common/storage", "common/storage/rocksdb"},
       open_protos},

      // For tests alone: no other row names it.
      {"common/testing", Purity::kFree, Join({wired, {"common/intake"}}), all_protos},

      {"regional-node/vault", Purity::kFree, {"common/base", "common/storage"}, all_protos},
      {"regional-node/fence", Purity::kFree, {"common/base", "common/storage"}, {}},
      {"regional-node/core", Purity::kPure, Join({cores, {"common/intake"}}), all_protos},
      {"regional-node/service", Purity::kFree, Join({served, of_node}), all_protos},
      {"regional-node/commands", Purity::kFree, Join({wired, of_node, {"regional-node/service"}}),
       all_protos},
      {"regional-node/main.cc", Purity::kFree,
       Join({wired, of_node, {"regional-node/service", "regional-node/commands"}}), all_protos},

      {"central/core", Purity::kPure, cores, open_protos},
      {"central/service", Purity::kFree, Join({served, {"central/core"}}), open_protos},
      // What `kopa-central` does for each of its words: main.cc chooses, these wire.
      {"central/commands", Purity::kFree, Join({wired, {"central/core", "central/service"}}),
       open_protos},
      {"central/main.cc", Purity::kFree,
       Join({wired, {"central/core", "central/service", "central/commands"}}), open_protos},

      {"client/include/kopa", Purity::kFree, of_client, all_protos},
      // Reading and writing of files, without a server.
      {"client/internal/files",
       Purity::kFree,
       {"common/base", "common/territory", "common/programme", "common/intake",
        "client/include/kopa"},
       all_protos},
      // Writing of what others get to see.
      {"client/internal/export",
       Purity::kFree,
       {"common/base", "common/programme", "client/include/kopa"},
       all_protos},
      {"client/internal", Purity::kFree,
       Join({of_client, {"data", "client/include/kopa", "client/internal/files"}}), all_protos},
      {"client/cli", Purity::kFree,
       Join({of_client,
             {"common/pki", "common/settings", "data", "client/include/kopa", "client/internal",
              "client/internal/export", "client/internal/files"}}),
       all_protos},
  };
}

}  // namespace

absl::Span<const Layer> LayerTable() {
  static const std::vector<Layer> table = MakeLayerTable();
  return table;
}

absl::Span<const ProtoLayer> ProtoTable() {
  // That national does not import region is the promise that a minor's data never leaves the
  // region.
  static const std::vector<ProtoLayer> table = {
      {"kopa/programme", {}},
      {"kopa/national", {"kopa/programme"}},
      {"kopa/region", {"kopa/programme", "kopa/national"}},
  };
  return table;
}

absl::Span<const LibraryRule> LibraryTable() {
  static const std::vector<LibraryRule> table = {
      {"rocksdb/", {"common/storage/rocksdb"}, "storage is reached through common/storage/store.h"},
      {"absl/synchronization/", {}, "ThreadSanitizer needs common/base/mutex.h"},
      {"httplib.h", {}, "a GET with overlapping ranges takes it a gigabyte"},
      {"civetweb.h", {}, "the HTTP front is common/http"},
      {"CivetServer.h", {}, "the HTTP front is common/http"},
      {"prometheus/exposer.h", {}, "it brings civetweb along; common/http serves /metrics"},
  };
  return table;
}

absl::Span<const absl::string_view> ImpureIncludes() {
  static constexpr std::array<absl::string_view, 17> kIncludes = {
      "grpc",
      "rocksdb/",
      "spdlog/",
      "boost/",
      "prometheus/",
      "thread",
      "mutex",
      "chrono",
      "random",
      "shared_mutex",
      "semaphore",
      "future",
      "latch",
      "stop_token",
      "condition_variable",
      "pthread.h",
      "common/base/mutex.h",
  };
  return kIncludes;
}

absl::Span<const absl::string_view> ImpureNames() {
  static constexpr std::array<absl::string_view, 15> kNames = {
      "absl::Now",     "GetCurrentTimeNanos", "GetCurrentTime", "SystemClock",
      "SystemEntropy", "std::this_thread",    "std::thread",    "std::mutex",
      "std::chrono",   "std::random_device",  "std::rand",      "std::time",
      "clock_gettime", "gettimeofday",        "getrandom",
  };
  return kNames;
}

}  // namespace kopa::layers
