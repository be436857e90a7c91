// Who waits for an answer about money that is on its way.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;
using ::kopa::national::v1::APPLICATION_STATUS_REJECTED;
using ::testing::SizeIs;

class Waiting : public NodeFixture {
 protected:
  Waiting() {
    Publish(TestCall(call_.value(), 100'000));
    Connect();
  }

  std::vector<DecisionReply> Items(engine::Ticket ticket) {
    const std::optional<NodeReply> reply = TakeReply(ticket);
    EXPECT_TRUE(reply.has_value()) << "still held back";
    if (!reply.has_value()) return {};
    EXPECT_TRUE(reply->status.ok());
    return std::get<DecideReply>(reply->result).items;
  }

  // That this is what the command is answered from now on: by this process and by the next.
  void ExpectKept(const DecideCommand& command, const std::vector<DecisionReply>& items) {
    const auto stored = RequestEntry::Parse(*store_.Get(kRequest, command.request.id.bytes()));
    ASSERT_TRUE(stored.ok());
    EXPECT_EQ(stored->digest, command.request.digest);
    for (const std::vector<DecisionReply>& kept : {Items(Post(command)), stored->replies}) {
      ASSERT_EQ(kept.size(), items.size());
      for (size_t i = 0; i < items.size(); ++i) {
        EXPECT_EQ(kept[i].status, items[i].status);
        EXPECT_EQ(kept[i].seq, items[i].seq);
      }
    }
  }
};

TEST_F(Waiting, WithTheCentreThereTheAnswerWaitsForTheMoney) {
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  const engine::Ticket ticket = Post(Decision(Verb::kApprove, {id}));
  EXPECT_FALSE(TakeReply(ticket).has_value());
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_PENDING_FUNDS) << "but it is durable";
  EXPECT_TRUE(core_->WantsTick());
  Allot(Amounts(100, 0, 0));
  const auto items = Items(ticket);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_THAT(items[0], Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(items[0].seq.value(), JournalRecords().size());
  EXPECT_EQ(items[0].hash, JournalRecords().back().hash());
  EXPECT_FALSE(core_->WantsTick());
}

TEST_F(Waiting, AfterFiveSecondsTheAnswerIsPendingFunds) {
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  const engine::Ticket ticket = Post(Decision(Verb::kApprove, {id}));
  Pass(absl::Seconds(5) - absl::Microseconds(1));
  EXPECT_FALSE(TakeReply(ticket).has_value());
  Pass(absl::Microseconds(1));
  const auto items = Items(ticket);
  EXPECT_THAT(items.at(0), Became(APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_FALSE(core_->WantsTick());
  Allot(Amounts(100, 0, 0));
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_APPROVED) << "it is funded all the same";
}

TEST_F(Waiting, AClockThatGoesBackHoldsNobodyUp) {
  const engine::Ticket ticket =
      Post(Decision(Verb::kApprove, {Evaluated("A-1", Amounts(100, 1, 0))}));
  Pass(-absl::Hours(1));
  EXPECT_THAT(Items(ticket).at(0), Became(APPLICATION_STATUS_PENDING_FUNDS));
}

TEST_F(Waiting, WithTheCentreAwayTheAnswerComesAtOnce) {
  Disconnect();
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  EXPECT_THAT(Decide(Verb::kApprove, id), Became(APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_FALSE(core_->WantsTick());
}

TEST_F(Waiting, ACommandIsAnsweredWhenAllItsItemsAreSettled) {
  const ApplicationId a = Evaluated("A-1", Amounts(100, 1, 0));
  const ApplicationId b = Evaluated("A-2", Amounts(100, 1, 0));
  const ApplicationId c = Submit({"A-3", Amounts(100, 1, 0)}).id;
  const engine::Ticket ticket = Post(Decision(Verb::kApprove, {c, a, b}));
  Allot(Amounts(100, 0, 0));
  EXPECT_FALSE(TakeReply(ticket).has_value());
  Allot(Amounts(200, 0, 0));
  const auto items = Items(ticket);
  ASSERT_THAT(items, SizeIs(3));
  EXPECT_THAT(items[0], HasFault("ILLEGAL_STEP"));
  EXPECT_THAT(items[1], Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(items[2], Became(APPLICATION_STATUS_APPROVED));
}

TEST_F(Waiting, WhenTimeRunsOutWhatCameIsToldAndWhatDidNot) {
  const ApplicationId a = Evaluated("A-1", Amounts(100, 1, 0));
  const ApplicationId b = Evaluated("A-2", Amounts(100, 1, 0));
  const engine::Ticket ticket = Post(Decision(Verb::kApprove, {a, b}));
  Allot(Amounts(100, 0, 0));
  Pass(absl::Seconds(5));
  const auto items = Items(ticket);
  EXPECT_THAT(items.at(0), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(items.at(1), Became(APPLICATION_STATUS_PENDING_FUNDS));
}

TEST_F(Waiting, TwoWhoApproveTheSameBothGetTheAnswer) {
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  const engine::Ticket first = Post(Decision(Verb::kApprove, {id}));
  const engine::Ticket second = Post(Decision(Verb::kApprove, {id}, "Dzintra"));
  EXPECT_FALSE(TakeReply(second).has_value());
  Allot(Amounts(100, 0, 0));
  EXPECT_THAT(Items(first).at(0), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(Items(second).at(0), Became(APPLICATION_STATUS_APPROVED));
}

// A client whose connection broke asks the same again: it must not be told less than it would have.
TEST_F(Waiting, TheSameRequestAgainWaitsAlong) {
  const DecideCommand command = Decision(
      Verb::kApprove, {Evaluated("A-1", Amounts(100, 1, 0)), Evaluated("A-2", Amounts(100, 1, 0))});
  const engine::Ticket first = Post(command);
  Pass(absl::Seconds(1));
  const engine::Ticket second = Post(command);
  EXPECT_FALSE(TakeReply(second).has_value());
  Allot(Amounts(100, 0, 0));
  EXPECT_FALSE(TakeReply(second).has_value());
  // As the handler asks that has found the first answer in the store.
  DecideCommand found_earlier;
  found_earlier.request = command.request;
  found_earlier.answered.resize(2);
  const engine::Ticket third = Post(found_earlier);
  EXPECT_FALSE(TakeReply(third).has_value());
  Allot(Amounts(200, 0, 0));
  const auto items = Items(first);
  EXPECT_THAT(items.at(0), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(items.at(1), Became(APPLICATION_STATUS_APPROVED));
  for (const engine::Ticket again : {second, third}) {
    const auto same = Items(again);
    ASSERT_THAT(same, SizeIs(2));
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_THAT(same[i], Became(APPLICATION_STATUS_APPROVED));
      EXPECT_EQ(same[i].seq, items[i].seq);
      EXPECT_EQ(same[i].hash, items[i].hash);
    }
  }
  EXPECT_FALSE(core_->WantsTick());
}

TEST_F(Waiting, WhoAsksAgainWaitsNoLongerThanTheFirst) {
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  const DecideCommand command = Decision(Verb::kApprove, {id});
  const engine::Ticket first = Post(command);
  Pass(absl::Seconds(3));
  const engine::Ticket second = Post(command);
  Pass(absl::Seconds(2));
  EXPECT_THAT(Items(first).at(0), Became(APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_THAT(Items(second).at(0), Became(APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_THAT(Items(Post(command)).at(0), Became(APPLICATION_STATUS_PENDING_FUNDS))
      << "nobody waits any more, so the answer comes at once";
  EXPECT_FALSE(core_->WantsTick());
}

// What was held back is the first answer only when it leaves; from then on it is said again.
TEST_F(Waiting, TheAnswerThatLeftIsTheOneThatIsKept) {
  const DecideCommand command = Decision(
      Verb::kApprove, {Evaluated("A-1", Amounts(100, 1, 0)), Evaluated("A-2", Amounts(100, 1, 0))});
  const engine::Ticket ticket = Post(command);
  Allot(Amounts(100, 0, 0));
  Allot(Amounts(200, 0, 0));
  const auto items = Items(ticket);
  EXPECT_THAT(items.at(0), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(items.at(1), Became(APPLICATION_STATUS_APPROVED));
  ExpectKept(command, items);
}

TEST_F(Waiting, WhatCameBeforeTimeRanOutIsKeptWithWhatDidNot) {
  const DecideCommand command = Decision(
      Verb::kApprove, {Evaluated("A-1", Amounts(100, 1, 0)), Evaluated("A-2", Amounts(100, 1, 0))});
  const engine::Ticket ticket = Post(command);
  Allot(Amounts(100, 0, 0));
  Pass(absl::Seconds(5));
  const auto items = Items(ticket);
  EXPECT_THAT(items.at(0), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(items.at(1), Became(APPLICATION_STATUS_PENDING_FUNDS));
  Allot(Amounts(200, 0, 0));
  ExpectKept(command, items);
}

TEST_F(Waiting, OneWhoseTimeRanOutDoesNotTroubleTheNext) {
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  const engine::Ticket first = Post(Decision(Verb::kApprove, {id}));
  Pass(absl::Seconds(3));
  const engine::Ticket second = Post(Decision(Verb::kApprove, {id}, "Dzintra"));
  Pass(absl::Seconds(2));
  EXPECT_THAT(Items(first).at(0), Became(APPLICATION_STATUS_PENDING_FUNDS));
  Allot(Amounts(100, 0, 0));
  EXPECT_THAT(Items(second).at(0), Became(APPLICATION_STATUS_APPROVED));
}

TEST_F(Waiting, ADecisionOnWhatWaitsEndsTheWaiting) {
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  const engine::Ticket ticket = Post(Decision(Verb::kApprove, {id}));
  EXPECT_THAT(Decide(Verb::kReject, id), Became(APPLICATION_STATUS_REJECTED));
  EXPECT_THAT(Items(ticket).at(0), Became(APPLICATION_STATUS_REJECTED));
}

TEST_F(Waiting, MoneyThatTheSameCommandFreesEndsTheWaiting) {
  Allot(Amounts(100, 0, 0));
  const ApplicationId holder = Evaluated("A-1", Amounts(100, 1, 0));
  Decide(Verb::kApprove, holder);
  const ApplicationId next = Evaluated("A-2", Amounts(100, 1, 0));
  DecideCommand command = Decision(Verb::kApprove, {next, holder});
  command.items[1].verb = Verb::kWithdraw;
  const engine::Ticket ticket = Post(command);
  const auto items = Items(ticket);
  EXPECT_THAT(items.at(0), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(items.at(1), Became(national::v1::APPLICATION_STATUS_WITHDRAWN));
  EXPECT_EQ(StatusOf(next), APPLICATION_STATUS_APPROVED);
}

TEST_F(Waiting, ThoseWhoWaitedWhenTheCentreWentAreAnsweredInTime) {
  const engine::Ticket ticket =
      Post(Decision(Verb::kApprove, {Evaluated("A-1", Amounts(100, 1, 0))}));
  Disconnect();
  Pass(absl::Seconds(5));
  EXPECT_THAT(Items(ticket).at(0), Became(APPLICATION_STATUS_PENDING_FUNDS));
}

}  // namespace
}  // namespace kopa::node
