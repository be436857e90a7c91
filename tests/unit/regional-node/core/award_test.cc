// The life of an award: contract, amendment, payment, report, closing, termination, undoing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_CLOSED;
using ::kopa::national::v1::APPLICATION_STATUS_CONTRACTED;
using ::kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::kopa::national::v1::APPLICATION_STATUS_REPORTED;
using ::kopa::national::v1::APPLICATION_STATUS_TERMINATED;

constexpr Amounts kAward(1000, 1, 0);

class Awards : public NodeFixture {
 protected:
  Awards() {
    programme::v1::Call call = TestCall(call_.value(), 100'000, 10);
    call.mutable_amount()->set_ceiling_per_application_cents(1500);
    auto* terms = call.add_municipality_terms();
    terms->set_municipality("0001000");
    terms->set_max_awards(1);
    Publish(call);
    Allot(Amounts(1200, 5, 0));
    id_ = Evaluated("A-1", kAward);
    EXPECT_THAT(Decide(Verb::kApprove, id_), Became(APPLICATION_STATUS_APPROVED));
  }

  DecisionReply DecideWith(Verb verb, int64_t cents) {
    DecideCommand command = Decision(verb, {id_});
    command.items[0].award_cents = cents;
    return std::get<DecideReply>(Do(command).result).items.at(0);
  }
  Amounts Held() const { return Amounts::FromProto(Stored(id_).summary().awarded()); }

  ApplicationId id_;
};

TEST_F(Awards, FromContractToClosingTheAwardIsHeld) {
  EXPECT_THAT(Decide(Verb::kContract, id_), Became(APPLICATION_STATUS_CONTRACTED));
  EXPECT_THAT(DecideWith(Verb::kPay, 900), Became(APPLICATION_STATUS_CONTRACTED));
  EXPECT_THAT(Decide(Verb::kReport, id_), Became(APPLICATION_STATUS_REPORTED));
  EXPECT_THAT(DecideWith(Verb::kPay, 60), Became(APPLICATION_STATUS_REPORTED));
  EXPECT_THAT(Decide(Verb::kClose, id_), Became(APPLICATION_STATUS_CLOSED));
  EXPECT_THAT(DecideWith(Verb::kPay, 40), Became(APPLICATION_STATUS_CLOSED))
      << "the rest is due once the report is accepted";
  EXPECT_EQ(Held(), kAward);
  EXPECT_EQ(Totals().Approved(), kAward);
  EXPECT_EQ(Stored(id_).summary().paid_cents(), 1000);
  EXPECT_EQ(Newest().application_changed().summary().paid_cents(), 1000);
  ExpectVerified();
}

TEST_F(Awards, NoMoreIsPaidThanIsAwarded) {
  Decide(Verb::kContract, id_);
  EXPECT_THAT(DecideWith(Verb::kPay, 1001), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(DecideWith(Verb::kPay, 0), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(DecideWith(Verb::kPay, -5), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(Decide(Verb::kPay, id_), HasFault("BAD_AMOUNT"));
  DecideWith(Verb::kPay, 600);
  EXPECT_THAT(DecideWith(Verb::kPay, 401), HasFault("BAD_AMOUNT"));
  EXPECT_EQ(Stored(id_).summary().paid_cents(), 600);
}

TEST_F(Awards, PaymentsAreEntriesOfTheLedgerThatOnlyAddUp) {
  Decide(Verb::kContract, id_);
  DecideWith(Verb::kPay, 900);
  EXPECT_THAT(DecideWith(Verb::kRepay, 901), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(DecideWith(Verb::kRepay, 250), Became(APPLICATION_STATUS_CONTRACTED));
  EXPECT_EQ(Totals().paid_cents, 900);
  EXPECT_EQ(Totals().repaid_cents, 250);
  EXPECT_EQ(Stored(id_).summary().paid_cents(), 650);
  const region::v1::Application stored = Stored(id_);
  ASSERT_EQ(stored.payments_size(), 2);
  EXPECT_EQ(stored.payments(0).kind(), region::v1::PAYMENT_KIND_ADVANCE);
  EXPECT_EQ(stored.payments(1).cents(), -250);
  EXPECT_EQ(stored.payments(1).seq(), core_->state().head.seq.value());
  Restart();
  EXPECT_EQ(Totals().Paid(), 650);
  ExpectVerified();
}

// A payment whose answer was lost is sent again: it must not be recorded twice.
TEST_F(Awards, TheSamePaymentAgainNeedsAReason) {
  Decide(Verb::kContract, id_);
  DecideWith(Verb::kPay, 200);
  EXPECT_THAT(DecideWith(Verb::kPay, 200), HasFault("PAYMENT_REPEATED"));
  EXPECT_EQ(Stored(id_).summary().paid_cents(), 200);
  DecideCommand second = Decision(Verb::kPay, {id_});
  second.items[0].award_cents = 200;
  second.items[0].has_reason = true;
  EXPECT_THAT(std::get<DecideReply>(Do(second).result).items.at(0),
              Became(APPLICATION_STATUS_CONTRACTED));
  EXPECT_THAT(DecideWith(Verb::kRepay, 50), Became(APPLICATION_STATUS_CONTRACTED));
  EXPECT_THAT(DecideWith(Verb::kRepay, 50), HasFault("PAYMENT_REPEATED"));
  Decide(Verb::kReport, id_);
  EXPECT_THAT(DecideWith(Verb::kPay, 200), Became(APPLICATION_STATUS_REPORTED))
      << "the rest may be as much as the advance was";
}

TEST_F(Awards, BeforeTheReportOnlyTheAdvanceIsPaid) {
  programme::v1::Call call = TestCall(call_.value(), 100'000, 10);
  call.set_version(2);
  call.mutable_payments()->set_advance_basis_points(9000);
  Publish(call);
  Decide(Verb::kContract, id_);
  EXPECT_THAT(DecideWith(Verb::kPay, 901), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(DecideWith(Verb::kPay, 900), Became(APPLICATION_STATUS_CONTRACTED));
  EXPECT_THAT(DecideWith(Verb::kPay, 1), HasFault("BAD_AMOUNT"));
  Decide(Verb::kReport, id_);
  EXPECT_THAT(DecideWith(Verb::kPay, 100), Became(APPLICATION_STATUS_REPORTED));
  EXPECT_EQ(Stored(id_).payments(1).kind(), region::v1::PAYMENT_KIND_REST);
}

TEST_F(Awards, WhatATerminatedOneGotTooMuchComesBack) {
  Decide(Verb::kContract, id_);
  DecideWith(Verb::kPay, 900);
  DecideWith(Verb::kTerminate, 300);
  EXPECT_THAT(DecideWith(Verb::kPay, 1), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(DecideWith(Verb::kRepay, 600), Became(APPLICATION_STATUS_TERMINATED));
  EXPECT_EQ(Stored(id_).summary().paid_cents(), 300);
  ExpectVerified();
}

TEST_F(Awards, ATitleIsPublishedOnlyWhileThereIsAnAward) {
  EXPECT_TRUE(Newest().application_changed().summary().published_title().empty());
  EXPECT_THAT(Decide(Verb::kPublish, id_), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(Newest().application_changed().summary().published_title(), "as first written");
  EXPECT_TRUE(Stored(id_).title_checked());
  Decide(Verb::kUndo, id_, "Dzintra");
  EXPECT_TRUE(Newest().application_changed().summary().published_title().empty());
  EXPECT_THAT(Decide(Verb::kPublish, id_), HasFault("ILLEGAL_STEP"));
}

TEST_F(Awards, AClosedCallMakesNoMoreAwards) {
  const ApplicationId late = Submit({"B-1", Amounts(100, 1, 0), "x", "0002000"}).id;
  Evaluate(late, "Eva", 4000);
  programme::v1::Call call = TestCall(call_.value(), 100'000, 10);
  call.set_version(2);
  call.set_closed(true);
  Publish(call);
  EXPECT_THAT(Decide(Verb::kApprove, late), HasFault("CALL_CLOSED"));
  EXPECT_THAT(DecideWith(Verb::kAmend, 1100), HasFault("CALL_CLOSED"));
  EXPECT_THAT(DecideWith(Verb::kAmend, 900), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(Decide(Verb::kContract, id_), Became(APPLICATION_STATUS_CONTRACTED));
  EXPECT_THAT(Decide(Verb::kReject, late), Became(national::v1::APPLICATION_STATUS_REJECTED));
}

TEST_F(Awards, AnAmendmentMovesTheLedgerWithTheAward) {
  EXPECT_THAT(DecideWith(Verb::kAmend, 1200), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(Held(), Amounts(1200, 1, 0));
  EXPECT_EQ(Totals().Approved(), Amounts(1200, 1, 0));
  EXPECT_THAT(DecideWith(Verb::kAmend, 700), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(Totals().Approved(), Amounts(700, 1, 0));
  EXPECT_EQ(Totals().spent, Amounts(1200, 1, 0)) << "totals only grow";
  EXPECT_EQ(Totals().unspent, Amounts(500, 0, 0));
  ExpectVerified();
}

TEST_F(Awards, AnAmendmentKeepsBelowCeilingAndHeadroomAndAbovePayments) {
  EXPECT_THAT(DecideWith(Verb::kAmend, 1501), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(DecideWith(Verb::kAmend, 1201), HasFault("NO_HEADROOM"));
  EXPECT_THAT(DecideWith(Verb::kAmend, 0), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(Decide(Verb::kAmend, id_), HasFault("BAD_AMOUNT"));
  Decide(Verb::kContract, id_);
  DecideWith(Verb::kPay, 600);
  EXPECT_THAT(DecideWith(Verb::kAmend, 599), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(DecideWith(Verb::kAmend, 600), Became(APPLICATION_STATUS_CONTRACTED));
  Restart(/*may_spend=*/false);
  EXPECT_THAT(DecideWith(Verb::kAmend, 700), HasFault("NO_HEADROOM")) << "not before the proof";
}

TEST_F(Awards, AnAmendmentDownFundsWhatWaits) {
  const ApplicationId waiting = Submit({"B-1", Amounts(500, 1, 0), "x", "0002000"}).id;
  Evaluate(waiting, "Eva", 4000);
  EXPECT_THAT(Decide(Verb::kApprove, waiting), Became(APPLICATION_STATUS_PENDING_FUNDS));
  DecideWith(Verb::kAmend, 700);
  EXPECT_EQ(StatusOf(waiting), APPLICATION_STATUS_APPROVED);
  ExpectVerified();
}

TEST_F(Awards, ATerminationTakesBackWhatIsNotKept) {
  Decide(Verb::kContract, id_);
  EXPECT_THAT(DecideWith(Verb::kTerminate, 1001), HasFault("BAD_AMOUNT"));
  EXPECT_THAT(DecideWith(Verb::kTerminate, 300), Became(APPLICATION_STATUS_TERMINATED));
  EXPECT_EQ(Held(), Amounts(300, 1, 0));
  EXPECT_EQ(Totals().Approved(), Amounts(300, 1, 0));
  EXPECT_THAT(Decide(Verb::kContract, id_), HasFault("ILLEGAL_STEP"));
  ExpectVerified();
}

// What was terminated with nothing kept frees its place in the municipality, also after a restart.
TEST_F(Awards, ATerminationThatKeepsNothingFreesEverything) {
  Decide(Verb::kContract, id_);
  const ApplicationId next = Evaluated("A-2", Amounts(100, 1, 0));
  EXPECT_THAT(Decide(Verb::kApprove, next), HasFault("MUNICIPALITY_LIMIT"));
  EXPECT_THAT(Decide(Verb::kTerminate, id_), Became(APPLICATION_STATUS_TERMINATED));
  EXPECT_TRUE(Held().IsZero());
  EXPECT_TRUE(Totals().Approved().IsZero());
  Restart();
  EXPECT_THAT(Decide(Verb::kApprove, next), Became(APPLICATION_STATUS_APPROVED));
  ExpectVerified();
}

TEST_F(Awards, ATerminationThatKeepsSomethingKeepsItsPlace) {
  Decide(Verb::kContract, id_);
  DecideWith(Verb::kTerminate, 1);
  const ApplicationId next = Evaluated("A-2", Amounts(100, 1, 0));
  for (const bool restarted : {false, true}) {
    if (restarted) Restart();
    EXPECT_THAT(Decide(Verb::kApprove, next), HasFault("MUNICIPALITY_LIMIT")) << restarted;
  }
}

TEST_F(Awards, AMistakenApprovalIsUndoneByAnotherPersonBeforeTheContract) {
  EXPECT_THAT(Decide(Verb::kUndo, id_, "Dace"), HasFault("FOUR_EYES"));
  EXPECT_THAT(Decide(Verb::kUndo, id_, "Dzintra"), Became(APPLICATION_STATUS_EVALUATED));
  EXPECT_TRUE(Totals().Approved().IsZero());
  EXPECT_FALSE(Stored(id_).summary().has_awarded());
  EXPECT_THAT(Decide(Verb::kApprove, id_), Became(APPLICATION_STATUS_APPROVED))
      << "its place in the municipality was freed";
  Decide(Verb::kContract, id_);
  EXPECT_THAT(Decide(Verb::kUndo, id_, "Dzintra"), HasFault("ILLEGAL_STEP"));
  ExpectVerified();
}

TEST_F(Awards, ThePersonWhoApprovedBeforeTheFundsCameMayNotUndoEither) {
  const ApplicationId waiting = Submit({"B-1", Amounts(500, 1, 0), "x", "0002000"}).id;
  Evaluate(waiting, "Eva", 4000);
  Decide(Verb::kApprove, waiting, "Dzintra");
  Allot(Amounts(2000, 5, 0));
  EXPECT_THAT(Decide(Verb::kUndo, waiting, "Dzintra"), HasFault("FOUR_EYES"));
  EXPECT_THAT(Decide(Verb::kUndo, waiting, "Dace"), Became(APPLICATION_STATUS_EVALUATED));
}

TEST_F(Awards, AFixedSumIsNotAmended) {
  programme::v1::Call call = TestCall(call_.value(), 100'000, 10);
  call.set_version(2);
  call.mutable_amount()->set_fixed_cents(1000);
  Publish(call);
  EXPECT_THAT(DecideWith(Verb::kAmend, 900), HasFault("BAD_AMOUNT"));
}

}  // namespace
}  // namespace kopa::node
