// The steps of a decision and what forbids one; money that is short has files of its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using ::kopa::national::v1::APPLICATION_STATUS_INELIGIBLE;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::kopa::national::v1::APPLICATION_STATUS_REJECTED;
using ::kopa::national::v1::APPLICATION_STATUS_RESERVE;
using ::kopa::national::v1::APPLICATION_STATUS_RETURNED;
using ::kopa::national::v1::APPLICATION_STATUS_TRAINED;
using ::kopa::national::v1::APPLICATION_STATUS_WITHDRAWN;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr Amounts kAward(1000, 1, 0);

class Deciding : public NodeFixture {
 protected:
  Deciding() { Begin(TestCall(call_.value(), 100'000, 10)); }

  void Begin(programme::v1::Call call) {
    call.set_version(++version_);
    Publish(call);
    Allot(Amounts(50'000, 5, 0));
  }

 private:
  uint32_t version_ = 0;
};

TEST_F(Deciding, AnApprovalAwardsWhatWasAskedFor) {
  const ApplicationId id = Evaluated("A-1", kAward);
  const DecisionReply reply = Decide(Verb::kApprove, id);
  EXPECT_THAT(reply, Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(reply.hash, JournalRecords().back().hash());
  EXPECT_EQ(Amounts::FromProto(Stored(id).summary().awarded()), kAward);
  EXPECT_EQ(Amounts::FromProto(Newest().application_changed().summary().awarded()), kAward);
  EXPECT_EQ(Totals().Approved(), kAward);
  EXPECT_EQ(Headroom(), Amounts(49'000, 4, 0));
  EXPECT_EQ(*store_.Get(kJournalStaff, SeqKey(reply.seq)), "sealed decider and reason");
  ExpectVerified();
}

TEST_F(Deciding, TheOtherVerbsLeadWhereTheLifeSays) {
  EXPECT_THAT(Decide(Verb::kReject, Evaluated("A-1", kAward)), Became(APPLICATION_STATUS_REJECTED));
  EXPECT_THAT(Decide(Verb::kReturn, Submit({"A-2", kAward}).id),
              Became(APPLICATION_STATUS_RETURNED));
  EXPECT_THAT(Decide(Verb::kIneligible, Submit({"A-3", kAward}).id),
              Became(APPLICATION_STATUS_INELIGIBLE));
  EXPECT_THAT(Decide(Verb::kWithdraw, Submit({"A-4", kAward}).id),
              Became(APPLICATION_STATUS_WITHDRAWN));
  const ApplicationId reserve = Evaluated("A-5", kAward);
  EXPECT_THAT(Decide(Verb::kReserve, reserve), Became(APPLICATION_STATUS_RESERVE));
  EXPECT_THAT(Decide(Verb::kApprove, reserve), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(Totals().Approved(), kAward) << "only the approval holds anything";
  ExpectVerified();
}

TEST_F(Deciding, AStepThatTheLifeDoesNotHaveIsRefusedAndChangesNothing) {
  const ApplicationId id = Submit({"A-1", kAward}).id;
  const auto before = Contents();
  DecideCommand command = Decision(Verb::kApprove, {id});
  command.request = {};
  const auto items = std::get<DecideReply>(Do(command).result).items;
  EXPECT_THAT(items.at(0), HasFault("ILLEGAL_STEP"));
  EXPECT_EQ(items.at(0).status, national::v1::APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(Contents(), before);
}

TEST_F(Deciding, DoingAgainWhatIsDoneChangesNothingAndIsNoError) {
  const ApplicationId id = Evaluated("A-1", kAward);
  Decide(Verb::kApprove, id);
  const size_t records = JournalRecords().size();
  const DecisionReply again = Decide(Verb::kApprove, id);
  EXPECT_THAT(again, Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(again.seq.value(), 0u);
  EXPECT_EQ(JournalRecords().size(), records);
  EXPECT_EQ(Totals().Approved(), kAward);
}

TEST_F(Deciding, OneNamedTwiceInACommandIsApprovedOnceAndThatIsNoError) {
  const ApplicationId id = Evaluated("A-1", kAward);
  const auto items = std::get<DecideReply>(Do(Decision(Verb::kApprove, {id, id})).result).items;
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_THAT(items[0], Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(items[1], Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(Totals().Approved(), kAward);
}

TEST_F(Deciding, TwoDifferentDecisionsOnOneInACommandAreAFault) {
  const ApplicationId id = Evaluated("A-1", kAward);
  DecideCommand command = Decision(Verb::kApprove, {id, id});
  command.items[1].verb = Verb::kReject;
  const auto items = std::get<DecideReply>(Do(command).result).items;
  EXPECT_THAT(items.at(0), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(items.at(1), HasFault("DECIDED_TWICE"));
}

TEST_F(Deciding, AnUnknownApplicationIsAFaultOfItsItemAlone) {
  const ApplicationId id = Evaluated("A-1", kAward);
  DecideCommand command = Decision(Verb::kApprove, {id, id});
  command.items[0].id = NewId();
  const auto items = std::get<DecideReply>(Do(command).result).items;
  EXPECT_THAT(items.at(0), HasFault("UNKNOWN_APPLICATION"));
  EXPECT_THAT(items.at(1), Became(APPLICATION_STATUS_APPROVED));
}

TEST_F(Deciding, WhoEvaluatedOrImportedTheEvaluationMayNotDecide) {
  const ApplicationId id = Evaluated("A-1", kAward);
  for (const Verb verb : {Verb::kApprove, Verb::kReject, Verb::kReserve}) {
    EXPECT_THAT(Decide(verb, id, "Eva"), HasFault("FOUR_EYES"));
  }
  const ApplicationId imported = Submit({"A-2", kAward}).id;
  EvaluateCommand command;
  command.request = NewRequest();
  command.items.push_back(MakeEvaluateItem(Stored(imported), "Eva", 4000));
  command.items[0].next.mutable_evaluations(0)->set_imported_by("Ivars");
  Do(command);
  EXPECT_THAT(Decide(Verb::kApprove, imported, "Ivars"), HasFault("FOUR_EYES"));
  EXPECT_THAT(Decide(Verb::kApprove, imported, "Eva"), HasFault("FOUR_EYES"));
  EXPECT_THAT(Decide(Verb::kApprove, imported, "Dace"), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(Decide(Verb::kWithdraw, id, "Eva"), Became(APPLICATION_STATUS_WITHDRAWN))
      << "an applicant's wish is no decision";
}

TEST_F(Deciding, WithoutFourEyesTheEvaluatorMayDecide) {
  programme::v1::Call call = TestCall(call_.value(), 100'000, 10);
  call.mutable_evaluation()->set_four_eyes(false);
  Begin(call);
  const ApplicationId id = Evaluated("A-1", kAward);
  EXPECT_THAT(Decide(Verb::kApprove, id, "Eva"), Became(APPLICATION_STATUS_APPROVED));
}

TEST_F(Deciding, BelowTheThresholdNothingIsApprovedButMayBeRejected) {
  const ApplicationId id = Submit({"A-1", kAward}).id;
  Evaluate(id, "Eva", 2950);
  const DecisionReply refused = Decide(Verb::kApprove, id);
  EXPECT_THAT(refused, HasFault("THRESHOLD_NOT_MET"));
  EXPECT_THAT(refused.fault->message, HasSubstr("29.5"));
  EXPECT_EQ(refused.status, APPLICATION_STATUS_EVALUATED);
  EXPECT_THAT(Decide(Verb::kReserve, id), Became(APPLICATION_STATUS_RESERVE));
  EXPECT_THAT(Decide(Verb::kApprove, id), HasFault("THRESHOLD_NOT_MET"));
  EXPECT_THAT(Decide(Verb::kReject, id), Became(APPLICATION_STATUS_REJECTED));
}

TEST_F(Deciding, AsManyEvaluationsAreNeededAsTheCallSays) {
  programme::v1::Call call = TestCall(call_.value(), 100'000, 10);
  call.mutable_evaluation()->set_evaluations_needed(2);
  Begin(call);
  const ApplicationId id = Evaluated("A-1", kAward);
  EXPECT_THAT(Decide(Verb::kApprove, id), HasFault("EVALUATIONS_MISSING"));
  Evaluate(id, "Ivars", 4000);
  EXPECT_THAT(Decide(Verb::kApprove, id), Became(APPLICATION_STATUS_APPROVED));
}

TEST_F(Deciding, AnAwardMayBeLessThanAskedForButNeverMore) {
  const ApplicationId id = Evaluated("A-1", kAward);
  for (const int64_t bad : {int64_t{0}, int64_t{-1}, int64_t{1001}}) {
    DecideCommand command = Decision(Verb::kApprove, {id});
    command.items[0].award_cents = bad;
    EXPECT_THAT(std::get<DecideReply>(Do(command).result).items.at(0), HasFault("BAD_AMOUNT"))
        << bad;
  }
  DecideCommand command = Decision(Verb::kApprove, {id});
  command.items[0].award_cents = 999;
  EXPECT_THAT(std::get<DecideReply>(Do(command).result).items.at(0),
              Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(Totals().Approved(), Amounts(999, 1, 0));
}

TEST_F(Deciding, AFixedSumIsAwardedAsItIs) {
  programme::v1::Call call = TestCall(call_.value(), 100'000, 10);
  call.mutable_amount()->set_fixed_cents(1000);
  Begin(call);
  const ApplicationId id = Evaluated("A-1", kAward);
  DecideCommand command = Decision(Verb::kApprove, {id});
  command.items[0].award_cents = 999;
  EXPECT_THAT(std::get<DecideReply>(Do(command).result).items.at(0), HasFault("BAD_AMOUNT"));
  DecideCommand same = Decision(Verb::kApprove, {id});
  same.items[0].award_cents = 1000;
  EXPECT_THAT(std::get<DecideReply>(Do(same).result).items.at(0),
              Became(APPLICATION_STATUS_APPROVED));
}

TEST_F(Deciding, AMunicipalityGivesNoMoreAwardsThanItsCallHas) {
  programme::v1::Call call = TestCall(call_.value(), 100'000, 10);
  auto* terms = call.add_municipality_terms();
  terms->set_municipality("0001000");
  terms->set_max_awards(2);
  Begin(call);
  const ApplicationId a = Evaluated("A-1", kAward);
  const ApplicationId b = Evaluated("A-2", Amounts(60'000, 1, 0));
  const ApplicationId c = Evaluated("A-3", kAward);
  EXPECT_THAT(Decide(Verb::kApprove, a), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(Decide(Verb::kApprove, b), Became(APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_THAT(Decide(Verb::kApprove, c), HasFault("MUNICIPALITY_LIMIT"))
      << "one that waits for funds counts, too";
  const ApplicationId elsewhere = Submit({"A-4", kAward, "x", "0002000"}).id;
  Evaluate(elsewhere, "Eva", 4000);
  EXPECT_THAT(Decide(Verb::kApprove, elsewhere), Became(APPLICATION_STATUS_APPROVED));

  Restart();
  EXPECT_THAT(Decide(Verb::kApprove, c), HasFault("MUNICIPALITY_LIMIT")) << "after a restart";
  Decide(Verb::kWithdraw, a);
  EXPECT_THAT(Decide(Verb::kApprove, c), Became(APPLICATION_STATUS_APPROVED));
  const ApplicationId d = Evaluated("A-5", kAward);
  EXPECT_THAT(Decide(Verb::kApprove, d), HasFault("MUNICIPALITY_LIMIT"));
  Decide(Verb::kReject, b);
  EXPECT_THAT(Decide(Verb::kApprove, d), Became(APPLICATION_STATUS_APPROVED));
}

TEST_F(Deciding, WithdrawingAnApprovedOneFreesItsAwardAndMunicipalityPlace) {
  const ApplicationId id = Evaluated("A-1", kAward);
  Decide(Verb::kApprove, id);
  EXPECT_THAT(Decide(Verb::kWithdraw, id), Became(APPLICATION_STATUS_WITHDRAWN));
  EXPECT_FALSE(Stored(id).summary().has_awarded());
  EXPECT_TRUE(Totals().Approved().IsZero());
  EXPECT_EQ(Totals().spent, kAward);
  EXPECT_EQ(Totals().unspent, kAward);
  EXPECT_EQ(Headroom(), Amounts(50'000, 5, 0));
  ExpectVerified();
}

class DecidingOnTeams : public NodeFixture {
 protected:
  DecidingOnTeams() {
    programme::v1::Call call = TestCall(call_.value(), -1);
    call.set_form(programme::v1::APPLICATION_FORM_TEAM);
    call.mutable_limits()->set_teams(2);
    call.clear_evaluation();
    Publish(call);
    Allot(Amounts(0, 0, 1));
  }
};

TEST_F(DecidingOnTeams, TeamsAreApprovedUnevaluatedWithinTheirCapAndStayApprovedWhenTrained) {
  const Amounts team(0, 0, 1);
  const ApplicationId a = Submit({"T-1", team}).id;
  const ApplicationId b = Submit({"T-2", team}).id;
  EXPECT_THAT(Decide(Verb::kApprove, a), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(Decide(Verb::kApprove, b), Became(APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_THAT(Decide(Verb::kTrain, a), Became(APPLICATION_STATUS_TRAINED));
  EXPECT_EQ(Totals().Approved(), team) << "training frees no place";
  EXPECT_EQ(StatusOf(b), APPLICATION_STATUS_PENDING_FUNDS);
  ExpectVerified();
}

}  // namespace
}  // namespace kopa::node
