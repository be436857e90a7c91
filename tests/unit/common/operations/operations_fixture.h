#ifndef KOPA_TESTS_UNIT_COMMON_OPERATIONS_OPERATIONS_FIXTURE_H_
#define KOPA_TESTS_UNIT_COMMON_OPERATIONS_OPERATIONS_FIXTURE_H_

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/operations/backup_command.h"
#include "common/operations/store_kind.h"
#include "common/server/data_folder.h"
#include "common/server/options.h"
#include "common/settings/settings.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "gtest/gtest.h"
#include "tests/unit/common/storage/temporary_folder.h"

namespace kopa::operations {

// A program whose store has nothing but the number of its last record.
class OperationsTest : public ::testing::Test {
 protected:
  static StoreKind Kind(const std::string& program = "toy") {
    StoreKind kind;
    kind.program = program;
    kind.families = {"main"};
    kind.identify = [program](const storage::View& view) -> absl::StatusOr<StoreIdentity> {
      ASSIGN_OR_RETURN(const std::string last, view.Get(0, "last"));
      StoreIdentity identity;
      identity.owner = program + " zemgale";
      uint64_t seq = 0;
      KOPA_CHECK(absl::SimpleAtoi(last, &seq));
      identity.head.seq = Seq(seq);
      return identity;
    };
    kind.after_backup = {"keys are not in it"};
    kind.after_restore = {"do this next"};
    return kind;
  }

  std::string Data() const { return folder_.Below("data"); }
  std::string Copies() const { return folder_.Below("copies"); }

  static std::unique_ptr<storage::Store> OpenStore(const std::string& path) {
    auto store =
        storage::OpenRocksDb({.path = path, .families = {"main"}, .create_if_missing = true});
    KOPA_CHECK_MSG(store.ok(), store.status().ToString());
    return *std::move(store);
  }
  static void SetLast(storage::Store& store, uint64_t seq) {
    storage::WriteBatch batch;
    batch.Put(0, "last", absl::StrCat(seq));
    ASSERT_TRUE(store.Write(batch).ok());
  }
  // A data folder at rest whose last record is `seq`.
  void MakeData(uint64_t seq) {
    const auto folder = server::DataFolder::Create(Data());
    ASSERT_TRUE(folder.ok()) << folder.status();
    SetLast(*OpenStore(folder->store_path()), seq);
  }
  std::string LastAt(const std::string& data_dir) {
    return OpenStore(data_dir + "/store")->Get(0, "last").value_or("absent");
  }

  static settings::Settings Parse(std::vector<std::string> words) {
    settings::CommandLine line;
    line.program = "toy";
    line.settings = server::OptionSpecs({.listen = "127.0.0.1:0", .http = "127.0.0.1:0"});
    for (const auto& spec : BackupSettings()) line.settings.push_back(spec);
    line.subcommands = BackupSubcommands();
    std::vector<const char*> argv = {"toy"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    auto settings = settings::Settings::Parse(
        static_cast<int>(argv.size()), argv.data(), line,
        [](const std::string&) -> absl::optional<std::string> { return absl::nullopt; });
    KOPA_CHECK_MSG(settings.ok(), settings.status().ToString());
    return *std::move(settings);
  }

  absl::Status Backup(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"backup", "--data-dir", Data(), "--to", Copies()};
    words.insert(words.end(), more.begin(), more.end());
    out_.str("");
    return RunBackup(Kind(), Parse(words), out_);
  }
  absl::Status Restore(const std::string& data_dir, std::vector<std::string> more = {},
                       const StoreKind& kind = Kind()) {
    std::vector<std::string> words = {"restore", "--data-dir", data_dir, "--from", Copies()};
    words.insert(words.end(), more.begin(), more.end());
    out_.str("");
    return RunRestore(kind, Parse(words), absl::FromUnixSeconds(1'700'000'000), out_);
  }

  storage::TemporaryFolder folder_;
  std::ostringstream out_;
};

}  // namespace kopa::operations

#endif  // KOPA_TESTS_UNIT_COMMON_OPERATIONS_OPERATIONS_FIXTURE_H_
