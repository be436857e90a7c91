#include "central/service/national_view.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/territory/territory.h"
#include "data/territory_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/central/testing/journal_writer.h"
#include "tests/unit/central/testing/test_centre.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::JournalWriter;
using testing::TestCalls;
using testing::TestCentre;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

class NationalViewTest : public ::testing::Test {
 protected:
  NationalViewTest() : territory_(*Territory::Load(territory_data::Files())), view_(&territory_) {
    view_.Load(centre_.core());
    zemgale_.OpenEpoch();
    zemgale_.Write({.number = 1});
    zemgale_.Write({.number = 2, .municipality = "0001000"});
  }

  void Connect(const JournalWriter& journal) { Take(centre_.Connect(journal)); }
  void Send(const JournalWriter& journal) { view_.Update(centre_.core(), centre_.Send(journal)); }
  void Take(const std::vector<CentralEffects>& all) {
    for (const CentralEffects& effects : all) view_.Update(centre_.core(), effects);
  }

  national::v1::GetTotalsResponse Totals(
      const std::vector<national::v1::TotalsDimension>& by = {}) {
    return TotalsOf(view_, by);
  }
  static national::v1::GetTotalsResponse TotalsOf(
      const NationalView& view, const std::vector<national::v1::TotalsDimension>& by) {
    national::v1::GetTotalsRequest request;
    request.set_call("grants");
    for (const auto dimension : by) request.add_by(dimension);
    const auto totals = view.GetTotals(request);
    EXPECT_TRUE(totals.ok()) << totals.status();
    return totals.value_or(national::v1::GetTotalsResponse());
  }
  national::v1::GetBudgetResponse Budget(const std::string& call) {
    national::v1::GetBudgetRequest request;
    request.set_call(call);
    const auto budget = view_.GetBudget(request);
    EXPECT_TRUE(budget.ok()) << budget.status();
    return budget.value_or(national::v1::GetBudgetResponse());
  }
  national::v1::Node Zemgale() { return *view_.FindNode(NodeId("zemgale")); }

  const Territory territory_;
  TestCentre centre_;
  NationalView view_;
  JournalWriter zemgale_{"zemgale"};
};

