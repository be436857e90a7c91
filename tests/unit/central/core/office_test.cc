// Closing calls, and changes that two people must want.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "central/core/staff_entry.h"
#include "central/core/verify.h"
#include "common/base/status.h"
#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::Change;
using ::kopa::national::v1::Proposal;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Office : public CentralFixture {
 protected:
  Change Budget(int64_t cents) const {
    Change change;
    change.set_call(call_.value());
    change.mutable_limits()->set_budget_cents(cents);
    return change;
  }
  Change Deadline(const std::string& closes) const {
    Change change;
    change.set_call(call_.value());
    change.set_window_closes(closes);
    return change;
  }
  CentralReply Propose(const Change& change, const std::string& actor) {
    return *Ask(ProposeCommand{change, By(actor)});
  }
  CentralReply Settle(uint64_t number, national::v1::ProposalState state,
                      const std::string& actor) {
    return *Ask(SettleProposalCommand{number, state, By(actor)});
  }
  static Proposal ProposalOf(const CentralReply& reply) {
    EXPECT_TRUE(reply.status.ok()) << reply.status;
    return reply.status.ok() ? std::get<Proposal>(reply.result) : Proposal();
  }
  static std::string FaultCode(const CentralReply& reply) {
    const auto faults = FaultsOf(reply.status);
    if (faults.empty()) return "";
    EXPECT_FALSE(faults[0].message.empty());
    EXPECT_FALSE(faults[0].message_lv.empty());
    return faults[0].code;
  }
  const programme::v1::Call& InForce() const { return core_->calls().at(call_).call(); }
  int64_t budget() const { return InForce().limits().budget_cents(); }
  CentralReply Close() { return *Ask(CloseCallCommand{call_, By("Dace")}); }
};

TEST_F(Office, AChangeHoldsOnceASecondPersonWantsTheSame) {
  Begin({TestCall(1000)});
  const Proposal open = ProposalOf(Propose(Budget(1500), "Dace"));
  EXPECT_EQ(open.number(), 1u);
  EXPECT_EQ(open.state(), national::v1::PROPOSAL_STATE_OPEN);
  EXPECT_EQ(open.what(), "budget of test-2024: 10.00 -> 15.00");
  EXPECT_EQ(open.proposed_by(), "Dace");
  EXPECT_EQ(open.reason(), "as agreed");
  EXPECT_EQ(budget(), 1000);
  EXPECT_EQ(ProposalOf(Propose(Budget(1500), "Dace")).number(), 1u) << "one person is one person";
  EXPECT_EQ(budget(), 1000);
  const Proposal other = ProposalOf(Propose(Budget(1600), "Juris"));
  EXPECT_EQ(other.number(), 2u) << "another change is another proposal";
  const Proposal confirmed = ProposalOf(Propose(Budget(1500), "Juris"));
  EXPECT_EQ(confirmed.number(), 1u);
  EXPECT_EQ(confirmed.state(), national::v1::PROPOSAL_STATE_CONFIRMED);
  EXPECT_EQ(confirmed.settled_by(), "Juris");
  EXPECT_TRUE(confirmed.has_settle_time());
  EXPECT_EQ(budget(), 1500);
  EXPECT_EQ(InForce().version(), 2u);
  EXPECT_EQ(Ledger().Available().cents(), 1500);
  ExpectVerified();
}

TEST_F(Office, ProposalsSurviveARestart) {
  Begin({TestCall(1000)});
  Propose(Budget(1500), "Dace");
  Propose(Budget(1700), "Dace");
  ASSERT_TRUE(Restart({TestCall(1000)}).ok());
  EXPECT_EQ(ProposalOf(Propose(Budget(1500), "Juris")).number(), 1u);
  EXPECT_EQ(budget(), 1500);
  ASSERT_TRUE(Restart({TestCall(1000)}).ok());
  EXPECT_EQ(budget(), 1500) << "the file has not changed since";
  EXPECT_EQ(ProposalOf(Propose(Budget(1600), "Dace")).number(), 3u);
}

