// The dependency direction of docs/architecture.md, held by reading includes and imports:
// everything lies in one include folder, so neither the compiler nor CMake would notice a wrong
// one.

#include <cstdlib>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/layers/includes.h"
#include "tests/unit/layers/layer_rules.h"
#include "tests/unit/layers/layer_table.h"
#include "tests/unit/layers/source_tree.h"

namespace kopa::layers {
namespace {

using ::testing::AnyOf;
using ::testing::AnyOfArray;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string SourceDir() {
  const char* const dir = std::getenv("KOPA_SOURCE_DIR");
  return dir == nullptr ? "" : dir;
}

// What the rules say about one file with this text.
std::vector<std::string> Planted(const std::string& path, const std::string& text) {
  return LayerFaults({SourceFile{path, text}});
}

TEST(Layers, TreeKeepsTheDirection) {
  const auto files = ReadSourceTree(SourceDir());
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_FALSE(files->empty());
  for (const std::string& fault : LayerFaults(*files)) ADD_FAILURE() << fault;
}

TEST(Layers, NoSourceLiesOutsideTheFoldersThatAreRead) {
  EXPECT_THAT(StraySources(SourceDir()), IsEmpty());
}

TEST(Layers, TableHasNoCycleAndNoUnknownPlace) {
  EXPECT_THAT(TableFaults(LayerTable()), IsEmpty());
}

TEST(Layers, TableWithACycleIsRefused) {
  const std::vector<Layer> cycle = {{"common/a", Purity::kFree, {"common/b"}, {}},
                                    {"common/b", Purity::kFree, {"common/a"}, {}}};
  EXPECT_THAT(TableFaults(cycle), SizeIs(2));
  const std::vector<Layer> unknown = {{"common/a", Purity::kFree, {"common/gone"}, {}}};
  EXPECT_THAT(TableFaults(unknown), SizeIs(1));
}

// The privacy promise: nothing the centre is made of can name a person's fields.
TEST(Layers, CentreReachesNothingOfTheRegion) {
  for (const char* place : {"central/core", "central/service", "central/main.cc"}) {
    EXPECT_THAT(ReachableFrom(LayerTable(), place),
                Not(Contains(AnyOf(StartsWith("kopa/region"), StartsWith("regional-node/")))))
        << place;
  }
}

TEST(Layers, PurePlacesRestOnPureOnesAndTheBase) {
  std::vector<std::string> impure;
  for (const Layer& layer : LayerTable()) {
    if (layer.purity != Purity::kPure && layer.place != "common/base") {
      impure.push_back(std::string(layer.place));
    }
  }
  for (const Layer& layer : LayerTable()) {
    if (layer.purity != Purity::kPure) continue;
    EXPECT_THAT(ReachableFrom(LayerTable(), layer.place), Not(Contains(AnyOfArray(impure))))
        << layer.place;
  }
}

TEST(Layers, TestingLibraryIsUsedByNoProgram) {
  for (const Layer& layer : LayerTable()) {
    EXPECT_THAT(ReachableFrom(LayerTable(), layer.place), Not(Contains("common/testing")));
  }
}

TEST(LayerRules, UpwardIncludeIsAFaultWithItsLine) {
  EXPECT_THAT(
      Planted("common/ledger/a.cc", "\n#include \"common/storage/store.h\"\n"),
      ElementsAre("common/ledger/a.cc:2: common/ledger may not use common/storage/store.h"));
  EXPECT_THAT(Planted("common/base/a.h", "#include \"common/ledger/ledger.h\"\n"), SizeIs(1));
  EXPECT_THAT(Planted("common/storage/a.cc", "#include \"common/engine/engine.h\"\n"), SizeIs(1));
  EXPECT_THAT(Planted("central/core/a.cc", "#include \"central/service/link.h\"\n"), SizeIs(1));
}

TEST(LayerRules, DownwardAndOwnIncludesAreAllowed) {
  EXPECT_THAT(Planted("common/programme/a.cc",
                      "#include \"common/programme/a.h\"\n#include \"common/territory/names.h\"\n"
                      "#include \"kopa/programme/v1/call.pb.h\"\n#include <string>\n"),
              IsEmpty());
}

TEST(LayerRules, OnlyMainPicksConcreteParts) {
  const std::string text = "#include \"common/storage/rocksdb/rocks_store.h\"\n";
  EXPECT_THAT(Planted("central/main.cc", text), IsEmpty());
  EXPECT_THAT(Planted("central/service/a.cc", text), SizeIs(1));
}

TEST(LayerRules, CoreUsesTheStoreInterfaceButNotTheStores) {
  EXPECT_THAT(Planted("central/core/a.cc", "#include \"common/storage/store.h\"\n"), IsEmpty());
  EXPECT_THAT(Planted("central/core/a.cc", "#include \"common/storage/memory_store.h\"\n"),
              SizeIs(1));
  EXPECT_THAT(Planted("common/storage/store.h", "#include <mutex>\n"), SizeIs(1));
  EXPECT_THAT(Planted("common/storage/store.h", "#include \"common/storage/memory_store.h\"\n"),
              SizeIs(1));
}

TEST(LayerRules, RegionAndCentreDoNotKnowEachOther) {
  EXPECT_THAT(Planted("central/main.cc", "#include \"regional-node/core/core.h\"\n"), SizeIs(1));
  EXPECT_THAT(Planted("regional-node/main.cc", "#include \"central/core/core.h\"\n"), SizeIs(1));
  EXPECT_THAT(Planted("client/cli/a.cc", "#include \"central/core/core.h\"\n"), SizeIs(1));
}

TEST(LayerRules, CentreMayNotIncludeMessagesOfTheRegion) {
  const std::string text = "#include \"kopa/region/v1/application.pb.h\"\n";
  EXPECT_THAT(Planted("central/service/a.cc", text), SizeIs(1));
  EXPECT_THAT(Planted("common/rpc/a.cc", text), SizeIs(1));
  EXPECT_THAT(Planted("regional-node/service/a.cc", text), IsEmpty());
}

TEST(LayerRules, RocksDbIsIncludedByItsAdapterAlone) {
  EXPECT_THAT(Planted("common/storage/rocksdb/a.cc", "#include <rocksdb/db.h>\n"), IsEmpty());
  EXPECT_THAT(Planted("common/storage/a.cc", "#include <rocksdb/db.h>\n"), SizeIs(1));
  EXPECT_THAT(Planted("central/main.cc", "#  include \"rocksdb/db.h\"\n"), SizeIs(1));
}

TEST(LayerRules, PurePlaceMayNotIncludeWhatIsNotPure) {
  for (const char* include :
       {"<thread>", "<mutex>", "<chrono>", "<random>", "<grpcpp/server.h>", "<boost/asio.hpp>",
        "\"spdlog/spdlog.h\"", "\"common/base/mutex.h\"", "\"kopa/region/v1/service.grpc.pb.h\""}) {
    const std::string text = std::string("#include ") + include + "\n";
    EXPECT_THAT(Planted("regional-node/core/a.cc", text), SizeIs(1)) << include;
  }
}

TEST(LayerRules, PurePlaceMayNotAskForTheTime) {
  EXPECT_THAT(Planted("common/ledger/a.cc", "auto t = absl::Now();\n"), SizeIs(1));
  EXPECT_THAT(Planted("common/ledger/a.cc", "std::this_thread::yield();\n"), SizeIs(1));
  EXPECT_THAT(Planted("common/ledger/a.cc",
                      "// absl::Now() is passed in\nLog(\"absl::Now\");\nabsl::NowIsh();\n"),
              IsEmpty());
  EXPECT_THAT(Planted("common/rpc/a.cc", "auto t = absl::Now();\n"), IsEmpty());
}

TEST(LayerRules, NewFolderFailsUntilItIsPlaced) {
  EXPECT_THAT(Planted("common/novelty/a.cc", ""), SizeIs(1));
  EXPECT_THAT(Planted("common/engine/deep/a.cc", ""), SizeIs(1));
  EXPECT_THAT(Planted("regional-node/verify.cc", ""), SizeIs(1));
  EXPECT_THAT(Planted("proto/kopa/novelty/v1/a.proto", ""), SizeIs(1));
}

TEST(LayerRules, NationalNeverImportsRegion) {
  EXPECT_THAT(Planted("proto/kopa/national/v1/a.proto",
                      "import \"kopa/programme/v1/call.proto\";\n"
                      "import public \"kopa/region/v1/application.proto\";\n"),
              ElementsAre("proto/kopa/national/v1/a.proto:2: "
                          "kopa/national may not import kopa/region"));
  EXPECT_THAT(Planted("proto/kopa/programme/v1/a.proto", "import 'kopa/national/v1/link.proto';\n"),
              SizeIs(1));
  EXPECT_THAT(Planted("proto/kopa/region/v1/a.proto",
                      "import \"google/protobuf/timestamp.proto\";\n"
                      "import \"kopa/national/v1/application.proto\";\n"),
              IsEmpty());
}

TEST(Includes, CodeOnlyBlanksCommentsAndLiterals) {
  EXPECT_EQ(CodeOnly("a; // b\nc"), "a;     \nc");
  EXPECT_EQ(CodeOnly("a /* b\nc */ d"), "a     \n     d");
  EXPECT_EQ(CodeOnly("f(\"x\\\"y\", 1'000)"), "f(      , 1'000)");
  EXPECT_EQ(CodeOnly("R\"(a\"b)\" + c"), "         + c");
  EXPECT_EQ(CodeOnly("'\"' + c"), "    + c");
}

}  // namespace
}  // namespace kopa::layers
