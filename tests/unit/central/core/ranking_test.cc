// The national order, and how far money and slots reach in it.

#include "central/core/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::RankOutcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr RankOutcome kAward = national::v1::RANK_OUTCOME_AWARD;
constexpr RankOutcome kAwarded = national::v1::RANK_OUTCOME_AWARDED;
constexpr RankOutcome kReserve = national::v1::RANK_OUTCOME_RESERVE;
constexpr RankOutcome kBelow = national::v1::RANK_OUTCOME_BELOW_THRESHOLD;

ApplicationId IdOf(uint8_t number) {
  std::array<uint8_t, 10> random{};
  random.back() = number;
  return Uuid::FromParts(1'700'000'000'000, random);
}

Candidate One(uint8_t number, int64_t score, int64_t cents, int64_t initiatives = 1) {
  Candidate candidate;
  candidate.id = IdOf(number);
  candidate.node = NodeId("a");
  candidate.municipality = "0001000";
  candidate.version = 2;
  candidate.status = national::v1::APPLICATION_STATUS_EVALUATED;
  candidate.score_hundredths = score;
  candidate.is_good_enough = true;
  candidate.requested_cents = cents;
  candidate.initiatives = initiatives;
  candidate.award = Amounts(cents, initiatives, 0);
  return candidate;
}

programme::v1::Call CallOf(
    int64_t cents, int64_t initiatives,
    programme::v1::PendingPolicy cut = programme::v1::PENDING_POLICY_STRICT) {
  programme::v1::Call call;
  call.set_id("test-2024");
  call.set_version(1);
  call.mutable_limits()->set_budget_cents(cents);
  call.mutable_limits()->set_initiatives(initiatives);
  call.mutable_ranking()->set_cut(cut);
  return call;
}

Ranking RankAll(const programme::v1::Call& call, std::vector<Candidate> candidates) {
  const ledger::UnitLimits limits(call.limits());
  return Rank(call, std::move(candidates), limits, limits.amounts());
}

std::vector<uint8_t> Order(const Ranking& ranking) {
  std::vector<uint8_t> numbers;
  for (const auto& row : ranking.rows) {
    numbers.push_back(static_cast<uint8_t>(row.candidate.id.bytes().back()));
  }
  return numbers;
}

std::vector<RankOutcome> Outcomes(const Ranking& ranking) {
  std::vector<RankOutcome> outcomes;
  for (const auto& row : ranking.rows) outcomes.push_back(row.outcome);
  return outcomes;
}

