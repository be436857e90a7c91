// Late applications that two people admit.

#include "regional-node/core/late.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

class Late : public NodeFixture {
 protected:
  Late() { Publish(TestCall(call_.value(), 100'000)); }

  LateReply Admit(const std::string& actor, const LateEntry& expected) {
    LateCommand command;
    command.request = NewRequest();
    command.actor = actor;
    command.call = call_;
    command.reference = DigestOf("late one");
    command.expected = expected;
    command.admission = NewId();
    command.sealed.staff = "sealed actor and reason";
    command.sealed.commitments.staff = journal::Commitment("salt", command.sealed.staff);
    return std::get<LateReply>(Do(std::move(command)).result);
  }
};

TEST_F(Late, TwoDifferentPeopleAdmit) {
  const LateReply first = Admit("Anna", {});
  EXPECT_FALSE(first.entry.confirmed);
  EXPECT_EQ(first.entry.proposed_by, "Anna");
  EXPECT_FALSE(Newest().late_admission().confirmed());

  const LateReply again = Admit("Anna", first.entry);
  EXPECT_FALSE(again.entry.confirmed) << "the same person can't confirm";
  EXPECT_EQ(again.seq, Seq()) << "and nothing is journalled for it";

  const LateReply second = Admit("Berta", first.entry);
  EXPECT_TRUE(second.entry.confirmed);
  EXPECT_TRUE(Newest().late_admission().confirmed());
  EXPECT_EQ(Newest().late_admission().admission_id(), first.entry.admission.bytes());
  ExpectVerified();
}

TEST_F(Late, AnAdmissionIsForOneApplication) {
  const LateReply first = Admit("Anna", {});
  const auto hand_in = [&](const std::string& reference) {
    SubmitCommand command;
    command.request = NewRequest();
    command.call = call_;
    SubmitItem item = MakeSubmitItem(call_, NewId(), {reference, ledger::Amounts(100, 1, 0)});
    item.late = LateUse{DigestOf("late one"), {"received_time", "WINDOW_CLOSED", "late", ""}};
    command.items.push_back(std::move(item));
    return std::get<SubmitReply>(Do(std::move(command)).result).items.at(0);
  };
  EXPECT_EQ(hand_in("L-1").faults.at(0).code, "WINDOW_CLOSED") << "one person is not enough";
  Admit("Berta", first.entry);
  EXPECT_EQ(hand_in("L-1").outcome, region::v1::SUBMIT_OUTCOME_ACCEPTED);
  EXPECT_EQ(hand_in("L-2").faults.at(0).code, "WINDOW_CLOSED");
  Restart();
  EXPECT_EQ(hand_in("L-3").faults.at(0).code, "WINDOW_CLOSED");
  EXPECT_EQ(hand_in("L-1").outcome, region::v1::SUBMIT_OUTCOME_REPLAYED);
}

TEST_F(Late, WhatWasSealedForAnotherStateIsStale) {
  const LateReply first = Admit("Anna", {});
  EXPECT_TRUE(Admit("Berta", {}).stale) << "it was proposed in between";
  const size_t before = JournalRecords().size();
  EXPECT_TRUE(Admit("Berta", LateEntry{"Cilda", false, first.entry.admission, {}}).stale);
  EXPECT_EQ(JournalRecords().size(), before);
}

TEST_F(Late, AnAdmissionOutlivesARestart) {
  const LateReply first = Admit("Anna", {});
  Restart();
  EXPECT_TRUE(Admit("Berta", first.entry).entry.confirmed);
  Restart();
  LateEntry confirmed = first.entry;
  confirmed.confirmed = true;
  EXPECT_EQ(Admit("Cilda", confirmed).seq, Seq()) << "it holds already";
}

TEST(LateEntry, IsReadBackAndDamageIsNoticed) {
  SeededEntropy entropy(1);
  const LateEntry entry{"Anna", true, entropy.NewUuid(absl::FromUnixSeconds(1)),
                        entropy.NewUuid(absl::FromUnixSeconds(2))};
  const std::string bytes = entry.Serialize();
  EXPECT_EQ(*LateEntry::Parse(bytes), entry);
  EXPECT_FALSE(LateEntry::Parse(bytes.substr(0, bytes.size() - 1)).ok());
  EXPECT_FALSE(LateEntry::Parse(bytes + "x").ok());
  EXPECT_FALSE(LateEntry::Parse("\x02" + bytes.substr(1)).ok());
}

}  // namespace
}  // namespace kopa::node
