// Daily work on applications: who evaluates, notes, documents, late ones, the newer decisions.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/unit/client/cli/tool_fixture.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::APPLICATION_STATUS_CONTRACTED;
using kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ToolDailyTest : public ToolTest {
 protected:
  ToolDailyTest() {
    id_ = zemgale_.Add("Z-1", APPLICATION_STATUS_SUBMITTED);
    centre_.locations = {{id_, "zemgale"}};
  }

  std::string id_;
};

TEST_F(ToolDailyTest, EvaluatorsAreAssignedAndTakenBack) {
  const Json json = RunJson({"app", "assign", IdText(id_), "--evaluator", "anna", "berta"}, 0);
  EXPECT_EQ(json["results"][0]["id"], IdText(id_));
  EXPECT_EQ(json["results"][0]["error"], "");
  RunJson({"app", "assign", "--ref", "Z-1", "--call", "c", "--evaluator", "anna", "--remove"}, 0);
  const auto requests = zemgale_.assignments();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests[0].assignments(0).evaluators(), ElementsAre("anna", "berta"));
  EXPECT_FALSE(requests[0].assignments(0).remove());
  EXPECT_EQ(requests[0].request_id().size(), 16u);
  EXPECT_TRUE(requests[1].assignments(0).remove());
  EXPECT_EQ(Run({"app", "assign", IdText(id_)}), 2);
}

TEST_F(ToolDailyTest, AConflictNeedsAReason) {
  EXPECT_EQ(Run({"app", "conflict", IdText(id_)}), 2);
  RunJson({"app", "conflict", IdText(id_), "--reason", "radinieks", "--evaluator", "berta"}, 0);
  ASSERT_EQ(zemgale_.conflicts().size(), 1u);
  EXPECT_EQ(zemgale_.conflicts()[0].evaluator(), "berta");
  EXPECT_EQ(zemgale_.conflicts()[0].reason(), "radinieks");
}

TEST_F(ToolDailyTest, NotesAreLaidAndListed) {
  EXPECT_EQ(RunJson({"app", "note", IdText(id_), "--text", "viens"}, 0)["note"]["seq"], "1");
  RunJson({"app", "note", IdText(id_), "--text", "divi"}, 0);
  const Json json = RunJson({"app", "notes", IdText(id_)}, 0);
  ASSERT_EQ(json["notes"].size(), 2u);
  EXPECT_EQ(json["notes"][1]["text"], "divi");
  EXPECT_EQ(json["notes"][1]["author"], "anna");
  EXPECT_EQ(Run({"app", "note", IdText(id_)}), 2);
}