TEST(Ranking, GoesByScoreAndThenByTheTieBreaksInTheirOrder) {
  programme::v1::Call call = CallOf(10'000, 100);
  std::vector<Candidate> all = {One(1, 4000, 300), One(2, 4000, 200), One(3, 4000, 200, 5),
                                One(4, 4500, 900), One(5, 4000, 200, 5)};
  all[2].received_us = 20;
  all[4].received_us = 10;
  EXPECT_THAT(Order(RankAll(call, all)), ElementsAre(4, 1, 2, 3, 5)) << "by id";
  call.mutable_ranking()->add_tie_breaks(programme::v1::TIE_BREAK_LOWER_REQUEST);
  EXPECT_THAT(Order(RankAll(call, all)), ElementsAre(4, 2, 3, 5, 1));
  call.mutable_ranking()->add_tie_breaks(programme::v1::TIE_BREAK_MORE_INITIATIVES);
  EXPECT_THAT(Order(RankAll(call, all)), ElementsAre(4, 3, 5, 2, 1));
  call.mutable_ranking()->add_tie_breaks(programme::v1::TIE_BREAK_EARLIER_RECEIVED);
  EXPECT_THAT(Order(RankAll(call, all)), ElementsAre(4, 5, 3, 2, 1));
  all[2].received_us = 0;
  all[4].received_us = 1'700'000'000'000'000;
  EXPECT_THAT(Order(RankAll(call, all)), ElementsAre(4, 5, 3, 2, 1)) << "not known is not early";
}

TEST(Ranking, StrictEndsAtTheFirstThatDoesNotFitAndSkipPassesItOver) {
  const std::vector<Candidate> all = {One(1, 4000, 600), One(2, 3900, 600), One(3, 3800, 400)};
  const Ranking strict = RankAll(CallOf(1000, 100), all);
  EXPECT_THAT(Outcomes(strict), ElementsAre(kAward, kReserve, kReserve));
  EXPECT_EQ(strict.cut_rank, 1);
  EXPECT_EQ(strict.new_awards, Amounts(600, 1, 0));
  EXPECT_EQ(strict.left, Amounts(400, 99, 0));
  const Ranking skip = RankAll(CallOf(1000, 100, programme::v1::PENDING_POLICY_SKIP), all);
  EXPECT_THAT(Outcomes(skip), ElementsAre(kAward, kReserve, kAward));
  EXPECT_EQ(skip.cut_rank, 3);
  EXPECT_TRUE(skip.left.cents() == 0);
}

TEST(Ranking, MoneyAndSlotsAreNeededTogether) {
  const std::vector<Candidate> all = {One(1, 4000, 100, 2), One(2, 3900, 100, 2),
                                      One(3, 3800, 100, 1)};
  EXPECT_THAT(Outcomes(RankAll(CallOf(1000, 3), all)), ElementsAre(kAward, kReserve, kReserve));
  EXPECT_THAT(Outcomes(RankAll(CallOf(1000, 3, programme::v1::PENDING_POLICY_SKIP), all)),
              ElementsAre(kAward, kReserve, kAward));
  programme::v1::Call without_limits;
  EXPECT_THAT(Outcomes(RankAll(without_limits, all)), ElementsAre(kAward, kAward, kAward));
}

TEST(Ranking, WhoMissesAThresholdComesLastWhateverTheScore) {
  std::vector<Candidate> all = {One(1, 4450, 100), One(2, 3300, 100), One(3, 3000, 100)};
  all[0].is_good_enough = false;
  const Ranking ranking = RankAll(CallOf(1000, 10), all);
  EXPECT_THAT(Order(ranking), ElementsAre(2, 3, 1));
  EXPECT_THAT(Outcomes(ranking), ElementsAre(kAward, kAward, kBelow));
}

TEST(Ranking, WhatHoldsAnAwardKeepsItsPlaceAndTakesNothingMore) {
  std::vector<Candidate> all = {One(1, 4000, 500), One(2, 3900, 500), One(3, 3800, 500)};
  all[1].has_award = true;
  programme::v1::Call call = CallOf(1000, 10);
  const Ranking ranking = Rank(call, all, ledger::UnitLimits(call.limits()), Amounts(500, 9, 0));
  EXPECT_THAT(Outcomes(ranking), ElementsAre(kAward, kAwarded, kReserve));
  EXPECT_EQ(ranking.cut_rank, 2);
  EXPECT_EQ(ranking.new_awards.cents(), 500);
}

TEST(Ranking, AMunicipalityGetsNoMoreThanItsGrants) {
  programme::v1::Call call = CallOf(10'000, 100);
  auto* terms = call.add_municipality_terms();
  terms->set_municipality("0641600");
  terms->set_max_awards(2);
  std::vector<Candidate> all = {One(1, 4000, 10), One(2, 3900, 10), One(3, 3800, 10),
                                One(4, 3700, 10)};
  for (size_t i = 0; i < 3; ++i) all[i].municipality = "0641600";
  all[2].has_award = true;
  EXPECT_THAT(Outcomes(RankAll(call, all)), ElementsAre(kAward, kReserve, kAwarded, kAward))
      << "those of other municipalities go on";
}

TEST(Ranking, OrderOfArrivalDoesNotMatter) {
  programme::v1::Call call = CallOf(9'000, 40, programme::v1::PENDING_POLICY_SKIP);
  for (const auto tie_break :
       {programme::v1::TIE_BREAK_LOWER_REQUEST, programme::v1::TIE_BREAK_EARLIER_RECEIVED}) {
    call.mutable_ranking()->add_tie_breaks(tie_break);
  }
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<Candidate> all;
    for (uint8_t number = 0; number < 60; ++number) {
      Candidate& one = all.emplace_back(One(number, static_cast<int64_t>(3000 + random() % 5 * 50),
                                            static_cast<int64_t>(100 + random() % 4 * 100),
                                            static_cast<int64_t>(1 + random() % 3)));
      one.received_us = static_cast<int64_t>(random() % 3);
      one.is_good_enough = random() % 10 != 0;
      one.has_award = random() % 10 == 0;
    }
    const Ranking first = RankAll(call, all);
    Amounts spent;
    for (const auto& [candidate, outcome] : first.rows) {
      if (outcome == kAward) spent = spent + candidate.award;
    }
    EXPECT_EQ(spent, first.new_awards);
    EXPECT_EQ(spent + first.left, Amounts(9'000, 40, 0)) << "to the last cent and slot";
    for (int shuffle = 0; shuffle < 5; ++shuffle) {
      std::shuffle(all.begin(), all.end(), random);
      const Ranking again = RankAll(call, all);
      ASSERT_EQ(Order(again), Order(first)) << seed;
      ASSERT_EQ(Outcomes(again), Outcomes(first)) << seed;
      ASSERT_EQ(again.digest, first.digest) << seed;
    }
  }
}

TEST(Ranking, TheDigestNamesOrderVersionsAndOutcomes) {
  const std::vector<Candidate> all = {One(1, 4000, 600), One(2, 3900, 600)};
  programme::v1::Call call = CallOf(1000, 10);
  const std::string digest = RankAll(call, all).digest;
  std::vector<Candidate> other = all;
  other[0].score_hundredths = 3800;
  EXPECT_NE(RankAll(call, other).digest, digest);
  other = all;
  other[1].version = 3;
  EXPECT_NE(RankAll(call, other).digest, digest);
  EXPECT_NE(RankAll(CallOf(1200, 10), all).digest, digest);
  call.set_version(2);
  EXPECT_NE(RankAll(call, all).digest, digest);
}

TEST(Ranking, WhatIsShownIsCutToItsBytesAndDecidedAsAWhole) {
  std::vector<Candidate> all;
  for (uint8_t number = 0; number < 100; ++number) all.push_back(One(number, 4000, 10));
  const programme::v1::Call call = CallOf(10'000, 1000);
  const Ranking ranking = RankAll(call, all);
  const auto whole = ToResponse(call, ranking, kRankingBytesMax);
  ASSERT_EQ(whole.rows_size(), 100);
  EXPECT_EQ(whole.rows(99).rank(), 100);
  EXPECT_EQ(whole.cut_rank(), 100);
  EXPECT_EQ(whole.new_award_cents(), 1000);
  EXPECT_EQ(whole.remaining_cents(), 9000);
  const auto part = ToResponse(call, ranking, 500);
  EXPECT_LT(part.rows_size(), 20);
  EXPECT_EQ(part.digest(), whole.digest());
  EXPECT_EQ(part.new_award_cents(), 1000);
}

class Candidates : public ::testing::Test {
 protected:
  Candidates() {
    with_criteria_.mutable_evaluation()->add_criteria()->set_id("quality");
    summary_.cell = {names_.calls.Number("c"),
                     names_.nodes.Number("a"),
                     names_.municipalities.Number("0001000"),
                     0,
                     0,
                     0};
    summary_.version = 3;
    summary_.requested_cents = 700;
    summary_.initiatives = 2;
  }
  absl::optional<Candidate> At(const programme::v1::Call& call,
                               national::v1::ApplicationStatus status,
                               const OpenDecision* open = nullptr) {
    summary_.cell.status = static_cast<uint8_t>(status);
    return CandidateOf(call, IdOf(1), summary_, names_, pending_, open);
  }

  programme::v1::Call with_criteria_;
  programme::v1::Call without_criteria_;
  CellNames names_;
  Summary summary_;
  Amounts pending_;
};

TEST_F(Candidates, AreThoseThatCanBeDecidedAndThoseThatHoldAnAward) {
  summary_.score_hundredths = 4000;
  summary_.thresholds_met = true;
  std::vector<int> with;
  std::vector<int> without;
  for (int status = 1; status <= national::v1::ApplicationStatus_MAX; ++status) {
    const auto one = static_cast<national::v1::ApplicationStatus>(status);
    if (At(with_criteria_, one).has_value()) with.push_back(status);
    if (At(without_criteria_, one).has_value()) without.push_back(status);
  }
  EXPECT_THAT(with, ElementsAre(national::v1::APPLICATION_STATUS_EVALUATED,
                                national::v1::APPLICATION_STATUS_PENDING_FUNDS,
                                national::v1::APPLICATION_STATUS_RESERVE));
  EXPECT_THAT(without, ElementsAre(national::v1::APPLICATION_STATUS_SUBMITTED,
                                   national::v1::APPLICATION_STATUS_EVALUATED,
                                   national::v1::APPLICATION_STATUS_PENDING_FUNDS,
                                   national::v1::APPLICATION_STATUS_RESERVE));
  summary_.awarded = Amounts(700, 2, 0);
  EXPECT_TRUE(At(with_criteria_, national::v1::APPLICATION_STATUS_CLOSED)->has_award);
  EXPECT_TRUE(At(with_criteria_, national::v1::APPLICATION_STATUS_TERMINATED)->has_award);
  EXPECT_FALSE(At(with_criteria_, national::v1::APPLICATION_STATUS_WITHDRAWN).has_value());
}

TEST_F(Candidates, WithoutAScoreHaveNoPlaceWhereScoresCount) {
  EXPECT_FALSE(At(with_criteria_, national::v1::APPLICATION_STATUS_RESERVE).has_value());
  EXPECT_TRUE(At(without_criteria_, national::v1::APPLICATION_STATUS_RESERVE)->is_good_enough);
}

TEST_F(Candidates, WouldTakeWhatTheirApprovalWaitsForOrWhatWasAskedFor) {
  EXPECT_EQ(At(without_criteria_, national::v1::APPLICATION_STATUS_SUBMITTED)->award,
            Amounts(700, 2, 0));
  pending_ = Amounts(650, 2, 0);
  EXPECT_EQ(At(without_criteria_, national::v1::APPLICATION_STATUS_PENDING_FUNDS)->award, pending_);
  pending_ = Amounts();
  without_criteria_.set_form(programme::v1::APPLICATION_FORM_TEAM);
  summary_.requested_cents = 0;
  summary_.initiatives = 0;
  EXPECT_EQ(At(without_criteria_, national::v1::APPLICATION_STATUS_SUBMITTED)->award,
            Amounts(0, 0, 1));
}

TEST_F(Candidates, WithADecisionOnItsWayCountAsDecided) {
  OpenDecision open;
  open.decision.set_version(3);
  open.decision.set_status(national::v1::APPLICATION_STATUS_APPROVED);
  open.decision.mutable_award()->set_cents(600);
  const auto decided = At(without_criteria_, national::v1::APPLICATION_STATUS_RESERVE, &open);
  EXPECT_TRUE(decided->has_award);
  EXPECT_EQ(decided->award.cents(), 600);
  summary_.version = 4;
  EXPECT_FALSE(At(without_criteria_, national::v1::APPLICATION_STATUS_RESERVE, &open)->has_award)
      << "it has changed since";
}

TEST(Spendable, IsWhatIsNotAllottedAndWhatLiesIdleWithinReach) {
  programme::v1::Limits limited;
  limited.set_budget_cents(1000);
  const ledger::UnitLimits limits(limited);
  std::map<NodeId, ledger::Totals> nodes;
  for (const char* id : {"a", "b"}) nodes[NodeId(id)].allotted = Amounts(200, 0, 0);
  nodes[NodeId("a")].spent = Amounts(50, 3, 0);
  OpenDecisions decisions;
  OpenDecision open;
  open.node = NodeId("a");
  open.decision.mutable_award()->set_cents(60);
  decisions.Set(IdOf(1), open);
  const auto only_a = [](const NodeId& node) { return node == NodeId("a"); };
  EXPECT_EQ(SpendableOf(limits, Amounts(600, 0, 0), nodes, only_a, decisions),
            Amounts(600 + 200 - 50 - 60, 0, 0));
  decisions.Erase(IdOf(1));
  EXPECT_EQ(SpendableOf(limits, Amounts(600, 0, 0), nodes, only_a, decisions), Amounts(750, 0, 0));
}

TEST(OpenDecisions, OneInPlaceOfAnotherCountsOnce) {
  OpenDecisions decisions;
  OpenDecision open;
  open.node = NodeId("a");
  open.decision.mutable_award()->set_cents(60);
  decisions.Set(IdOf(1), open);
  open.decision.mutable_award()->set_cents(70);
  decisions.Set(IdOf(1), open);
  EXPECT_EQ(decisions.UnderWayAt(NodeId("a")), Amounts(70, 0, 0));
  decisions.Erase(IdOf(1));
  decisions.Erase(IdOf(1));
  EXPECT_TRUE(decisions.UnderWayAt(NodeId("a")).IsZero());
  EXPECT_EQ(decisions.Find(IdOf(1)), nullptr);
}

}  // namespace
}  // namespace kopa::central
