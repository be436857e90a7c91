#include "central/service/national_queries.h"

#include <variant>

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
using testing::JournalWriter;
using testing::TestCentre;
using testing::TestId;

class NationalQueries : public ::testing::Test {
 protected:
  NationalQueries() : territory_(*Territory::Load(territory_data::Files())), view_(&territory_) {
    view_.Load(centre_.core());
    for (JournalWriter* journal : {&zemgale_, &riga_}) journal->OpenEpoch();
  }

  void Connect(const JournalWriter& journal) { Take(centre_.Connect(journal)); }
  void Send(const JournalWriter& journal) { Take({centre_.Send(journal)}); }
  void Take(const std::vector<CentralEffects>& all) {
    for (const CentralEffects& effects : all) view_.Update(centre_.core(), effects);
  }
  CentralEffects Do(CentralCommand command) {
    CentralEffects effects = centre_.Do(std::move(command));
    view_.Update(centre_.core(), effects);
    return effects;
  }
  national::v1::RankCallResponse Rank() {
    const auto ranking = RankNow(view_, centre_.store(), "grants");
    EXPECT_TRUE(ranking.ok()) << ranking.status();
    return ranking.value_or(national::v1::RankCallResponse());
  }
  static std::vector<national::v1::RankOutcome> Outcomes(
      const national::v1::RankCallResponse& ranking) {
    std::vector<national::v1::RankOutcome> outcomes;
    for (const auto& row : ranking.rows()) outcomes.push_back(row.outcome());
    return outcomes;
  }

  const Territory territory_;
  TestCentre centre_;
  NationalView view_;
  JournalWriter zemgale_{"zemgale"};
  JournalWriter riga_{"riga-latgale"};
};

// What people look at is made from the store, what is applied from the core's memory.
TEST_F(NationalQueries, TheRankingThatIsShownIsTheOneThatIsApplied) {
  zemgale_.Write({.number = 1, .requested = Amounts(700'000, 1, 0), .organisation = "Biedrība"});
  zemgale_.Write({.number = 3,
                  .status = national::v1::APPLICATION_STATUS_PENDING_FUNDS,
                  .requested = Amounts(900'000, 1, 0),
                  .pending = Amounts(250'000, 1, 0)});
  riga_.Write({.number = 2, .municipality = "0001000", .requested = Amounts(600'000, 1, 0)});
  riga_.Write({.number = 4, .status = national::v1::APPLICATION_STATUS_RETURNED});
  Connect(zemgale_);
  Connect(riga_);
  const auto shown = Rank();
  EXPECT_THAT(Outcomes(shown),
              ElementsAre(national::v1::RANK_OUTCOME_AWARD, national::v1::RANK_OUTCOME_RESERVE,
                          national::v1::RANK_OUTCOME_AWARD));
  EXPECT_EQ(shown.rows(0).application_id(), TestId(1).bytes());
  EXPECT_EQ(shown.rows(0).organisation(), "Biedrība");
  EXPECT_EQ(shown.rows(0).node(), "zemgale");
  EXPECT_EQ(shown.rows(1).municipality(), "0001000");
  EXPECT_EQ(shown.rows(2).award_cents(), 250'000);
  EXPECT_EQ(shown.new_award_cents(), 950'000);
  EXPECT_EQ(shown.remaining_cents(), 50'000);
  EXPECT_FALSE(shown.rows(0).has_score_hundredths());
  EXPECT_EQ(shown.freshness_size(), 3);

  CentralEffects effects = Do(ApplyRankingCommand{CallId("grants"), shown.digest(), {}});
  EXPECT_TRUE(effects.replies.empty()) << "the nodes hold something";
  for (JournalWriter* journal : {&zemgale_, &riga_}) {
    const ledger::Totals& held =
        centre_.core().fold().FindCall(CallId("grants"))->ledger.of(NodeId(journal->node()));
    journal->HandBack("grants", Amounts(held.allotted.cents(), 0, 0));
    effects = centre_.Send(*journal);
    view_.Update(centre_.core(), effects);
  }
  const national::v1::ApplyRankingResponse* applied = nullptr;
  for (const auto& [ticket, reply] : effects.replies) {
    EXPECT_TRUE(reply.status.ok()) << reply.status;
    if (const auto* one = std::get_if<CentralReply::Applied>(&reply.result)) applied = one;
  }
  ASSERT_NE(applied, nullptr);
  EXPECT_EQ(applied->decisions(), 3);
  EXPECT_EQ(applied->ranking().digest(), shown.digest());
  national::v1::RankCallResponse named = applied->ranking();
  ASSERT_TRUE(FillOrganisations(centre_.store(), &named).ok());
  EXPECT_EQ(named.rows(0).organisation(), "Biedrība");

  const auto after = Rank();
  EXPECT_THAT(Outcomes(after),
              ElementsAre(national::v1::RANK_OUTCOME_AWARDED, national::v1::RANK_OUTCOME_RESERVE,
                          national::v1::RANK_OUTCOME_AWARDED))
      << "decided, though the nodes have not answered";
  EXPECT_EQ(after.new_award_cents(), 0);
  EXPECT_EQ(after.remaining_cents(), 50'000);
}

TEST_F(NationalQueries, WhatLiesAtANodeThatIsAwayIsNotSpendable) {
  zemgale_.Write({.number = 1});
  Connect(zemgale_);
  EXPECT_EQ(Rank().remaining_cents(), 900'000);
  const int64_t held = centre_.core()
                           .fold()
                           .FindCall(CallId("grants"))
                           ->ledger.of(NodeId("zemgale"))
                           .allotted.cents();
  ASSERT_GT(held, 0);
  Do(SessionLost{centre_.core().nodes().at(NodeId("zemgale")).session, NodeId("zemgale")});
  EXPECT_EQ(Rank().remaining_cents(), 900'000 - held);
}

TEST_F(NationalQueries, FindingsComeWithHowFreshTheyAre) {
  zemgale_.Write({.number = 1, .organisation_reg_no = "40003032949"});
  riga_.Write({.number = 2, .municipality = "0001000", .organisation_reg_no = "40003032949"});
  Connect(zemgale_);
  Connect(riga_);
  const auto found = FindingsNow(view_, centre_.store(), "grants");
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->findings_size(), 1);
  EXPECT_EQ(found->findings(0).code(), "SAME_APPLICANT");
  EXPECT_EQ(found->freshness_size(), 3);
  EXPECT_TRUE(absl::IsNotFound(FindingsNow(view_, centre_.store(), "nothing").status()));
  EXPECT_TRUE(absl::IsNotFound(RankNow(view_, centre_.store(), "nothing").status()));
}

TEST_F(NationalQueries, TheBudgetSaysWhatIsPaid) {
  zemgale_.Write({.number = 1});
  Connect(zemgale_);
  zemgale_.Write({.number = 1,
                  .status = national::v1::APPLICATION_STATUS_CONTRACTED,
                  .awarded = Amounts(70'000, 1, 0),
                  .version = 2,
                  .paid_cents = 60'000});
  Send(zemgale_);
  national::v1::GetBudgetRequest request;
  request.set_call("grants");
  const auto budget = view_.GetBudget(request);
  ASSERT_TRUE(budget.ok());
  EXPECT_EQ(budget->paid_cents(), 60'000);
  EXPECT_EQ(budget->nodes(2).node(), "zemgale");
  EXPECT_EQ(budget->nodes(2).paid_cents(), 60'000);
  EXPECT_EQ(budget->nodes(0).paid_cents(), 0);
}

}  // namespace
}  // namespace kopa::central