TEST_F(Office, AProposalIsSettledByItsNumber) {
  Begin({TestCall(1000)});
  Propose(Budget(1500), "Dace");
  const CentralReply own = Settle(1, national::v1::PROPOSAL_STATE_CONFIRMED, "Dace");
  EXPECT_EQ(own.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(FaultCode(own), "FOUR_EYES");
  EXPECT_EQ(Settle(2, national::v1::PROPOSAL_STATE_CONFIRMED, "Juris").status.code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Settle(1, national::v1::PROPOSAL_STATE_OPEN, "Juris").status.code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ProposalOf(Settle(1, national::v1::PROPOSAL_STATE_CONFIRMED, "Juris")).state(),
            national::v1::PROPOSAL_STATE_CONFIRMED);
  EXPECT_EQ(budget(), 1500);
  const CentralReply again = Settle(1, national::v1::PROPOSAL_STATE_WITHDRAWN, "Dace");
  EXPECT_EQ(again.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FaultCode(again), "PROPOSAL_SETTLED");
  Propose(Budget(1600), "Dace");
  EXPECT_EQ(ProposalOf(Settle(2, national::v1::PROPOSAL_STATE_WITHDRAWN, "Dace")).state(),
            national::v1::PROPOSAL_STATE_WITHDRAWN);
  EXPECT_EQ(ProposalOf(Propose(Budget(1600), "Juris")).number(), 3u) << "not the withdrawn one";
  EXPECT_EQ(budget(), 1500);
  ExpectVerified();
}

TEST_F(Office, AChangeIsCheckedWhenItIsProposedAndAgainWhenItTakesHold) {
  Begin({TestCall(1200)});
  Join(a_);  // 100 are out
  EXPECT_EQ(Propose(Budget(99), "Dace").status.code(), absl::StatusCode::kFailedPrecondition);
  Propose(Budget(400), "Dace");
  a_.Submit(1, Amounts(600, 1, 0));
  a_.Wait(1, Amounts(600, 1, 0), now_);
  Send(a_);
  const CentralReply late = Propose(Budget(400), "Juris");
  EXPECT_EQ(late.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FaultCode(late), "CHANGE_IMPOSSIBLE");
  EXPECT_THAT(std::string(late.status.message()), HasSubstr("6.00"));
  EXPECT_EQ(budget(), 1200);
  EXPECT_EQ(ProposalOf(Settle(1, national::v1::PROPOSAL_STATE_WITHDRAWN, "Juris")).state(),
            national::v1::PROPOSAL_STATE_WITHDRAWN)
      << "it was still open";
  ExpectVerified();
}

TEST_F(Office, ADeadlineIsOnlyEverExtended) {
  Begin({TestCall(1000)});
  for (const char* wrong : {"2024-07-01T00:00:00", "2024-06-20T00:00:00"}) {
    EXPECT_EQ(FaultCode(Propose(Deadline(wrong), "Dace")), "CHANGE_IMPOSSIBLE") << wrong;
  }
  EXPECT_EQ(FaultCode(Propose(Deadline("soon"), "Dace")), "BAD_CHANGE");
  EXPECT_EQ(ProposalOf(Propose(Deadline("2024-07-15T00:00:00"), "Dace")).what(),
            "deadline of test-2024: 2024-07-01T00:00:00 -> 2024-07-15T00:00:00");
  ProposalOf(Propose(Deadline("2024-07-15T00:00:00"), "Juris"));
  EXPECT_EQ(InForce().window().closes(), "2024-07-15T00:00:00");
}

TEST_F(Office, ChangesThatMakeNoSenseAreRefused) {
  Begin({TestCall(1000)});
  Change nothing;
  nothing.set_call(call_.value());
  EXPECT_EQ(FaultCode(Propose(nothing, "Dace")), "BAD_CHANGE");
  EXPECT_EQ(FaultCode(Propose(Budget(1000), "Dace")), "BAD_CHANGE") << "it changes nothing";
  EXPECT_EQ(FaultCode(Propose(Budget(-1), "Dace")), "BAD_CHANGE");
  Change slots;
  slots.set_call(call_.value());
  slots.mutable_limits()->set_initiatives(5);
  EXPECT_EQ(FaultCode(Propose(slots, "Dace")), "CHANGE_IMPOSSIBLE") << "there was no limit";
  slots.set_call("nobody-2024");
  EXPECT_EQ(Propose(slots, "Dace").status.code(), absl::StatusCode::kNotFound);
}

TEST_F(Office, AClosedCallGivesNothingMoreAndGetsItsIdleMoneyBack) {
  Begin({TestCall(1200)});
  Join(a_);
  Join(b_);
  a_.Submit(1, Amounts(40, 1, 0));
  a_.NoteAllotted(Allotted(a_));
  a_.Award(1, Amounts(40, 1, 0));
  Send(a_);
  const CentralReply closed = Close();
  ASSERT_TRUE(closed.status.ok()) << closed.status;
  EXPECT_TRUE(std::get<CentralReply::Published>(closed.result).call.closed());
  ASSERT_THAT(StreamOf(a_).Recalls(), SizeIs(1));
  EXPECT_EQ(StreamOf(a_).Recalls()[0].handed_back_target().cents(), 60) << "not what is awarded";
  ASSERT_THAT(StreamOf(b_).Recalls(), SizeIs(1));
  EXPECT_EQ(StreamOf(b_).Recalls()[0].handed_back_target().cents(), 100);
  EXPECT_TRUE(StreamOf(a_).DownEntries().back().call().call().closed());
  a_.HandBack(Amounts(60, 0, 0));
  Send(a_);
  EXPECT_EQ(Ledger().Available().cents(), 1200 - 40 - 100);
  a_.Submit(2, Amounts(50, 1, 0));
  a_.Wait(2, Amounts(50, 1, 0), now_);
  Send(a_);
  Demand(a_, Amounts(500, 0, 0));
  EXPECT_EQ(Allotted(a_).cents(), 100);
  a_.Withdraw(1);
  Send(a_);
  EXPECT_EQ(StreamOf(a_).Recalls().back().handed_back_target().cents(), 100) << "freed since";
  ExpectVerified();
}

TEST_F(Office, OneWhoConnectsAfterTheClosingIsAskedToo) {
  Begin({TestCall(1200)});
  Join(a_);
  Lose(a_);
  ASSERT_TRUE(Close().status.ok());
  Join(a_);
  ASSERT_THAT(StreamOf(a_).Recalls(), SizeIs(1));
  EXPECT_EQ(StreamOf(a_).Recalls()[0].handed_back_target().cents(), 100);
  Join(b_);
  EXPECT_TRUE(Allotted(b_).IsZero());
}

TEST_F(Office, ClosingTwiceChangesNothingAndNothingOpensACallAgain) {
  Begin({TestCall(1200)});
  ASSERT_TRUE(Close().status.ok());
  const auto before = Contents();
  const CentralReply again = Close();
  ASSERT_TRUE(again.status.ok());
  EXPECT_FALSE(std::get<CentralReply::Published>(again.result).changed);
  EXPECT_EQ(Contents(), before);
  ASSERT_TRUE(Restart({TestCall(1200)}).ok());
  EXPECT_TRUE(InForce().closed());
  programme::v1::Call amended = TestCall(1300);
  amended.mutable_amendment()->set_from_version(InForce().version());
  ASSERT_TRUE(Restart({amended}).ok());
  EXPECT_EQ(budget(), 1300);
  EXPECT_TRUE(InForce().closed());
  EXPECT_EQ(FaultCode(Propose(Budget(1400), "Dace")), "CHANGE_IMPOSSIBLE");
  EXPECT_EQ(Ask(CloseCallCommand{CallId("nobody-2024"), By("Dace")})->status.code(),
            absl::StatusCode::kNotFound);
}

// A restored centre may learn of more than the budget has: that must not keep anybody from
// extending or closing the call, nor the centre from starting.
TEST_F(Office, ACallOfWhichMoreIsOutThanItHasIsStillExtendedAndClosed) {
  Begin({TestCall(1200)});
  ASSERT_TRUE(Restart({}, /*restored=*/true).ok());
  for (ScriptedNode* node : {&a_, &b_}) {
    node->NoteAllotted(Amounts(700, 0, 0));
    Join(*node);
  }
  Join(c_);
  ASSERT_TRUE(Ledger().IsOverdrawn());
  EXPECT_EQ(FaultCode(Propose(Budget(1199), "Dace")), "CHANGE_IMPOSSIBLE") << "that is worse";
  programme::v1::Call lower = TestCall(1100);
  lower.mutable_amendment()->set_from_version(InForce().version());
  ASSERT_TRUE(Restart({lower}).ok());
  EXPECT_THAT(warnings(), Contains(HasSubstr("can't follow version")));
  EXPECT_EQ(budget(), 1200);
  for (const char* actor : {"Dace", "Juris"}) {
    EXPECT_TRUE(Propose(Deadline("2030-01-01T00:00:00"), actor).status.ok()) << actor;
  }
  EXPECT_EQ(InForce().window().closes(), "2030-01-01T00:00:00");
  for (const char* actor : {"Dace", "Juris"}) {
    EXPECT_TRUE(Propose(Budget(1300), actor).status.ok()) << actor;
  }
  EXPECT_EQ(budget(), 1300);
  EXPECT_TRUE(Ledger().IsOverdrawn());
  EXPECT_TRUE(Close().status.ok());
  EXPECT_TRUE(InForce().closed());
}

TEST_F(Office, FixedSharesGrowAtOnceWhereANodeIsConnected) {
  programme::v1::Call call = TestCall(1000);
  call.mutable_allotment()->set_policy(programme::v1::ALLOTMENT_POLICY_FIXED_SHARES);
  call.mutable_allotment()->add_shares()->set_node("a");
  call.mutable_allotment()->mutable_shares(0)->set_basis_points(10'000);
  Begin({call});
  Join(a_);
  Propose(Budget(1500), "Dace");
  Propose(Budget(1500), "Juris");
  EXPECT_EQ(Allotted(a_).cents(), 1500);
  EXPECT_EQ(StreamOf(a_).Allotments().back().allotted().cents(), 1500);
  ExpectVerified();
}

TEST_F(Office, WhoAndWhyIsCommittedToAndVerified) {
  Begin({TestCall(1000)});
  Propose(Budget(1500), "Dace");
  Propose(Budget(1500), "Juris");
  ASSERT_TRUE(Close().status.ok());
  ExpectVerified();
  const auto failed = [&] {
    std::vector<std::string> names;
    const auto response = Verify(*store_->Snapshot(), [] { return false; });
    for (const auto& check : response->checks()) {
      if (!check.ok()) names.push_back(check.name());
    }
    return names;
  };
  const auto entries = store_->Snapshot()->Scan(kStaff, "", "");
  ASSERT_TRUE(entries->Valid());
  const std::string key(entries->key());
  const std::string value(entries->value());
  StaffEntry entry = *StaffEntry::Parse(value);
  EXPECT_EQ(entry.actor, "Dace");
  entry.actor = "Juris";
  for (const std::string& bad : {entry.Serialize(), std::string("\xff"), std::string()}) {
    storage::WriteBatch batch;
    if (bad.empty()) batch.Delete(kStaff, key);
    if (!bad.empty()) batch.Put(kStaff, key, bad);
    ASSERT_TRUE(store_->Write(batch).ok());
    EXPECT_THAT(failed(), ::testing::ElementsAre("office"));
  }
  storage::WriteBatch batch;
  batch.Put(kStaff, key, value);
  batch.Put(kStaff, SeqKey(Seq(1)), value);  // of a record that nobody of the office wrote
  ASSERT_TRUE(store_->Write(batch).ok());
  EXPECT_THAT(failed(), ::testing::ElementsAre("office"));
}

TEST_F(Office, ProposalsAreThoseOfTheJournal) {
  Begin({TestCall(1000)});
  Proposal proposal = ProposalOf(Propose(Budget(1500), "Dace"));
  proposal.set_what("budget of test-2024: 10.00 -> 10.01");
  storage::WriteBatch batch;
  batch.Put(kProposal, NumberKey(1), proposal.SerializeAsString());
  ASSERT_TRUE(store_->Write(batch).ok());
  EXPECT_FALSE(Verify(*store_->Snapshot(), [] { return false; })->ok());
}

// --- Schools

class Schools : public Office {
 protected:
  static programme::v1::Call Teams() {
    programme::v1::Call call = TestCall(-1);
    call.set_form(programme::v1::APPLICATION_FORM_TEAM);
    call.clear_applicant_types();
    call.clear_activities();
    call.mutable_limits()->set_teams(100);
    return call;
  }
  void Train(ScriptedNode& node, uint8_t number, const std::string& reg_no,
             const std::string& name) {
    auto& draft = node.Draft(number);
    draft.set_applicant_type("school");
    draft.set_organisation_reg_no(reg_no);
    draft.set_organisation(name);
    node.NoteAllotted(Allotted(node));
    node.Submit(number, Amounts(0, 0, 1));
    node.Award(number, Amounts(0, 0, 1));
    national::v1::PublicRecord what =
        node.Changed(number, national::v1::APPLICATION_STATUS_TRAINED);
    what.mutable_application_changed()->mutable_summary()->mutable_awarded()->set_teams(1);
    node.Write(what);
    Send(node);
  }
  std::vector<std::string> Heard(const ScriptedNode& node) {
    std::vector<std::string> names;
    for (const auto& entry : StreamOf(node).DownEntries()) {
      if (entry.has_school()) names.push_back(entry.school().school().name());
    }
    return names;
  }
};

TEST_F(Schools, ThatWereTrainedAreTheTalkOfEveryNodeOnce) {
  Begin({Teams()});
  Join(a_);
  Join(b_);
  Train(a_, 1, "3000000001", "Rīgas 1. ģimnāzija");
  EXPECT_THAT(Heard(a_), ::testing::ElementsAre("Rīgas 1. ģimnāzija"));
  EXPECT_THAT(Heard(b_), ::testing::ElementsAre("Rīgas 1. ģimnāzija"));
  EXPECT_EQ(StreamOf(b_).DownEntries().back().school().node(), "a");
  Train(b_, 1, "3000000001", "Rīgas Pirmā ģimnāzija");
  EXPECT_THAT(Heard(a_), SizeIs(1)) << "the number is the same";
  Train(b_, 2, "", "Skola bez numura");
  EXPECT_THAT(Heard(a_), SizeIs(2));
  ExpectVerified();
  ASSERT_TRUE(Restart({Teams()}).ok());
  Join(a_);
  EXPECT_THAT(Heard(a_), SizeIs(2));
  Train(a_, 5, "3000000001", "Rīgas 1. ģimnāzija");
  EXPECT_THAT(Heard(a_), SizeIs(2)) << "known from before";
}

TEST_F(Schools, AreToldToANodeThatIsAddedLater) {
  Begin({Teams()});
  Join(a_);
  Train(a_, 1, "3000000001", "Rīgas 1. ģimnāzija");
  node_ids_.push_back(NodeId("d"));
  for (int restart = 0; restart < 2; ++restart) {
    ASSERT_TRUE(Restart({Teams()}).ok());
    ScriptedNode d("d", call_);
    d.Open("n");
    Join(d);
    EXPECT_THAT(Heard(d), SizeIs(1));
    Lose(d);
  }
}

TEST_F(Schools, OfAProjectCallAreNotAnnounced) {
  Begin({TestCall(1000)});
  Join(a_);
  national::v1::PublicRecord what = a_.Changed(1, national::v1::APPLICATION_STATUS_TRAINED);
  a_.Write(what);
  Send(a_);
  EXPECT_THAT(Heard(a_), IsEmpty());
}

}  // namespace
}  // namespace kopa::central
