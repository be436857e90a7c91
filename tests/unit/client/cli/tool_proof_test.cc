// What lets others prove figures: receipts, totals at a place, the exported journals.

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/bytes.h"
#include "tests/unit/client/cli/tool_fixture.h"

namespace kopa::cli {
namespace {

using ::testing::HasSubstr;

class ToolProofTest : public ToolTest {
 protected:
  ToolProofTest() {
    for (uint64_t seq = 1; seq <= 3; ++seq) {
      kopa::national::v1::PublicRecord what;
      what.mutable_handed_back()->set_call(absl::StrCat("call-", seq));
      kopa::national::v1::JournalRecord record;
      record.set_epoch(1);
      record.set_seq(seq);
      record.set_public_record(what.SerializeAsString());
      record.set_hash(std::string(32, static_cast<char>(seq)));
      zemgale_.journal.push_back(record);
    }
    centre_.journals["zemgale"] = zemgale_.journal;
  }

  std::string ReceiptFile(uint64_t seq, char hash) {
    return folder_.Write("receipt.json",
                         absl::StrCat("{\"node\":\"zemgale\",\"epoch\":1,\"seq\":", seq,
                                      ",\"hash\":\"", ToHex(std::string(32, hash)), "\"}"));
  }
  kopa::national::v1::Node& TheNode(const std::string& name) {
    for (kopa::national::v1::Node& node : centre_.nodes) {
      if (node.node() == name) return node;
    }
    return centre_.nodes.emplace_back();
  }
  std::vector<Json> Lines() {
    std::vector<Json> lines;
    for (absl::string_view line : absl::StrSplit(out_, '\n', absl::SkipEmpty())) {
      lines.push_back(Json::parse(std::string(line)));
    }
    return lines;
  }
};

TEST_F(ToolProofTest, AReceiptIsProvedOrDisproved) {
  const Json proved = RunJson({"verify", "--receipt", ReceiptFile(2, 2)}, 0);
  EXPECT_EQ(proved["ok"], true);
  EXPECT_EQ(proved["checks"][0]["name"], "receipt zemgale 2");
  EXPECT_EQ(RunJson({"verify", "--receipt", ReceiptFile(2, 9)}, 1)["ok"], false);
  EXPECT_EQ(RunJson({"verify", "--receipt", ReceiptFile(4, 4)}, 1)["ok"], false);
  EXPECT_EQ(Run({"verify", "--receipt", folder_.Path("missing")}), 1);
}

TEST_F(ToolProofTest, ANodeThatIsAwayIsSaid) {
  zemgale_listener_.Stop();
  const Json away = RunJson({"verify", "--receipt", ReceiptFile(2, 2), "--timeout", "500ms"}, 3);
  EXPECT_THAT(away["checks"][0]["detail"].get<std::string>(),
              HasSubstr("the centre has it; not checked at the node"));
}

TEST_F(ToolProofTest, AnotherNodeAtItsAddressDisprovesNothing) {
  kopa::national::v1::Node& node = TheNode("zemgale");
  node.set_address(riga_listener_.address());
  const Json other = RunJson({"verify", "--receipt", ReceiptFile(2, 2)}, 3);
  EXPECT_THAT(other["checks"][0]["detail"].get<std::string>(),
              HasSubstr("the centre has it; not checked at the node; away: node riga-latgale "
                        "answers there now"));
  riga_.verify.set_ok(true);
  zemgale_.verify.set_ok(true);
  centre_.verify.set_ok(true);
  const Json all = RunJson({"verify"}, 3);
  EXPECT_THAT(all.dump(), HasSubstr("away: node riga-latgale answers there now"));
}

TEST_F(ToolProofTest, ARetiredNodeIsNotAsked) {
  TheNode("zemgale").set_state(kopa::national::v1::NODE_STATE_RETIRED);
  const Json json = RunJson({"verify", "--receipt", ReceiptFile(2, 2)}, 3);
  EXPECT_THAT(json["checks"][0]["detail"].get<std::string>(), HasSubstr("the node is retired"));
  EXPECT_EQ(RunJson({"verify", "--receipt", ReceiptFile(2, 9)}, 1)["ok"], false)
      << "by what the centre has";
}

TEST_F(ToolProofTest, ARecordThatTheCentreHasLostEndsNothing) {
  centre_.receipt_errors[2] = {grpc::StatusCode::DATA_LOSS, "record 2 is gone"};
  const std::string file = folder_.Write(
      "two.jsonl", absl::StrCat("{\"node\":\"zemgale\",\"epoch\":1,\"seq\":2,\"hash\":\"",
                                ToHex(std::string(32, 2)), "\"}\n",
                                "{\"node\":\"zemgale\",\"epoch\":1,\"seq\":3,\"hash\":\"",
                                ToHex(std::string(32, 3)), "\"}\n"));
  const Json json = RunJson({"verify", "--receipt", file}, 1);
  ASSERT_EQ(json["checks"].size(), 2u);
  EXPECT_THAT(json["checks"][0]["detail"].get<std::string>(), HasSubstr("record 2 is gone"));
  EXPECT_EQ(json["checks"][0]["ok"], false);
  EXPECT_EQ(json["checks"][1]["ok"], true);
  centre_.receipt_errors[2] = {grpc::StatusCode::PERMISSION_DENIED, "no role"};
  EXPECT_EQ(Run({"verify", "--receipt", file}), 4);
}

TEST_F(ToolProofTest, ANodeThatAnswersWithAnErrorIsNotAway) {
  zemgale_.unary_error = {grpc::StatusCode::DATA_LOSS, "damaged"};
  EXPECT_EQ(Run({"verify", "--receipt", ReceiptFile(2, 2)}), 1);
  centre_.verify.set_ok(true);
  EXPECT_EQ(Run({"verify"}), 1);
  zemgale_.unary_error = {grpc::StatusCode::PERMISSION_DENIED, "no role"};
  const Json json = RunJson({"verify", "--receipt", ReceiptFile(2, 2)}, 3);
  EXPECT_THAT(json.dump(), HasSubstr("not allowed to ask: no role"));
}

TEST_F(ToolProofTest, OneNodeAloneCanBeAsked) {
  variables_.erase("KOPA_CENTRAL");
  variables_["KOPA_NODE"] = zemgale_listener_.address();
  EXPECT_EQ(Run({"verify", "--receipt", ReceiptFile(2, 2)}), 0) << err_;
  variables_["KOPA_NODE"] = riga_listener_.address();
  EXPECT_EQ(Run({"verify", "--receipt", ReceiptFile(2, 2)}), 3);
}

TEST_F(ToolProofTest, AJournalIsExportedAsLines) {
  ASSERT_EQ(Run({"journal", "export", "--node", "zemgale"}), 0) << err_;
  const std::vector<Json> lines = Lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1]["node"], "zemgale");
  EXPECT_EQ(lines[1]["seq"], "2");
  EXPECT_EQ(lines[1]["publicRecord"], ToHex(zemgale_.journal[1].public_record()));
  EXPECT_EQ(lines[1]["decoded"]["handedBack"]["call"], "call-2");
  ASSERT_EQ(Run({"journal", "export", "--node", "zemgale", "--from", "3"}), 0);
  EXPECT_EQ(Lines().size(), 1u);
  ASSERT_EQ(Run({"journal", "export"}), 0);
  EXPECT_EQ(out_, "");
}

