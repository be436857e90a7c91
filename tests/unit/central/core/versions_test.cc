// Which definition of a call is in force: files, what was loaded, and amendments.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "central/core/call_change.h"
#include "common/base/status.h"
#include "tests/unit/central/core/central_fixture.h"

namespace kopa::central {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::programme::v1::Call;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Versions : public CentralFixture {
 protected:
  // A call whose window is open at now_.
  static Call OpenCall(int64_t cents) {
    Call call = TestCall(cents);
    call.mutable_window()->set_opens("2024-05-01T00:00:00");
    return call;
  }
  static Call Amended(Call call, uint32_t from_version) {
    call.mutable_amendment()->set_from_version(from_version);
    call.mutable_amendment()->set_reason("more money");
    return call;
  }
  const Call& InForce() const { return core_->calls().at(call_).call(); }
  uint32_t version() const { return InForce().version(); }
  int64_t budget() const { return InForce().limits().budget_cents(); }

  CentralReply Load(const Call& call) { return *Ask(LoadCallCommand{call, By("Dace")}); }
};

TEST_F(Versions, AnEditedFileOfACallThatHasOpenedLeavesItAsItIsAndWarns) {
  Begin({OpenCall(1000)});
  ASSERT_TRUE(Restart({OpenCall(1500)}).ok());
  EXPECT_EQ(version(), 1u);
  EXPECT_EQ(budget(), 1000);
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("from_version: 1")));
  ASSERT_TRUE(Restart({OpenCall(1500)}).ok());
  EXPECT_THAT(warnings(), SizeIs(1)) << "until somebody does something about it";
  ASSERT_TRUE(Restart({OpenCall(1000)}).ok());
  EXPECT_THAT(warnings(), IsEmpty());
  ExpectVerified();
}

TEST_F(Versions, AnAmendmentOfTheVersionInForceTakes) {
  Begin({OpenCall(1000)});
  ASSERT_TRUE(Restart({Amended(OpenCall(1500), 1)}).ok());
  EXPECT_EQ(version(), 2u);
  EXPECT_EQ(budget(), 1500);
  EXPECT_THAT(warnings(), IsEmpty());
  const auto before = Contents();
  ASSERT_TRUE(Restart({Amended(OpenCall(1500), 1)}).ok());
  EXPECT_EQ(Contents(), before) << "the file is as it was";
  EXPECT_THAT(warnings(), IsEmpty());
  ASSERT_TRUE(Restart({Amended(OpenCall(1700), 1)}).ok());
  EXPECT_EQ(version(), 2u) << "it amends a version that is past";
  EXPECT_THAT(warnings(), SizeIs(1));
  ASSERT_TRUE(Restart({Amended(OpenCall(1700), 2)}).ok());
  EXPECT_EQ(version(), 3u);
  ExpectVerified();
}

TEST_F(Versions, BeforeItOpensACallIsWhatItsFileSays) {
  Begin({TestCall(1000)});
  ASSERT_TRUE(Restart({TestCall(1500)}).ok());
  EXPECT_EQ(version(), 2u);
  EXPECT_EQ(budget(), 1500);
}

TEST_F(Versions, AWindowOfOneMunicipalityOpensTheCall) {
  Call call = TestCall(1000);
  EXPECT_FALSE(HasOpened(call, now_));
  auto* terms = call.add_municipality_terms();
  terms->set_municipality("0001000");
  *terms->mutable_window() = call.window();
  EXPECT_FALSE(HasOpened(call, now_));
  terms->mutable_window()->set_opens("2024-05-01T00:00:00");
  EXPECT_TRUE(HasOpened(call, now_));
}

TEST_F(Versions, WhatWasChangedWhileTheCentreRanIsNoLongerTheFilesToChange) {
  Begin({TestCall(1000)});
  const CentralReply loaded = Load(TestCall(1200));
  ASSERT_TRUE(loaded.status.ok()) << loaded.status;
  EXPECT_TRUE(std::get<CentralReply::Published>(loaded.result).changed);
  EXPECT_EQ(version(), 2u);
  ASSERT_TRUE(Restart({TestCall(1000)}).ok());
  EXPECT_EQ(version(), 2u);
  EXPECT_EQ(budget(), 1200);
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("been changed since")));
  ASSERT_TRUE(Restart({TestCall(1200)}).ok());
  EXPECT_THAT(warnings(), IsEmpty()) << "the file has caught up";
}

TEST_F(Versions, LoadingWhatIsPublishedChangesNothing) {
  Begin({TestCall(1000)});
  const auto before = Contents();
  const CentralReply reply = Load(TestCall(1000));
  ASSERT_TRUE(reply.status.ok());
  EXPECT_FALSE(std::get<CentralReply::Published>(reply.result).changed);
  EXPECT_EQ(Contents(), before);
}

