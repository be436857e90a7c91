// kopa export: which applications, from where, and what is left where a node is away.

#include <gmock/gmock.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/unit/client/cli/tool_fixture.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::APPLICATION_STATUS_APPROVED;
using kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ToolExportTest : public ToolTest {
 protected:
  ToolExportTest() {
    Award(zemgale_, "Z-1");
    Award(riga_, "R-1");
    // More than one page.
    for (int i = 2; i < 6; ++i) riga_.Add(absl::StrCat("R-", i), APPLICATION_STATUS_SUBMITTED);
    Award(riga_, "R-6");
    auto* data = centre_.calls[0].mutable_open_data();
    data->set_prefix("jspa");
    data->set_funder_id("LV-RE-90001634668");
    data->set_funder_name("Aģentūra");
    data->mutable_description()->set_lv("Apraksts");
  }

  static void Award(client::testing::FakeRegion& region, const std::string& reference) {
    region.Add(reference, APPLICATION_STATUS_APPROVED);
    region.Change(reference, [](auto* application) {
      application->mutable_summary()->mutable_awarded()->set_cents(460007);
      auto* entry = application->add_history();
      entry->set_status(APPLICATION_STATUS_APPROVED);
      entry->mutable_time()->set_seconds(1'715'979'540);
    });
  }

  static std::vector<std::string> Export(const std::string& format) {
    return {"export", "--call", "pumpurs-test", "--format", format};
  }
  // Names of what is in the folder, but for what the tests put there.
  size_t Files() const {
    return static_cast<size_t>(
        std::distance(std::filesystem::directory_iterator(folder_.Path("")), {}));
  }
};

TEST_F(ToolExportTest, AwardsOfAllNodesInTheOrderOfNodes) {
  ASSERT_EQ(Run(Export("csv")), 0) << err_;
  const std::vector<std::string> lines = absl::StrSplit(out_, '\n');
  ASSERT_EQ(lines.size(), 5u) << out_;
  EXPECT_THAT(lines[0], StartsWith("id,external_ref,call,node,status,"));
  EXPECT_THAT(lines[1], HasSubstr(",R-1,"));
  EXPECT_THAT(lines[1], HasSubstr(",4600.07,"));
  EXPECT_THAT(lines[2], HasSubstr(",R-6,"));
  EXPECT_THAT(lines[3], HasSubstr(",Z-1,"));
  auto all = Export("csv");
  all.insert(all.end(), {"--all", "--bom"});
  ASSERT_EQ(Run(all), 0);
  EXPECT_THAT(out_, StartsWith("\xEF\xBB\xBFid,"));
  EXPECT_THAT(out_, HasSubstr(",R-2,"));
  EXPECT_THAT(out_, HasSubstr(",SUBMITTED,"));
}

TEST_F(ToolExportTest, AFileIsCountedByNode) {
  auto words = Export("csv");
  words.insert(words.end(), {"--out", folder_.Path("awards.csv")});
  const Json json = RunJson(words, 0);
  EXPECT_EQ(json["rows"], "3");
  EXPECT_EQ(json["nodes"][0]["node"], "riga-latgale");
  EXPECT_EQ(json["nodes"][0]["rows"], "2");
  EXPECT_THAT(folder_.Read("awards.csv"), HasSubstr(",Z-1,"));
  EXPECT_EQ(Files(), 1u);
}

TEST_F(ToolExportTest, AWorkbookIsMade) {
  auto words = Export("xlsx");
  words.insert(words.end(), {"--out", folder_.Path("awards.xlsx")});
  ASSERT_EQ(Run(words), 0) << err_;
  EXPECT_THAT(folder_.Read("awards.xlsx"), StartsWith("PK\x03\x04"));
  ASSERT_EQ(Run(Export("xlsx")), 0);
  EXPECT_THAT(out_, StartsWith("PK\x03\x04"));
}

TEST_F(ToolExportTest, OpenDataIsWholeJson) {
  ASSERT_EQ(Run(Export("360giving")), 0) << err_;
  const Json json = Json::parse(out_, nullptr, /*allow_exceptions=*/false);
  ASSERT_FALSE(json.is_discarded()) << out_;
  ASSERT_EQ(json["grants"].size(), 3u);
  EXPECT_THAT(out_, HasSubstr("\"amountAwarded\": 4600.07,"));
  ASSERT_EQ(Run(Export("360giving-csv")), 0);
  EXPECT_THAT(out_, StartsWith("Identifier,Title,Description,Currency,"));
}

TEST_F(ToolExportTest, ANodeThatIsAwayLeavesNothingUnderTheName) {
  folder_.Write("awards.csv", "of yesterday");
  auto words = Export("csv");
  words.insert(words.end(), {"--out", folder_.Path("awards.csv"), "--timeout", "500ms"});
  zemgale_listener_.Stop();
  EXPECT_EQ(Run(words), 3);
  EXPECT_THAT(err_, HasSubstr("without zemgale"));
  EXPECT_EQ(folder_.Read("awards.csv"), "of yesterday");
  EXPECT_EQ(Files(), 1u);
  auto to_output = Export("csv");
  to_output.insert(to_output.end(), {"--timeout", "500ms"});
  EXPECT_EQ(Run(to_output), 3);
  EXPECT_EQ(out_, "") << "nothing is begun that can't be ended";
  riga_listener_.Stop();
  EXPECT_EQ(Run(words), 5);
}

TEST_F(ToolExportTest, ANodeThatGoesAwayMeanwhileDoesTheSame) {
  riga_.on_list = [this] { zemgale_.unary_error = {grpc::StatusCode::UNAVAILABLE, "going away"}; };
  auto words = Export("360giving");
  words.insert(words.end(), {"--out", folder_.Path("grants.json"), "--timeout", "500ms"});
  EXPECT_EQ(Run(words), 3);
  EXPECT_THAT(err_, HasSubstr("without zemgale"));
  EXPECT_EQ(Files(), 0u);
}

TEST_F(ToolExportTest, AnInterruptionLeavesNothing) {
  riga_.on_list = [this] { interrupted_ = true; };
  auto words = Export("csv");
  words.insert(words.end(), {"--out", folder_.Path("awards.csv")});
  EXPECT_EQ(Run(words), 130);
  EXPECT_EQ(Files(), 0u);
}

TEST_F(ToolExportTest, WrongUsage) {
  EXPECT_EQ(Run(Export("pdf")), 2);
  EXPECT_THAT(err_, HasSubstr("360giving-csv"));
  auto words = Export("360giving");
  words.push_back("--all");
  EXPECT_EQ(Run(words), 2);
  words = Export("xlsx");
  words.push_back("--bom");
  EXPECT_EQ(Run(words), 2);
  words = Export("csv");
  words.insert(words.end(), {"--out", folder_.Path("none/awards.csv")});
  EXPECT_EQ(Run(words), 1);
}

TEST_F(ToolExportTest, ACallWithoutOpenDataSaysWhatToAdd) {
  centre_.calls[0].clear_open_data();
  EXPECT_EQ(Run(Export("360giving")), 1);
  EXPECT_THAT(err_, HasSubstr("open_data.prefix"));
  EXPECT_THAT(err_, HasSubstr("open_data.funder_id"));
  EXPECT_EQ(Run(Export("csv")), 0);
}

TEST_F(ToolExportTest, WhatIsNoOrdinaryFileIsWrittenAsItIs) {
  auto words = Export("csv");
  words.insert(words.end(), {"--out", "/dev/null"});
  EXPECT_EQ(Run(words), 0);
  EXPECT_FALSE(std::filesystem::is_regular_file("/dev/null"));
}

}  // namespace
}  // namespace kopa::cli