TEST_F(NationalViewTest, TotalsFollowWhatIsApplied) {
  EXPECT_EQ(Totals().total().applications(), 0);
  Connect(zemgale_);
  EXPECT_EQ(Totals().total().applications(), 2);
  EXPECT_EQ(Totals().total().requested_cents(), 200'000);
  zemgale_.Write({.number = 1,
                  .status = national::v1::APPLICATION_STATUS_APPROVED,
                  .awarded = Amounts(70'000, 1, 0),
                  .version = 2});
  Send(zemgale_);
  const auto totals = Totals({national::v1::TOTALS_DIMENSION_STATUS});
  ASSERT_EQ(totals.rows_size(), 2);
  EXPECT_EQ(totals.rows(0).status(), national::v1::APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(totals.rows(0).applications(), 1);
  EXPECT_EQ(totals.rows(1).approved_cents(), 70'000);
  EXPECT_EQ(totals.total().applications(), 2);
}

TEST_F(NationalViewTest, WhatIsLoadedIsWhatWasFollowed) {
  Connect(zemgale_);
  zemgale_.Write({.number = 2,
                  .municipality = "0001000",
                  .status = national::v1::APPLICATION_STATUS_PENDING_FUNDS,
                  .pending = Amounts(2'000'000, 1, 0),
                  .version = 2});
  Send(zemgale_);
  NationalView loaded(&territory_);
  loaded.Load(centre_.core());
  const std::vector<national::v1::TotalsDimension> by = {
      national::v1::TOTALS_DIMENSION_NODE, national::v1::TOTALS_DIMENSION_MUNICIPALITY,
      national::v1::TOTALS_DIMENSION_STATUS, national::v1::TOTALS_DIMENSION_APPLICANT_TYPE,
      national::v1::TOTALS_DIMENSION_ACTIVITY};
  EXPECT_EQ(TotalsOf(loaded, by).DebugString(), Totals(by).DebugString());
  national::v1::GetBudgetRequest request;
  request.set_call("grants");
  EXPECT_EQ(loaded.GetBudget(request)->DebugString(), Budget("grants").DebugString());
}

TEST_F(NationalViewTest, EachUpdateThatChangesSomethingHasANewVersion) {
  const uint64_t before = view_.version();
  view_.Update(centre_.core(), CentralEffects());
  view_.NoteContact(NodeId("zemgale"), kNow, 7);
  EXPECT_EQ(view_.version(), before);
  Connect(zemgale_);
  EXPECT_GT(view_.version(), before);
}

TEST_F(NationalViewTest, BudgetSaysWhereTheMoneyIs) {
  Connect(zemgale_);
  zemgale_.Write({.number = 1,
                  .status = national::v1::APPLICATION_STATUS_APPROVED,
                  .awarded = Amounts(70'000, 1, 0),
                  .version = 2});
  zemgale_.Write({.number = 2,
                  .municipality = "0001000",
                  .status = national::v1::APPLICATION_STATUS_PENDING_FUNDS,
                  .pending = Amounts(2'000'000, 1, 0),
                  .version = 2});
  Send(zemgale_);
  const auto budget = Budget("grants");
  EXPECT_EQ(budget.budget_cents(), 1'000'000);
  EXPECT_EQ(budget.approved_cents(), 70'000);
  EXPECT_EQ(budget.remaining_cents(), 930'000);
  EXPECT_EQ(budget.available_cents(), 900'000);
  ASSERT_EQ(budget.units_size(), 2);
  EXPECT_EQ(budget.units(0).unit(), "cents");
  EXPECT_EQ(budget.units(0).limit(), 1'000'000);
  EXPECT_EQ(budget.units(0).available(), 900'000);
  EXPECT_EQ(budget.units(1).unit(), "initiatives");
  EXPECT_FALSE(budget.units(1).has_limit());
  EXPECT_FALSE(budget.units(1).has_available());
  EXPECT_EQ(budget.units(1).approved(), 1);
  ASSERT_EQ(budget.nodes_size(), 3);
  EXPECT_EQ(budget.nodes(0).node(), "riga-latgale");
  EXPECT_EQ(budget.nodes(0).state(), national::v1::NODE_STATE_JOINING);
  const auto& node = budget.nodes(2);
  EXPECT_EQ(node.node(), "zemgale");
  EXPECT_EQ(node.allotted_cents(), 100'000);
  EXPECT_EQ(node.approved_cents(), 70'000);
  EXPECT_EQ(node.headroom_cents(), 30'000);
  EXPECT_EQ(node.pending_cents(), 2'000'000);
  EXPECT_EQ(node.frozen_cents(), 0);
  EXPECT_EQ(node.state(), national::v1::NODE_STATE_ACTIVE);

  zemgale_.Write({.number = 2,
                  .municipality = "0001000",
                  .status = national::v1::APPLICATION_STATUS_REJECTED,
                  .version = 3});
  Send(zemgale_);
  EXPECT_EQ(Budget("grants").nodes(2).pending_cents(), 0);
}

TEST_F(NationalViewTest, CallWithoutBudgetShowsItsOtherUnits) {
  const auto budget = Budget("teams");
  EXPECT_EQ(budget.budget_cents(), 0);
  EXPECT_EQ(budget.remaining_cents(), 0);
  ASSERT_EQ(budget.units_size(), 1);
  EXPECT_EQ(budget.units(0).unit(), "teams");
  EXPECT_EQ(budget.units(0).limit(), 5);
}

TEST_F(NationalViewTest, NodesGoFromJoiningToActiveToAwayToFenced) {
  EXPECT_EQ(Zemgale().state(), national::v1::NODE_STATE_JOINING);
  Connect(zemgale_);
  EXPECT_EQ(Zemgale().state(), national::v1::NODE_STATE_ACTIVE);
  EXPECT_TRUE(Zemgale().connected());
  EXPECT_EQ(Zemgale().applied_seq(), 3u);
  EXPECT_EQ(Zemgale().address(), "127.0.0.1:7411");
  const Session session = centre_.core().nodes().at(NodeId("zemgale")).session;
  Take({centre_.Do(SessionLost{session, NodeId("zemgale")})});
  EXPECT_EQ(Zemgale().state(), national::v1::NODE_STATE_AWAY);
  EXPECT_FALSE(Zemgale().connected());
  JournalWriter copy("zemgale");
  Take({centre_.Do(HelloCommand{Session(99), copy.Hello()})});
  EXPECT_EQ(Zemgale().state(), national::v1::NODE_STATE_FENCED);
  EXPECT_THAT(Zemgale().fence_detail(), HasSubstr("restored from an old copy"));
}

TEST_F(NationalViewTest, FreshnessShowsWhatWasHeardAndWhen) {
  Connect(zemgale_);
  view_.NoteContact(NodeId("zemgale"), kNow, 9);
  auto freshness = Totals().freshness(2);
  EXPECT_EQ(freshness.node(), "zemgale");
  EXPECT_TRUE(freshness.connected());
  EXPECT_EQ(freshness.applied_seq(), 3u);
  EXPECT_EQ(freshness.head_seq(), 9u);
  EXPECT_EQ(freshness.last_contact_time().seconds(), absl::ToUnixSeconds(kNow));
  // Applied is heard.
  view_.NoteContact(NodeId("zemgale"), kNow, 1);
  EXPECT_EQ(Totals().freshness(2).head_seq(), 3u);
  EXPECT_FALSE(Totals().freshness(0).has_last_contact_time());
}

TEST_F(NationalViewTest, UnknownCallsNameTheKnownOnes) {
  national::v1::GetCallRequest request;
  request.set_call("grant");
  const absl::Status status = view_.GetCall(request).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("grants, teams"));
  request.set_call("grants");
  EXPECT_EQ(view_.GetCall(request)->call().limits().budget_cents(), 1'000'000);
}

TEST_F(NationalViewTest, ListsCanBePagedThrough) {
  national::v1::ListCallsRequest calls;
  calls.set_page_size(1);
  const auto first = *view_.ListCalls(calls);
  ASSERT_EQ(first.calls_size(), 1);
  EXPECT_EQ(first.calls(0).id(), "grants");
  calls.set_page_token(first.next_page_token());
  const auto second = *view_.ListCalls(calls);
  ASSERT_EQ(second.calls_size(), 1);
  EXPECT_EQ(second.calls(0).id(), "teams");
  EXPECT_THAT(second.next_page_token(), IsEmpty());

  national::v1::ListNodesRequest nodes;
  nodes.set_page_size(2);
  std::vector<std::string> seen;
  do {
    const auto page = *view_.ListNodes(nodes);
    for (const auto& node : page.nodes()) seen.push_back(node.node());
    nodes.set_page_token(page.next_page_token());
  } while (!nodes.page_token().empty());
  EXPECT_THAT(seen, ElementsAre("riga-latgale", "vidzeme-kurzeme", "zemgale"));

  for (const int wrong : {-1, 1001}) {
    calls.set_page_size(wrong);
    EXPECT_TRUE(absl::IsInvalidArgument(view_.ListCalls(calls).status()));
  }
}

TEST_F(NationalViewTest, PagesOfCallsFitAMessage) {
  std::vector<programme::v1::Call> calls;
  for (int i = 10; i < 20; ++i) {
    calls.push_back(TestCalls()[0]);
    calls.back().set_id(absl::StrCat("call-", i));
    calls.back().add_assumptions(std::string(size_t{1} << 19, 'x'));
  }
  TestCentre centre(calls);
  NationalView view(&territory_);
  view.Load(centre.core());
  national::v1::ListCallsRequest request;
  std::vector<std::string> seen;
  do {
    const auto page = *view.ListCalls(request);
    EXPECT_LT(page.ByteSizeLong(), size_t{4} << 20);
    for (const auto& call : page.calls()) seen.push_back(call.id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen.size(), 10u);
}

}  // namespace
}  // namespace kopa::central