TEST_F(Versions, LoadingAChangeOfACallThatHasOpenedNeedsAnAmendment) {
  Begin({OpenCall(1000)});
  const auto before = Contents();
  for (const Call& refused : {OpenCall(1500), Amended(OpenCall(1500), 2)}) {
    const CentralReply reply = Load(refused);
    EXPECT_EQ(reply.status.code(), absl::StatusCode::kFailedPrecondition);
    ASSERT_THAT(FaultsOf(reply.status), SizeIs(1));
    EXPECT_EQ(FaultsOf(reply.status)[0].code, "CALL_OPENED");
    EXPECT_FALSE(FaultsOf(reply.status)[0].message_lv.empty());
  }
  EXPECT_EQ(Contents(), before);
  Call named = Amended(OpenCall(1000), 1);
  named.mutable_name()->set_en("Another name");
  EXPECT_TRUE(Load(named).status.ok());
  EXPECT_EQ(version(), 2u);
  const CentralReply again = Load(named);
  ASSERT_TRUE(again.status.ok()) << "loading it twice is no second change";
  EXPECT_FALSE(std::get<CentralReply::Published>(again.result).changed);
  ExpectVerified();
}

TEST_F(Versions, OnePersonDoesNotChangeWhatMoneyDeadlineAndJudgementHangOn) {
  Begin({OpenCall(1000)});
  const auto before = Contents();
  Call longer = Amended(OpenCall(1000), 1);
  longer.mutable_window()->set_closes("2031-01-01T00:00:00");
  Call easier = Amended(OpenCall(1000), 1);
  easier.mutable_evaluation()->set_four_eyes(!easier.evaluation().four_eyes());
  for (const Call& refused : {Amended(OpenCall(1500), 1), longer, easier}) {
    const CentralReply reply = Load(refused);
    EXPECT_EQ(reply.status.code(), absl::StatusCode::kFailedPrecondition);
    ASSERT_THAT(FaultsOf(reply.status), SizeIs(1));
    EXPECT_EQ(FaultsOf(reply.status)[0].code, "FOUR_EYES");
  }
  EXPECT_EQ(Contents(), before);
}

TEST_F(Versions, ANewCallReachesNodesThatAreConnected) {
  Begin({});
  Join(a_);
  ASSERT_TRUE(Load(TestCall(1200)).status.ok());
  ASSERT_THAT(StreamOf(a_).DownEntries(), SizeIs(1));
  EXPECT_EQ(StreamOf(a_).DownEntries()[0].call().call().id(), "test-2024");
  EXPECT_EQ(Allotted(a_), Amounts(100, 0, 0)) << "and its first chunk";
  const auto& messages = StreamOf(a_).messages;
  EXPECT_TRUE(messages[messages.size() - 2].has_down_entry()) << "the call before its money";
  ExpectVerified();
}

TEST_F(Versions, ATeamCallThatIsAskedForMustBeThere) {
  Begin({});
  Call call = TestCall(1000);
  call.set_required_team_call("teams-2024");
  EXPECT_EQ(Load(call).status.code(), absl::StatusCode::kInvalidArgument);
  Call teams = TestCall(-1);
  teams.set_id("teams-2024");
  EXPECT_TRUE(Load(teams).status.ok());
  EXPECT_EQ(Load(call).status.code(), absl::StatusCode::kInvalidArgument) << "not for teams";
  teams.set_id("teams-2025");
  teams.set_form(programme::v1::APPLICATION_FORM_TEAM);
  EXPECT_TRUE(Load(teams).status.ok());
  call.set_required_team_call("teams-2025");
  EXPECT_TRUE(Load(call).status.ok());
}

TEST_F(Versions, WordsAreAddedAndNeverDropped) {
  Begin({TestCall(1000)});
  Call less = TestCall(1000);
  less.mutable_activities()->RemoveLast();
  const CentralReply reply = Load(less);
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("\"inclusion\""));
  ASSERT_THAT(FaultsOf(reply.status), SizeIs(1));
  EXPECT_EQ(FaultsOf(reply.status)[0].field, "activities");
  ASSERT_TRUE(Restart({less}).ok());
  EXPECT_THAT(warnings(), Contains(HasSubstr("\"inclusion\"")));
  EXPECT_EQ(core_->calls().at(call_).call().version(), 1u);
  ASSERT_TRUE(Restart({TestCall(1000)}).ok());
  Call more = TestCall(1000);
  more.add_activities()->set_id("communication");
  ASSERT_TRUE(Load(more).status.ok());
  Connect(a_);
  a_.Draft(1).add_activities("communication");
  a_.Submit(1, Amounts(100, 1, 0));
  Send(a_);
  EXPECT_EQ(Status(a_).record.applied.seq, a_.head().seq);
  ExpectVerified();
}

TEST_F(Versions, AFormStaysAndAFileNeverCloses) {
  Begin({TestCall(1000)});
  Call other = TestCall(1000);
  other.set_form(programme::v1::APPLICATION_FORM_INITIATIVES);
  EXPECT_EQ(Load(other).status.code(), absl::StatusCode::kFailedPrecondition);
  Call closed = TestCall(1000);
  closed.set_closed(true);
  EXPECT_EQ(Load(closed).status.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Versions, ALoadedBudgetCannotFallBelowWhatIsOut) {
  Begin({TestCall(1200)});
  Join(a_);  // 100
  const CentralReply reply = Load(TestCall(99));
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("1.00"));
  EXPECT_TRUE(Load(TestCall(100)).status.ok());
  ExpectVerified();
}

}  // namespace
}  // namespace kopa::central
