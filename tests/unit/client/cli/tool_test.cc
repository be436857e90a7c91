// Everything but submitting: what is printed, and how it ends.

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/unit/client/cli/tool_fixture.h"

namespace kopa::cli {
namespace {

using kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(ToolTest, TotalsArePrintedInEachForm) {
  centre_.totals.set_call("pumpurs-test");
  auto* row = centre_.totals.add_rows();
  row->set_node("zemgale");
  row->set_applications(2);
  row->set_requested_cents(920000);
  *centre_.totals.mutable_total() = *row;
  centre_.totals.mutable_total()->clear_node();
  const Json json = RunJson({"totals", "--call", "pumpurs-test", "--by", "node,status"}, 0);
  EXPECT_EQ(json["rows"][0]["node"], "zemgale");
  EXPECT_EQ(json["rows"][0]["requestedCents"], "920000");
  EXPECT_EQ(json["total"]["applications"], "2");
  EXPECT_EQ(Run({"totals", "--call", "pumpurs-test", "--by", "node"}), 0);
  EXPECT_THAT(out_, HasSubstr("9200.00"));
  EXPECT_THAT(out_, HasSubstr("total"));
  EXPECT_EQ(Run({"totals", "--call", "pumpurs-test", "--by", "node", "-o", "csv"}), 0);
  EXPECT_THAT(out_, HasSubstr("node,applications,initiatives,requested_eur"));
  EXPECT_EQ(Run({"totals", "--call", "pumpurs-test", "--by", "nodes"}), 2);
  EXPECT_THAT(err_, HasSubstr("did you mean node?"));
  EXPECT_EQ(Run({"totals", "--call", "pumpurs-test", "--by", "node", "--by", "node"}), 2);
}

TEST_F(ToolTest, BudgetAndNodes) {
  centre_.budget.set_call("pumpurs-test");
  centre_.budget.set_budget_cents(46000000);
  centre_.budget.add_units()->set_unit("teams");
  const Json budget = RunJson({"budget", "--call", "pumpurs-test"}, 0);
  EXPECT_EQ(budget["budgetCents"], "46000000");
  EXPECT_TRUE(budget["units"][0]["limit"].is_null());
  const Json nodes = RunJson({"nodes"}, 0);
  ASSERT_EQ(nodes["nodes"].size(), 2u);
  EXPECT_EQ(nodes["nodes"][1]["node"], "zemgale");
  EXPECT_EQ(nodes["nodes"][1]["state"], "ACTIVE");
  EXPECT_EQ(nodes["nodes"][1]["connected"], true);
  EXPECT_EQ(nodes["nodes"][1]["appliedSeq"], "0");
}

TEST_F(ToolTest, ExitCodesOfFailures) {
  centre_.error = {grpc::StatusCode::PERMISSION_DENIED, "coordinators only"};
  EXPECT_EQ(Run({"budget", "--call", "c"}), 4);
  EXPECT_EQ(err_, "kopa: coordinators only\n");
  centre_.error = grpc::Status::OK;
  EXPECT_EQ(Run({"call", "show", "nosuch"}), 1);
  centre_listener_.Stop();
  EXPECT_EQ(Run({"budget", "--call", "c", "--timeout", "1s"}), 5);
  EXPECT_THAT(err_, HasSubstr(variables_["KOPA_CENTRAL"]));
}

TEST_F(ToolTest, WithoutACertificateOrAnAddressItSaysWhatToGive) {
  variables_.erase("KOPA_INSECURE");
  EXPECT_EQ(Run({"nodes"}), 2);
  EXPECT_THAT(err_, HasSubstr("--tls-cert"));
  variables_.clear();
  EXPECT_EQ(Run({"nodes"}), 2);
  EXPECT_THAT(err_, HasSubstr("--central"));
}

TEST_F(ToolTest, ListsApplicationsOfAllNodesSortedById) {
  const std::string first = zemgale_.Add("Z-1", APPLICATION_STATUS_SUBMITTED);
  const std::string second = riga_.Add("R-1", APPLICATION_STATUS_EVALUATED);
  for (int i = 2; i < 5; ++i) zemgale_.Add(absl::StrCat("Z-", i), APPLICATION_STATUS_SUBMITTED);
  const Json json = RunJson({"app", "list", "--call", "pumpurs-test"}, 0);
  ASSERT_EQ(json["applications"].size(), 5u);
  EXPECT_EQ(json["applications"][0]["id"], IdText(first));
  EXPECT_EQ(json["applications"][0]["node"], "zemgale");
  EXPECT_EQ(json["applications"][1]["externalRef"], "R-1");
  EXPECT_EQ(json["applications"][1]["status"], "EVALUATED");
  EXPECT_EQ(json["applications"][1]["requestedCents"], "460000");
  EXPECT_EQ(json["applications"][1]["score"], "");
  EXPECT_EQ(
      RunJson({"app", "list", "--call", "c", "--status", "evaluated"}, 0)["applications"].size(),
      1u);
  EXPECT_EQ(Run({"app", "list", "--call", "c", "--status", "GONE"}), 2);
}

TEST_F(ToolTest, NodesThatNeverJoinedOrAreRetiredAreNotAsked) {
  centre_.AddNode("vidzeme-kurzeme", "");
  centre_.AddNode("zz-retired", "127.0.0.1:1");
  centre_.nodes.back().set_state(kopa::national::v1::NODE_STATE_RETIRED);
  RunJson({"app", "list", "--call", "c"}, 0);
  centre_.verify.set_ok(true);
  riga_.verify.set_ok(true);
  zemgale_.verify.set_ok(true);
  RunJson({"verify"}, 0);
}

TEST_F(ToolTest, AListWithoutOneNodeIsAPart) {
  riga_.Add("R-1", APPLICATION_STATUS_SUBMITTED);
  zemgale_listener_.Stop();
  const Json json = RunJson({"app", "list", "--call", "c", "--timeout", "500ms"}, 3);
  EXPECT_EQ(json["applications"].size(), 1u);
  EXPECT_THAT(err_, HasSubstr("zemgale"));
  riga_listener_.Stop();
  EXPECT_EQ(Run({"app", "list", "--call", "c", "--timeout", "500ms"}), 5);
}

TEST_F(ToolTest, ANodeThatTheCentreCallsAwayIsTriedOnceAndNotForLong) {
  riga_.Add("R-1", APPLICATION_STATUS_SUBMITTED);
  zemgale_listener_.Stop();
  centre_.nodes.back().set_connected(false);
  const absl::Time begin = absl::Now();
  const Json json = RunJson({"app", "list", "--call", "c"}, 3);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(2));
  EXPECT_EQ(json["applications"].size(), 1u);
  EXPECT_THAT(err_, HasSubstr("zemgale"));
}

TEST_F(ToolTest, AListOfOneMunicipalityAsksOnlyItsNode) {
  riga_.Add("R-1", APPLICATION_STATUS_SUBMITTED);
  zemgale_listener_.Stop();
  const std::vector<std::string> list = {"app",       "list",  "--call",        "pumpurs-test",
                                         "--timeout", "500ms", "--municipality"};
  const auto of = [&list](const std::string& municipality) {
    std::vector<std::string> words = list;
    words.push_back(municipality);
    return words;
  };
  EXPECT_EQ(RunJson(of("Rīga"), 0)["applications"].size(), 1u);
  EXPECT_EQ(Run(of("Jelgava")), 5);
  EXPECT_EQ(Run(of("Atlantis")), 1);
  EXPECT_THAT(err_, HasSubstr("no municipality had this name"));
}

TEST_F(ToolTest, AStatusThatIsNoneIsToldWithItsOption) {
  EXPECT_EQ(Run({"app", "list", "--call", "c", "--status", "GONE"}), 2);
  EXPECT_THAT(err_, HasSubstr("--status: \"GONE\" is none of SUBMITTED"));
}

TEST_F(ToolTest, NothingIsChangedAsNobody) {
  const std::string id = riga_.Add("R-1", APPLICATION_STATUS_EVALUATED);
  centre_.locations = {{id, "riga-latgale"}};
  variables_.erase("KOPA_ACTOR");
  EXPECT_EQ(Run({"app", "approve", IdText(id)}), 2);
  EXPECT_THAT(err_, HasSubstr("say who you are with --actor NAME or KOPA_ACTOR"));
  EXPECT_THAT(riga_.decisions(), IsEmpty());
  EXPECT_EQ(Run({"rank", "--call", "c", "--apply"}), 2);
  EXPECT_EQ(Run({"app", "list", "--call", "c"}), 0);
}

TEST_F(ToolTest, AnActorMayHaveAnyLetters) {
  const std::string id = riga_.Add("R-1", APPLICATION_STATUS_EVALUATED);
  centre_.locations = {{id, "riga-latgale"}};
  variables_["KOPA_ACTOR"] = "Jānis";
  EXPECT_EQ(Run({"app", "approve", IdText(id)}), 0);
  EXPECT_THAT(riga_.actors(), ElementsAre("J%c4%81nis"));
  EXPECT_EQ(Run({"app", "approve", IdText(id), "--actor", "a\nb"}), 2);
}

TEST_F(ToolTest, AnAmountOfZeroIsRefusedUnlessAContractEnds) {
  const std::string id = riga_.Add("R-1", APPLICATION_STATUS_EVALUATED);
  centre_.locations = {{id, "riga-latgale"}};
  for (const char* verb : {"approve", "amend", "pay", "repay"}) {
    EXPECT_EQ(Run({"app", verb, IdText(id), "--amount", "0"}), 2) << verb;
    EXPECT_THAT(err_, HasSubstr("--amount: more than 0, e.g. 150.00"));
  }
  EXPECT_EQ(Run({"app", "pay", IdText(id)}), 2);
  EXPECT_THAT(riga_.decisions(), IsEmpty());
  Run({"app", "terminate", IdText(id), "--amount", "0"});
  EXPECT_EQ(riga_.decisions().size(), 1u);
}

TEST_F(ToolTest, ApprovesWhereTheApplicationsAre) {
  const std::string in_riga = riga_.Add("R-1", APPLICATION_STATUS_EVALUATED);
  const std::string in_zemgale = zemgale_.Add("Z-1", APPLICATION_STATUS_EVALUATED);
  centre_.locations = {{in_riga, "riga-latgale"}, {in_zemgale, "zemgale"}};
  const Json json =
      RunJson({"app", "approve", IdText(in_riga), IdText(in_zemgale), IdText(in_riga)}, 0);
  ASSERT_EQ(json["results"].size(), 2u);
  EXPECT_EQ(json["results"][0]["id"], IdText(in_riga));
  EXPECT_EQ(json["results"][0]["status"], "APPROVED");
  EXPECT_EQ(json["results"][0]["error"], "");
  ASSERT_EQ(riga_.decisions().size(), 1u);
  EXPECT_EQ(riga_.decisions()[0].decisions_size(), 1);
  EXPECT_EQ(riga_.decisions()[0].request_id().size(), 16u);
  EXPECT_THAT(riga_.actors(), ElementsAre("anna"));
}

TEST_F(ToolTest, RefusedAndUnknownOnesAreNamedAndTheRestIsDone) {
  const std::string good = riga_.Add("R-1", APPLICATION_STATUS_EVALUATED);
  const std::string early = riga_.Add("R-2", APPLICATION_STATUS_SUBMITTED);
  centre_.locations = {{good, "riga-latgale"}, {early, "riga-latgale"}};
  const std::string nobodys = "ffffffff-7c3e-7d55-9a41-0c6b1f6d2e11";
  const Json json = RunJson({"app", "approve", IdText(early), nobodys, IdText(good)}, 3);
  ASSERT_EQ(json["results"].size(), 3u);
  EXPECT_EQ(json["results"][0]["status"], "APPROVED");
  EXPECT_EQ(json["results"][1]["status"], "SUBMITTED");
  EXPECT_EQ(json["results"][1]["error"], "ILLEGAL_STEP: not evaluated");
  EXPECT_THAT(json["results"][2]["error"].get<std::string>(), HasSubstr("NOT_FOUND"));
  EXPECT_EQ(Run({"app", "approve", IdText(early)}), 3);
}

TEST_F(ToolTest, FindsWhatTheCentreHasNotHeardOf) {
  const std::string fresh = zemgale_.Add("Z-1", APPLICATION_STATUS_EVALUATED);
  RunJson({"app", "approve", IdText(fresh)}, 0);
  EXPECT_EQ(zemgale_.decisions().size(), 1u);
  const Json json = RunJson({"app", "show", "--ref", "Z-1", "--call", "pumpurs-test"}, 0);
  EXPECT_EQ(json["id"], IdText(fresh));
  EXPECT_EQ(json["node"], "zemgale");
}

TEST_F(ToolTest, AReferenceOfSeveralApplicantsIsNoName) {
  riga_.Add("A-1", APPLICATION_STATUS_EVALUATED);
  zemgale_.Add("A-1", APPLICATION_STATUS_EVALUATED);
  const Json json = RunJson({"app", "approve", "--ref", "A-1", "--call", "pumpurs-test"}, 3);
  EXPECT_THAT(json["results"][0]["error"].get<std::string>(), HasSubstr("several applications"));
  EXPECT_THAT(riga_.decisions(), IsEmpty());
}

TEST_F(ToolTest, AllOfACallAtAStatusInBatches) {
  for (int i = 0; i < 450; ++i) riga_.Add(absl::StrCat("R-", i), APPLICATION_STATUS_EVALUATED);
  riga_.Add("early", APPLICATION_STATUS_SUBMITTED);
  const Json json =
      RunJson({"app", "approve", "--call", "pumpurs-test", "--status", "EVALUATED", "--all"}, 0);
  EXPECT_EQ(json["results"].size(), 450u);
  ASSERT_EQ(riga_.decisions().size(), 3u);
  EXPECT_EQ(riga_.decisions()[2].decisions_size(), 50);
  EXPECT_NE(riga_.decisions()[0].request_id(), riga_.decisions()[1].request_id());
  EXPECT_EQ(Run({"app", "approve", "--call", "c", "--all"}), 2);
  EXPECT_EQ(Run({"app", "approve"}), 2);
}

TEST_F(ToolTest, ANodeThatIsAwayLeavesItsPartUndone) {
  const std::string here = riga_.Add("R-1", APPLICATION_STATUS_EVALUATED);
  const std::string there = zemgale_.Add("Z-1", APPLICATION_STATUS_EVALUATED);
  centre_.locations = {{here, "riga-latgale"}, {there, "zemgale"}};
  zemgale_listener_.Stop();
  const Json json =
      RunJson({"app", "approve", IdText(here), IdText(there), "--timeout", "500ms"}, 3);
  EXPECT_EQ(json["results"][0]["status"], "APPROVED");
  EXPECT_THAT(json["results"][1]["error"].get<std::string>(), HasSubstr("UNAVAILABLE"));
  EXPECT_EQ(Run({"app", "approve", IdText(there), "--timeout", "500ms"}), 5);
}

TEST_F(ToolTest, VerifyComparesCentreAndNodes) {
  centre_.verify.set_ok(true);
  auto* head = centre_.verify.add_heads();
  head->set_node("zemgale");
  head->set_applied_seq(3);
  head->set_hash("three");
  riga_.verify.set_ok(true);
  zemgale_.verify.set_ok(true);
  zemgale_.verify.set_hash_at_seq("three");
  EXPECT_EQ(RunJson({"verify"}, 0)["ok"], true);
  zemgale_.verify.set_hash_at_seq("other");
  EXPECT_EQ(RunJson({"verify"}, 1)["ok"], false);
  zemgale_listener_.Stop();
  const Json away = RunJson({"verify", "--timeout", "500ms"}, 3);
  EXPECT_EQ(away["ok"], false);
  EXPECT_THAT(away["checks"][0]["detail"].get<std::string>(), HasSubstr("away"));
}

TEST_F(ToolTest, ATemplateCanBeSubmittedAsItIs) {
  ASSERT_EQ(Run({"call", "template", "pumpurs-test"}), 0);
  const std::string file = folder_.Write("template.csv", out_);
  EXPECT_EQ(Run({"submit", file, "--call", "pumpurs-test"}), 0) << err_;
  EXPECT_EQ(riga_.kept(), 1u);
}

TEST_F(ToolTest, ContextsComeFromTheUsersFile) {
  std::filesystem::create_directories(folder_.Path("config/kopa"));
  folder_.Write("config/kopa/config.toml",
                absl::StrCat("[contexts.z]\nnode = \"", zemgale_listener_.address(), "\"\n"));
  EXPECT_EQ(RunJson({"--context", "z", "nodes"}, 0)["nodes"][0]["node"], "zemgale");
  EXPECT_EQ(Run({"--context", "y", "nodes"}), 2);
  EXPECT_EQ(Run({"--context", "z", "totals", "--call", "c"}), 2);
  EXPECT_THAT(err_, HasSubstr("needs the centre"));
}

TEST_F(ToolTest, TheRest) {
  EXPECT_EQ(Run({"version"}), 0);
  EXPECT_THAT(out_, HasSubstr("kopa 0."));
  EXPECT_EQ(Run({"completion", "bash"}), 0);
  EXPECT_THAT(out_, HasSubstr("complete -o default -F _kopa kopa"));
  EXPECT_EQ(Run({"completion", "fish"}), 2);
  EXPECT_EQ(Run({"call", "show", "pumpurs-test"}), 0);
  EXPECT_THAT(out_, HasSubstr("fixedCents: 460000"));
  EXPECT_EQ(Run({"call", "show", "pumpurs-test", "-o", "csv"}), 2);
  EXPECT_THAT(err_, Not(IsEmpty()));
}

}  // namespace
}  // namespace kopa::cli