TEST_F(ToolProofTest, AnExportThatBreaksOffGoesOn) {
  centre_.broken_exports = 2;
  ASSERT_EQ(Run({"journal", "export", "--node", "zemgale"}), 0) << err_;
  EXPECT_EQ(Lines().size(), 3u);
}

TEST_F(ToolProofTest, AFileHasItsNameOnceItIsWhole) {
  const std::string path = folder_.Path("journal.jsonl");
  ASSERT_EQ(Run({"journal", "export", "--node", "zemgale", "--out", path}), 0) << err_;
  EXPECT_EQ(out_, "");
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  ASSERT_EQ(Run({"journal", "export", "--node", "zemgale"}), 0);
  EXPECT_EQ(content.str(), out_);
  const std::string other = folder_.Path("other.jsonl");
  centre_.error = {grpc::StatusCode::NOT_FOUND, "no such node"};
  EXPECT_EQ(Run({"journal", "export", "--node", "zemgale", "--out", other}), 1);
  EXPECT_FALSE(std::ifstream(other).good());
}

TEST_F(ToolProofTest, TotalsAtAPlace) {
  ASSERT_EQ(Run({"totals", "--call", "c", "--at", "zemgale=12,riga-latgale=0"}), 0) << err_;
  ASSERT_EQ(centre_.totals_request.at_size(), 2);
  EXPECT_EQ(centre_.totals_request.at(0).node(), "zemgale");
  EXPECT_EQ(centre_.totals_request.at(0).seq(), 12u);
  EXPECT_EQ(centre_.totals_request.at(1).seq(), 0u);
  for (const char* wrong : {"zemgale", "=1", "zemgale=x", "zemgale=-1"}) {
    EXPECT_EQ(Run({"totals", "--call", "c", "--at", wrong}), 2) << wrong;
  }
  EXPECT_EQ(Run({"totals", "--call", "c", "--at", "zemgale=1", "--watch"}), 2);
}

}  // namespace
}  // namespace kopa::cli
