// One team a school: a second one is refused while the first is in the running.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED;
using ::kopa::region::v1::SUBMIT_OUTCOME_REJECTED;
using ::kopa::region::v1::SUBMIT_OUTCOME_REPLAYED;

constexpr char kNumber[] = "4219902694";

struct School {
  std::string name;
  std::string reg_no;
  std::string municipality = "0001000";
};

class Teams : public NodeFixture {
 protected:
  Teams() {
    programme::v1::Call call = TestCall(call_.value(), -1);
    call.set_form(programme::v1::APPLICATION_FORM_TEAM);
    call.clear_evaluation();
    Publish(call);
  }

  SubmitItem Item(const std::string& reference, const School& school,
                  const std::string& content = "as first written") {
    SubmitItem item =
        MakeSubmitItem(call_, NewId(), {reference, Amounts(0, 0, 1), content, school.municipality});
    item.record.mutable_content()->mutable_applicant()->set_name(school.name);
    item.record.mutable_content()->mutable_applicant()->set_reg_no(school.reg_no);
    return item;
  }

  // One request with these; the outcome of each, with the code of its fault.
  std::vector<SubmitItemReply> SubmitAll(std::vector<SubmitItem> items, bool dry_run = false) {
    SubmitCommand command;
    command.request = NewRequest();
    command.call = call_;
    command.dry_run = dry_run;
    command.items = std::move(items);
    NodeReply reply = Do(std::move(command));
    EXPECT_TRUE(reply.status.ok()) << reply.status;
    return std::get<SubmitReply>(std::move(reply.result)).items;
  }
  SubmitItemReply SubmitTeam(const std::string& reference, const School& school) {
    return SubmitAll({Item(reference, school)}).at(0);
  }

  void ExpectRefused(const SubmitItemReply& reply, const std::string& field = "school_reg_no") {
    EXPECT_EQ(reply.outcome, SUBMIT_OUTCOME_REJECTED);
    ASSERT_EQ(reply.faults.size(), 1u);
    EXPECT_EQ(reply.faults[0].code, "TEAM_EXISTS");
    EXPECT_EQ(reply.faults[0].field, field);
    EXPECT_FALSE(reply.faults[0].message_lv.empty());
  }
};

TEST_F(Teams, ASecondTeamOfTheSameSchoolIsRefused) {
  EXPECT_EQ(SubmitTeam("T-1", {"Paraugu vidusskola", kNumber}).outcome, SUBMIT_OUTCOME_ACCEPTED);
  ExpectRefused(SubmitTeam("T-2", {"Paraugu vidusskola", kNumber}));
  ExpectRefused(SubmitTeam("T-2", {"Another name", kNumber}));
  EXPECT_EQ(core_->applications(), 1u);
  EXPECT_EQ(SubmitTeam("T-2", {"Paraugu vidusskola", "4219902695"}).outcome,
            SUBMIT_OUTCOME_ACCEPTED)
      << "two schools of one name";
}

TEST_F(Teams, WithoutANumberTheSchoolIsKnownByNameAndMunicipality) {
  EXPECT_EQ(SubmitTeam("T-1", {"Ķeguma vidusskola", ""}).outcome, SUBMIT_OUTCOME_ACCEPTED);
  ExpectRefused(SubmitTeam("T-2", {"keguma  VIDUSSKOLA", ""}), "school_name");
  ExpectRefused(SubmitTeam("T-3", {"Ķeguma vidusskola", kNumber}));
  EXPECT_EQ(SubmitTeam("T-4", {"Ķeguma vidusskola", "", "0002000"}).outcome,
            SUBMIT_OUTCOME_ACCEPTED);
  EXPECT_EQ(SubmitTeam("T-5", {"Paraugu vidusskola", kNumber}).outcome, SUBMIT_OUTCOME_ACCEPTED);
  ExpectRefused(SubmitTeam("T-6", {"Paraugu vidusskola", ""}), "school_name");
}

