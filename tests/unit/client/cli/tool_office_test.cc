// What the central office does: ranking, findings, limits, windows, definitions.

#include <gmock/gmock.h>

#include "tests/unit/client/cli/tool_fixture.h"

namespace kopa::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ToolOfficeTest : public ToolTest {
 protected:
  void AddRow(kopa::national::v1::RankOutcome outcome, int64_t award_cents) {
    auto* row = centre_.ranking.add_rows();
    row->set_rank(centre_.ranking.rows_size());
    row->set_application_id("0123456789abcdef");
    row->set_node("zemgale");
    row->set_score_hundredths(4450);
    row->set_award_cents(award_cents);
    row->set_outcome(outcome);
  }
};

TEST_F(ToolOfficeTest, ARankingHasTheFieldsThatChecksRelyOn) {
  centre_.ranking.set_call("c");
  centre_.ranking.set_cut_rank(1);
  AddRow(kopa::national::v1::RANK_OUTCOME_AWARD, 460000);
  AddRow(kopa::national::v1::RANK_OUTCOME_BELOW_THRESHOLD, 0);
  centre_.ranking.mutable_rows(1)->clear_score_hundredths();
  const Json json = RunJson({"rank", "--call", "c"}, 0);
  EXPECT_EQ(json["cutRank"], 1);
  ASSERT_EQ(json["rows"].size(), 2u);
  EXPECT_EQ(json["rows"][0]["rank"], 1);
  EXPECT_EQ(json["rows"][0]["id"], "30313233-3435-3637-3839-616263646566");
  EXPECT_EQ(json["rows"][0]["node"], "zemgale");
  EXPECT_EQ(json["rows"][0]["score"], "44.5");
  EXPECT_EQ(json["rows"][0]["awardCents"], "460000");
  EXPECT_EQ(json["rows"][0]["outcome"], "AWARD");
  EXPECT_EQ(json["rows"][1]["outcome"], "BELOW_THRESHOLD");
  EXPECT_EQ(json["rows"][1]["score"], "");
  EXPECT_THAT(office_.applies(), IsEmpty());
  EXPECT_EQ(Run({"rank", "--call", "c"}), 0);
  EXPECT_THAT(out_, HasSubstr("4600.00"));
  EXPECT_THAT(err_, HasSubstr("1 would get one"));
}

TEST_F(ToolOfficeTest, ApplyingSendsTheDigestOfWhatWasLookedAt) {
  centre_.ranking.set_digest("digest");
  AddRow(kopa::national::v1::RANK_OUTCOME_AWARD, 460000);
  *office_.applied.mutable_ranking() = centre_.ranking;
  office_.applied.set_decisions(1);
  office_.applied.set_waiting_for_nodes(1);
  const Json json = RunJson({"rank", "--call", "c", "--apply", "--reason", "lēmums"}, 0);
  EXPECT_EQ(json["decisions"], 1);
  EXPECT_EQ(json["rows"][0]["outcome"], "AWARD");
  ASSERT_EQ(office_.applies().size(), 1u);
  EXPECT_EQ(office_.applies()[0].digest(), "digest");
  EXPECT_EQ(office_.applies()[0].reason(), "lēmums");
  EXPECT_THAT(err_, HasSubstr("nodes that are away"));
  office_.error = {grpc::StatusCode::ABORTED, "rank 3 is another application now"};
  EXPECT_EQ(Run({"rank", "--call", "c", "--apply"}), 1);
  EXPECT_THAT(err_, HasSubstr("look at it again"));
}

TEST_F(ToolOfficeTest, FindingsAreNoFailureAndNeitherIsTheirLack) {
  EXPECT_EQ(RunJson({"findings", "--call", "c"}, 0)["findings"], Json::array());
  auto* finding = centre_.findings.add_findings();
  finding->set_code("SAME_APPLICANT");
  finding->set_subject("40003000642");
  finding->set_message_lv("vairākos reģionos");
  auto* application = finding->add_applications();
  application->set_application_id("0123456789abcdef");
  application->set_node("zemgale");
  const Json json = RunJson({"findings", "--call", "c"}, 0);
  EXPECT_EQ(json["call"], "c");
  EXPECT_EQ(json["findings"][0]["code"], "SAME_APPLICANT");
  EXPECT_EQ(json["findings"][0]["messageLv"], "vairākos reģionos");
  EXPECT_EQ(json["findings"][0]["applications"][0]["applicationId"],
            "30313233-3435-3637-3839-616263646566");
}

TEST_F(ToolOfficeTest, TwoPeopleSetABudget) {
  const std::vector<std::string> set = {"budget",       "set",       "--call",  "c",
                                        "--budget-eur", "140000.00", "--teams", "0",
                                        "--reason",     "papildu"};
  const Json proposed = RunJson(set, 0);
  EXPECT_EQ(proposed["proposal"]["state"], "OPEN");
  EXPECT_EQ(proposed["proposal"]["number"], "1");
  EXPECT_EQ(proposed["proposal"]["change"]["limits"]["budgetCents"], "14000000");
  EXPECT_TRUE(proposed["proposal"]["change"]["limits"]["initiatives"].is_null());
  EXPECT_EQ(proposed["proposal"]["change"]["limits"]["teams"], "0");
  EXPECT_THAT(err_, HasSubstr("second person"));
  EXPECT_EQ(RunJson(set, 0)["proposal"]["state"], "OPEN");
  variables_["KOPA_ACTOR"] = "berta";
  EXPECT_EQ(RunJson(set, 0)["proposal"]["state"], "CONFIRMED");
  EXPECT_THAT(err_, HasSubstr("holds now"));
}

