// Request ids: the same request again gets the first answer, another one under the same id none.

#include <gtest/gtest.h>

#include "regional-node/core/requests.h"
#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_APPROVED;
using ::kopa::national::v1::APPLICATION_STATUS_EVALUATED;
using ::kopa::national::v1::APPLICATION_STATUS_PENDING_FUNDS;

class Requesting : public NodeFixture {
 protected:
  Requesting() {
    Publish(TestCall(call_.value(), 100'000));
    Allot(Amounts(1000, 0, 0));
  }

  DecisionReply First(NodeReply reply) {
    EXPECT_TRUE(reply.status.ok()) << reply.status;
    if (!reply.status.ok()) return {};
    return std::get<DecideReply>(std::move(reply.result)).items.at(0);
  }
};

TEST_F(Requesting, ARepeatedDecisionGetsTheFirstAnswerAndChangesNothing) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  const DecideCommand command = Decision(Verb::kApprove, {id});
  const DecisionReply first = First(Do(command));
  EXPECT_THAT(first, Became(APPLICATION_STATUS_APPROVED));
  const auto before = Contents();
  const DecisionReply again = First(Do(command));
  EXPECT_THAT(again, Became(APPLICATION_STATUS_APPROVED));
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_EQ(Contents(), before);
}

TEST_F(Requesting, ARepeatedEvaluationGetsTheFirstAnswerAndIsNotCountedTwice) {
  const ApplicationId id = Submit({"A-1", Amounts(1000, 1, 0)}).id;
  EvaluateCommand command;
  command.request = NewRequest();
  command.items.push_back(MakeEvaluateItem(Stored(id), "Eva", 4000));
  const DecisionReply first = First(Do(command));
  const DecisionReply again = First(Do(command));
  EXPECT_THAT(again, Became(APPLICATION_STATUS_EVALUATED));
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_EQ(Stored(id).evaluations_size(), 1);
}

TEST_F(Requesting, AnotherRequestUnderTheSameIdIsRefused) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  DecideCommand command = Decision(Verb::kApprove, {id});
  Do(command);
  command.request.digest = DigestOf("something else");
  EXPECT_EQ(Do(command).status.code(), absl::StatusCode::kAlreadyExists);
  SubmitCommand submit;
  submit.request = command.request;
  submit.call = call_;
  EXPECT_EQ(Do(submit).status.code(), absl::StatusCode::kAlreadyExists);
}

// After a restart the handler finds the answer in the store; the entry must be the whole answer.
TEST_F(Requesting, TheAnswerIsStoredForRetriesAfterARestart) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  const DecideCommand command = Decision(Verb::kReturn, {id, id});
  NodeReply reply = Do(command);
  const auto items = std::get<DecideReply>(reply.result).items;
  const auto stored = store_.Get(kRequest, command.request.id.bytes());
  ASSERT_TRUE(stored.ok());
  const auto entry = RequestEntry::Parse(*stored);
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry->digest, command.request.digest);
  ASSERT_EQ(entry->replies.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(entry->replies[i].id, id);
    EXPECT_EQ(entry->replies[i].status, items[i].status);
    EXPECT_EQ(entry->replies[i].fault, items[i].fault);
    EXPECT_EQ(entry->replies[i].seq, items[i].seq);
  }
}

TEST_F(Requesting, OfWhatWaitsForFundsARetryIsToldWhatWasSaidFirst) {
  const ApplicationId id = Evaluated("A-1", Amounts(1500, 1, 0));
  const DecideCommand command = Decision(Verb::kApprove, {id});
  const DecisionReply first = First(Do(command));
  EXPECT_THAT(first, Became(APPLICATION_STATUS_PENDING_FUNDS));
  Allot(Amounts(2000, 0, 0));
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_APPROVED);
  const DecisionReply again = First(Do(command));
  EXPECT_THAT(again, Became(APPLICATION_STATUS_PENDING_FUNDS));
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_EQ(again.hash, first.hash);
}

TEST_F(Requesting, AFencedNodeStillSaysWhatItSaid) {
  const ApplicationId id = Evaluated("A-1", Amounts(1000, 1, 0));
  const DecideCommand command = Decision(Verb::kApprove, {id});
  const DecisionReply first = First(Do(command));
  national::v1::Fence fence;
  fence.set_reason(national::v1::FENCE_REASON_TWO_COPIES);
  Do(fence);
  const auto before = Contents();
  EXPECT_EQ(First(Do(command)).seq, first.seq);
  EXPECT_EQ(Contents(), before);
  EXPECT_EQ(Do(Decision(Verb::kWithdraw, {id})).status.code(),
            absl::StatusCode::kFailedPrecondition);
}

// If one item is stale nothing is done and nothing remembered, so that the handler can ask the same
// request again with what is stored now.
TEST_F(Requesting, AStaleRequestIsNotRememberedAndDoesNothing) {
  const ApplicationId a = Evaluated("A-1", Amounts(100, 1, 0));
  const ApplicationId b = Evaluated("A-2", Amounts(100, 1, 0));
  DecideCommand command = Decision(Verb::kApprove, {a, b});
  Evaluate(b, "Ivars", 4500);
  const auto before = Contents();
  const auto items = std::get<DecideReply>(Do(command).result).items;
  EXPECT_FALSE(items.at(0).stale);
  EXPECT_TRUE(items.at(1).stale);
  EXPECT_EQ(Contents(), before);

  DecideCommand fresh = Decision(Verb::kApprove, {a, b});
  fresh.request = command.request;
  const auto done = std::get<DecideReply>(Do(fresh).result).items;
  EXPECT_THAT(done.at(0), Became(APPLICATION_STATUS_APPROVED));
  EXPECT_THAT(done.at(1), Became(APPLICATION_STATUS_APPROVED));
}

TEST_F(Requesting, AStaleEvaluationIsNotRememberedEither) {
  const ApplicationId id = Submit({"A-1", Amounts(100, 1, 0)}).id;
  EvaluateCommand command;
  command.request = NewRequest();
  command.items.push_back(MakeEvaluateItem(Stored(id), "Eva", 4000));
  Evaluate(id, "Ivars", 4500);
  EXPECT_TRUE(First(Do(command)).stale);
  command.items[0] = MakeEvaluateItem(Stored(id), "Eva", 4000);
  EXPECT_THAT(First(Do(command)), Became(APPLICATION_STATUS_EVALUATED));
  EXPECT_EQ(Stored(id).evaluations_size(), 2);
}

TEST_F(Requesting, WithoutAnIdNothingIsRemembered) {
  const ApplicationId id = Evaluated("A-1", Amounts(100, 1, 0));
  DecideCommand command = Decision(Verb::kApprove, {id});
  command.request = {};
  Do(command);
  EXPECT_FALSE(store_.Get(kRequest, Uuid().bytes()).ok());
}

TEST(RecentRequests, TheOldestIsForgottenFirst) {
  RecentRequests recent(2);
  std::vector<Uuid> ids;
  SeededEntropy entropy(1);
  for (int i = 0; i < 3; ++i) {
    ids.push_back(entropy.NewUuid(absl::UnixEpoch()));
    recent.Remember(ids.back(), {DigestOf("x"), {}});
    recent.Remember(ids.back(), {DigestOf("y"), {}});  // again: counts once, newest content
  }
  EXPECT_EQ(recent.Find(ids[0]), nullptr);
  ASSERT_NE(recent.Find(ids[1]), nullptr);
  ASSERT_NE(recent.Find(ids[2]), nullptr);
  EXPECT_EQ(recent.Find(ids[2])->digest, DigestOf("y"));
}

}  // namespace
}  // namespace kopa::node