TEST_F(Teams, TwoRowsOfOneBatchCountToo) {
  for (const bool dry_run : {true, false}) {
    const auto replies = SubmitAll({Item("T-1", {"A", kNumber}), Item("T-2", {"A", kNumber}),
                                    Item("T-1", {"A", kNumber}), Item("T-3", {"B", "1000000001"})},
                                   dry_run);
    EXPECT_EQ(replies.at(0).outcome, SUBMIT_OUTCOME_ACCEPTED);
    ExpectRefused(replies.at(1));
    EXPECT_EQ(replies.at(2).outcome, SUBMIT_OUTCOME_REPLAYED);
    EXPECT_EQ(replies.at(3).outcome, SUBMIT_OUTCOME_ACCEPTED);
    if (dry_run) {
      EXPECT_EQ(core_->applications(), 0u);
    }
  }
}

TEST_F(Teams, AReplayIsNoSecondTeam) {
  SubmitTeam("T-1", {"A", kNumber});
  EXPECT_EQ(SubmitTeam("T-1", {"A", kNumber}).outcome, SUBMIT_OUTCOME_REPLAYED);
}

TEST_F(Teams, ATeamThatIsOutOfTheRunningLeavesItsSchoolFree) {
  for (const Verb verb : {Verb::kWithdraw, Verb::kIneligible, Verb::kReject}) {
    const std::string reference(programme::VerbName(verb));
    const SubmitItemReply first = SubmitTeam(reference, {"A", kNumber});
    ASSERT_EQ(first.outcome, SUBMIT_OUTCOME_ACCEPTED) << reference;
    ExpectRefused(SubmitTeam("T-2", {"A", kNumber}));
    EXPECT_FALSE(Decide(verb, first.id).fault.has_value()) << reference;
  }
  EXPECT_EQ(SubmitTeam("T-2", {"A", kNumber}).outcome, SUBMIT_OUTCOME_ACCEPTED);
}

TEST_F(Teams, OneThatWasReturnedMayKeepItsSchoolButNotTakeAnothers) {
  const ApplicationId id = SubmitTeam("T-1", {"A", kNumber}).id;
  SubmitTeam("T-2", {"B", "1000000001"});
  Decide(Verb::kReturn, id);
  ExpectRefused(SubmitTeam("T-3", {"A", kNumber}));
  const auto correct = [&](const School& school) {
    SubmitItem item = Item("T-1", school, "corrected for " + school.name);
    item.new_id = id;
    item.current = Stored(id);
    return SubmitAll({std::move(item)}).at(0);
  };
  ExpectRefused(correct({"B", "1000000001"}));
  EXPECT_EQ(correct({"A", kNumber}).outcome, SUBMIT_OUTCOME_ACCEPTED);
  Decide(Verb::kReturn, id);
  EXPECT_EQ(correct({"C", "1000000002"}).outcome, SUBMIT_OUTCOME_ACCEPTED);
  ExpectRefused(SubmitTeam("T-4", {"C", "1000000002"}));
  EXPECT_EQ(SubmitTeam("T-4", {"A", kNumber}).outcome, SUBMIT_OUTCOME_ACCEPTED);
}

TEST_F(Teams, AreKnownAgainAfterARestart) {
  SubmitTeam("T-1", {"A", kNumber});
  Restart();
  ExpectRefused(SubmitTeam("T-2", {"A", kNumber}));
}

TEST_F(Teams, AProjectMayShareItsApplicant) {
  Publish(TestCall(call_.value(), 100'000));
  EXPECT_EQ(SubmitTeam("P-1", {"A", kNumber}).outcome, SUBMIT_OUTCOME_ACCEPTED);
  EXPECT_EQ(SubmitTeam("P-2", {"A", kNumber}).outcome, SUBMIT_OUTCOME_ACCEPTED);
}

}  // namespace
}  // namespace kopa::node