TEST_F(ToolOfficeTest, BudgetSetSaysWhatIsMissing) {
  EXPECT_EQ(Run({"budget", "set", "--call", "c", "--reason", "r"}), 2);
  EXPECT_THAT(err_, HasSubstr("--budget-eur"));
  EXPECT_EQ(Run({"budget", "set", "--call", "c", "--teams", "5"}), 2);
  EXPECT_THAT(err_, HasSubstr("--reason"));
  EXPECT_EQ(Run({"budget", "set", "--teams", "5", "--reason", "r"}), 2);
  EXPECT_EQ(Run({"budget", "set", "--call", "c", "--teams", "-5", "--reason", "r"}), 2);
  EXPECT_EQ(Run({"budget", "set", "--call", "c", "--budget-eur", "-1", "--reason", "r"}), 2);
  EXPECT_EQ(Run({"budget"}), 2);
  EXPECT_THAT(err_, HasSubstr("--call"));
  EXPECT_THAT(office_.changes(), IsEmpty());
}

TEST_F(ToolOfficeTest, WhatHasNoLimitShowsNone) {
  auto* teams = centre_.budget.add_units();
  teams->set_unit("teams");
  teams->set_available(0);
  centre_.budget.set_paid_cents(123456);
  centre_.budget.add_nodes()->set_paid_cents(123456);
  const Json json = RunJson({"budget", "--call", "c"}, 0);
  EXPECT_TRUE(json["units"][0]["limit"].is_null());
  EXPECT_TRUE(json["units"][0]["available"].is_null());
  EXPECT_EQ(json["paidCents"], "123456");
  EXPECT_EQ(json["nodes"][0]["paidCents"], "123456");
  EXPECT_EQ(Run({"budget", "--call", "c"}), 0);
  EXPECT_THAT(out_, HasSubstr("no limit of money"));
  EXPECT_THAT(out_, HasSubstr("paid 1234.56"));
  EXPECT_THAT(out_, ::testing::ContainsRegex("teams +no limit +0\n"));
}

TEST_F(ToolOfficeTest, AWindowIsExtendedAndProposalsAreSettledByNumber) {
  const Json json =
      RunJson({"call", "extend", "c", "--closes", "2024-05-25T00:00:00", "--reason", "lūgums"}, 0);
  EXPECT_EQ(json["proposal"]["change"]["windowCloses"], "2024-05-25T00:00:00");
  EXPECT_EQ(Run({"proposal", "confirm", "1"}), 4);
  EXPECT_EQ(Run({"proposal", "confirm", "7"}), 1);
  variables_["KOPA_ACTOR"] = "berta";
  EXPECT_EQ(RunJson({"proposal", "confirm", "1"}, 0)["proposal"]["state"], "CONFIRMED");
  RunJson({"call", "extend", "d", "--closes", "2024-05-25T00:00:00", "--reason", "lūgums"}, 0);
  EXPECT_EQ(RunJson({"proposal", "withdraw", "2"}, 0)["proposal"]["state"], "WITHDRAWN");
  const Json all = RunJson({"proposal", "list"}, 0);
  ASSERT_EQ(all["proposals"].size(), 2u);
  EXPECT_EQ(all["proposals"][0]["number"], "2");
  EXPECT_EQ(RunJson({"proposal", "list", "--call", "c"}, 0)["proposals"].size(), 1u);
  EXPECT_EQ(Run({"proposal", "confirm", "one"}), 2);
  EXPECT_EQ(Run({"call", "extend", "c", "--reason", "lūgums"}), 2);
}

TEST_F(ToolOfficeTest, DefinitionsAreLoadedAndCallsClosed) {
  const std::string file = folder_.Write("loaded.textproto", "id: \"loaded\"\n");
  const Json json = RunJson({"call", "load", file, "--reason", "jauns"}, 0);
  EXPECT_EQ(json["changed"], true);
  EXPECT_EQ(json["call"]["id"], "loaded");
  ASSERT_EQ(office_.loads().size(), 1u);
  EXPECT_EQ(office_.loads()[0].file_name(), "loaded.textproto");
  EXPECT_EQ(office_.loads()[0].definition(), "id: \"loaded\"\n");
  EXPECT_EQ(office_.loads()[0].reason(), "jauns");
  EXPECT_EQ(Run({"call", "load", file}), 0);
  EXPECT_THAT(out_, HasSubstr("was published already"));
  EXPECT_EQ(Run({"call", "load", folder_.Path("none.textproto")}), 1);
  folder_.Write("huge.textproto", std::string((1 << 20) + 1, '#'));
  EXPECT_EQ(Run({"call", "load", folder_.Path("huge.textproto")}), 1);
  EXPECT_EQ(office_.loads().size(), 2u);
  EXPECT_EQ(RunJson({"call", "close", "c", "--reason", "beigts"}, 0)["call"]["closed"], true);
  EXPECT_EQ(office_.closes()[0].reason(), "beigts");
  office_.error = {grpc::StatusCode::INVALID_ARGUMENT, "loaded.textproto:1:1: id: already open"};
  EXPECT_EQ(Run({"call", "load", file}), 1);
  EXPECT_THAT(err_, HasSubstr("loaded.textproto:1:1"));
}

TEST_F(ToolOfficeTest, HelpHasExamples) {
  for (const char* command : {"rank", "findings", "export"}) {
    EXPECT_EQ(Run({command, "--help"}), 0);
    EXPECT_THAT(out_, HasSubstr("Example")) << command;
    EXPECT_THAT(out_, HasSubstr(std::string("kopa ") + command));
  }
  EXPECT_EQ(Run({"budget", "set", "--help"}), 0);
  EXPECT_THAT(out_, HasSubstr("kopa budget set"));
  EXPECT_THAT(out_, Not(HasSubstr("kopa budget budget")));
}

}  // namespace
}  // namespace kopa::cli