TEST_F(ToolDailyTest, DocumentsGoThereAndBack) {
  // More than two parts.
  const std::string content = "%PDF-1.7\n" + std::string(600'000, 'x');
  const std::string file = folder_.Write("līgums.pdf", content);
  const Json json = RunJson({"app", "attach", IdText(id_), file}, 0);
  EXPECT_EQ(json["results"][0]["file"], file);
  EXPECT_EQ(json["results"][0]["document"]["name"], "līgums.pdf");
  EXPECT_EQ(json["results"][0]["document"]["sizeBytes"], "600009");
  EXPECT_EQ(RunJson({"app", "documents", IdText(id_)}, 0)["documents"][0]["type"], "PDF");
  const std::string copy = folder_.Path("copy.pdf");
  EXPECT_EQ(RunJson({"app", "fetch", IdText(id_), "1", "--out", copy}, 0)["file"], copy);
  EXPECT_EQ(folder_.Read("copy.pdf"), content);
  struct stat info {};
  ASSERT_EQ(stat(copy.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(Run({"app", "fetch", "--ref", "Z-1", "--call", "c", "1", "--out", "-"}), 0);
  EXPECT_EQ(out_, content);
}

TEST_F(ToolDailyTest, AFileThatIsThereIsReplacedByForceOnly) {
  const std::string file = folder_.Write("a.pdf", "%PDF-1.7 a");
  RunJson({"app", "attach", IdText(id_), file}, 0);
  const std::string out = folder_.Write("mine.pdf", "mine");
  EXPECT_EQ(Run({"app", "fetch", IdText(id_), "1", "--out", out}), 1);
  EXPECT_THAT(err_, HasSubstr("--force"));
  EXPECT_EQ(folder_.Read("mine.pdf"), "mine");
  EXPECT_EQ(Run({"app", "fetch", IdText(id_), "1", "--out", out, "--force"}), 0);
  EXPECT_EQ(folder_.Read("mine.pdf"), "%PDF-1.7 a");
}

TEST_F(ToolDailyTest, ADocumentThatCameWrongIsNotKept) {
  RunJson({"app", "attach", IdText(id_), folder_.Write("a.pdf", "%PDF-1.7 a")}, 0);
  zemgale_.garbles_documents = true;
  EXPECT_EQ(Run({"app", "fetch", IdText(id_), "1", "--out", folder_.Path("copy.pdf")}), 1);
  EXPECT_FALSE(folder_.Has("copy.pdf"));
  EXPECT_EQ(Run({"app", "fetch", IdText(id_), "9"}), 1);
  EXPECT_EQ(Run({"app", "fetch", IdText(id_)}), 2);
  EXPECT_EQ(Run({"app", "fetch", IdText(id_), "one"}), 2);
}

TEST_F(ToolDailyTest, OfSeveralFilesTheGoodOnesAreAttached) {
  const std::string good = folder_.Write("a.pdf", "%PDF-1.7 a");
  const std::string bad = folder_.Write("a.exe", "MZ");
  const Json json = RunJson({"app", "attach", "--ref", "Z-1", "--call", "c", bad, good}, 3);
  EXPECT_THAT(json["results"][0]["error"].get<std::string>(), HasSubstr("neither PDF"));
  EXPECT_TRUE(json["results"][0]["document"].is_null());
  EXPECT_EQ(json["results"][1]["error"], "");
  EXPECT_EQ(Run({"app", "attach", IdText(id_), bad}), 1);
  EXPECT_EQ(Run({"app", "attach", IdText(id_), folder_.Path("none.pdf")}), 1);
  EXPECT_EQ(Run({"app", "attach", IdText(id_)}), 2);
}

TEST_F(ToolDailyTest, ALateOneIsAdmittedByTwoAtItsOwnNode) {
  const std::vector<std::string> admit = {
      "app", "admit-late", "--call",        "pumpurs-test",   "--ref",
      "L-1", "--reason",   "pasts kavējās", "--municipality", "Jelgava"};
  const Json first = RunJson(admit, 0);
  ASSERT_EQ(first["results"].size(), 1u);
  EXPECT_EQ(first["results"][0]["node"], "zemgale");
  EXPECT_EQ(first["results"][0]["confirmed"], false);
  EXPECT_EQ(first["results"][0]["proposedBy"], "anna");
  EXPECT_THAT(err_, HasSubstr("second person"));
  variables_["KOPA_ACTOR"] = "berta";
  EXPECT_EQ(RunJson(admit, 0)["results"][0]["confirmed"], true);
  EXPECT_THAT(err_, HasSubstr("may be handed in now"));
}

TEST_F(ToolDailyTest, WithoutAMunicipalityALateOneIsAdmittedEverywhere) {
  const std::vector<std::string> admit = {"app",   "admit-late", "--call",   "pumpurs-test",
                                          "--ref", "L-1",        "--reason", "pasts"};
  const Json json = RunJson(admit, 0);
  ASSERT_EQ(json["results"].size(), 2u);
  EXPECT_EQ(json["results"][0]["node"], "riga-latgale");
  zemgale_.unary_error = {grpc::StatusCode::FAILED_PRECONDITION, "the node is fenced"};
  EXPECT_EQ(RunJson(admit, 3)["results"][1]["error"], "the node is fenced");
}

TEST_F(ToolDailyTest, RepaymentsAndPublicationAreDecisions) {
  zemgale_.Change("Z-1", [](auto* application) {
    application->mutable_summary()->set_status(APPLICATION_STATUS_CONTRACTED);
  });
  RunJson({"app", "repay", IdText(id_), "--amount", "12,50"}, 0);
  RunJson({"app", "publish", IdText(id_)}, 0);
  const std::string file =
      folder_.Write("d.csv", "external_ref,decision,amount_eur\nZ-1,repay,7.00\n");
  RunJson({"app", "publish", "--file", file, "--call", "pumpurs-test"}, 0);
  const auto requests = zemgale_.decisions();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].decisions(0).verb(), kopa::region::v1::DECISION_VERB_REPAY);
  EXPECT_EQ(requests[0].decisions(0).amount_cents(), 1250);
  EXPECT_EQ(requests[1].decisions(0).verb(), kopa::region::v1::DECISION_VERB_PUBLISH);
  EXPECT_EQ(requests[2].decisions(0).verb(), kopa::region::v1::DECISION_VERB_REPAY);
  EXPECT_EQ(requests[2].decisions(0).amount_cents(), 700);
}

TEST_F(ToolDailyTest, ShowHasPaymentsAndStaffing) {
  zemgale_.Change("Z-1", [](auto* application) {
    auto* payment = application->add_payments();
    payment->set_cents(414000);
    payment->set_kind(kopa::region::v1::PAYMENT_KIND_ADVANCE);
  });
  const Json json = RunJson({"app", "show", IdText(id_)}, 0);
  EXPECT_EQ(json["application"]["payments"][0]["cents"], "414000");
  EXPECT_EQ(json["application"]["payments"][0]["kind"], "ADVANCE");
  EXPECT_EQ(json["staffing"]["assigned"], Json::array());
}

}  // namespace
}  // namespace kopa::cli
