#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using ::testing::SizeIs;

class Evaluating : public NodeFixture {
 protected:
  Evaluating() { Publish(TestCall(call_.value(), 100'000)); }
};

TEST_F(Evaluating, PointsAndStatusAreKeptAndJournalled) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  const DecisionReply reply = Evaluate(id, "Eva", 3500);
  EXPECT_THAT(reply, Became(APPLICATION_STATUS_EVALUATED));
  EXPECT_EQ(reply.hash, JournalRecords().back().hash());
  const region::v1::Application stored = Stored(id);
  EXPECT_EQ(stored.summary().version(), 2u);
  EXPECT_EQ(stored.summary().score_hundredths(), 3500);
  EXPECT_EQ(Newest().application_changed().summary().score_hundredths(), 3500);
  EXPECT_EQ(stored.personal_version(), 1u) << "the sealed part is still that of the hand-in";
  EXPECT_FALSE(store_.Get(kJournalPrivate, SeqKey(reply.seq)).ok());
  ExpectVerified();
}

TEST_F(Evaluating, AnUnknownApplicationIsAFault) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  EvaluateCommand command;
  command.request = NewRequest();
  command.items.push_back(MakeEvaluateItem(Stored(id), "Eva", 3500));
  command.items[0].id = NewId();
  const auto items = std::get<DecideReply>(Do(command).result).items;
  EXPECT_THAT(items.at(0), HasFault("UNKNOWN_APPLICATION"));
}

TEST_F(Evaluating, WhatTheHandlerRefusedIsAnsweredInItsPlace) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  EvaluateCommand command;
  command.request = NewRequest();
  EvaluateItem& refused = command.items.emplace_back();
  refused.id = id;
  refused.refused = Fault{"quality", "SCORE_OUT_OF_RANGE", "too much", ""};
  command.items.push_back(MakeEvaluateItem(Stored(id), "Eva", 3500));
  const auto items = std::get<DecideReply>(Do(command).result).items;
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_THAT(items[0], HasFault("SCORE_OUT_OF_RANGE"));
  EXPECT_THAT(items[1], Became(APPLICATION_STATUS_EVALUATED));
}

TEST_F(Evaluating, AfterADecisionNobodyEvaluatesAnyMore) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  Decide(Verb::kReject, id);
  EXPECT_THAT(Evaluate(id, "Ivars", 4000), HasFault("ILLEGAL_STEP"));
}

// A file of scores has a row for each evaluator, so one command may hold several of one
// application, each built on the one before.
TEST_F(Evaluating, SeveralOfOneApplicationInOneCommandBuildOnEachOther) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  EvaluateCommand command;
  command.request = NewRequest();
  region::v1::Application current = Stored(id);
  for (const char* evaluator : {"Eva", "Ivars", "Oskars"}) {
    command.items.push_back(MakeEvaluateItem(current, evaluator, 3500));
    current = command.items.back().next;
    current.mutable_summary()->set_version(current.summary().version() + 1);
  }
  const auto items = std::get<DecideReply>(Do(command).result).items;
  ASSERT_THAT(items, SizeIs(3));
  for (const DecisionReply& item : items) {
    EXPECT_THAT(item, Became(APPLICATION_STATUS_EVALUATED));
  }
  const region::v1::Application stored = Stored(id);
  EXPECT_EQ(stored.summary().version(), 4u);
  EXPECT_THAT(stored.evaluations(), SizeIs(3));
  ASSERT_THAT(stored.history(), SizeIs(4)) << "each evaluation is in the history";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(stored.history(i + 1).seq(), items[static_cast<size_t>(i)].seq.value());
  }
  ExpectVerified();
}

TEST_F(Evaluating, OneThatBuildsOnARefusedOneIsNotDone) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  EvaluateCommand command;
  command.request = NewRequest();
  command.items.push_back(MakeEvaluateItem(Stored(id), "Eva", 3500));
  region::v1::Application next = command.items[0].next;
  next.mutable_summary()->set_version(2);
  command.items.push_back(MakeEvaluateItem(next, "Ivars", 3500));
  Decide(Verb::kReturn, id);
  Submit({"A-1", Amounts(1000, 1, 0)});
  // Both look at a version that is gone: stale, so the handler builds them anew.
  const auto items = std::get<DecideReply>(Do(command).result).items;
  EXPECT_TRUE(items.at(0).stale);
  EXPECT_TRUE(items.at(1).stale);
}

}  // namespace
}  // namespace kopa::node
