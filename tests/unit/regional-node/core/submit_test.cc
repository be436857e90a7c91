// Hand-ins: new, replayed, in conflict, in place of a returned one, dry.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;
using ::kopa::national::v1::APPLICATION_STATUS_RETURNED;
using ::kopa::national::v1::APPLICATION_STATUS_SUBMITTED;
using ::kopa::region::v1::SUBMIT_OUTCOME_ACCEPTED;
using ::kopa::region::v1::SUBMIT_OUTCOME_REJECTED;
using ::kopa::region::v1::SUBMIT_OUTCOME_REPLAYED;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Amounts kSome(1000, 1, 0);

class Submitting : public NodeFixture {
 protected:
  Submitting() { Publish(TestCall(call_.value(), 100'000)); }

  SubmitCommand Command(const std::vector<HandIn>& hand_ins) {
    SubmitCommand command;
    command.request = NewRequest();
    command.call = call_;
    for (const HandIn& hand_in : hand_ins) {
      command.items.push_back(MakeSubmitItem(call_, NewId(), hand_in));
    }
    return command;
  }

  std::vector<SubmitItemReply> Items(SubmitCommand command) {
    NodeReply reply = Do(std::move(command));
    EXPECT_TRUE(reply.status.ok()) << reply.status;
    if (!reply.status.ok()) return {};
    return std::get<SubmitReply>(std::move(reply.result)).items;
  }

  std::vector<region::v1::SubmitOutcome> Outcomes(SubmitCommand command) {
    std::vector<region::v1::SubmitOutcome> outcomes;
    for (const SubmitItemReply& item : Items(std::move(command))) outcomes.push_back(item.outcome);
    return outcomes;
  }

  // The second try of a handler whose first was answered with needs_current.
  SubmitCommand Again(const HandIn& hand_in, const ApplicationId& id) {
    SubmitCommand command = Command({hand_in});
    command.items[0].current = Stored(id);
    command.items[0].wrapped_key.clear();
    return command;
  }
};

TEST_F(Submitting, ANewOneIsKeptWithJournalSealedPartsAndKey) {
  const size_t records = JournalRecords().size();
  const SubmitItemReply reply = Submit({"A-1", kSome});
  EXPECT_EQ(reply.outcome, SUBMIT_OUTCOME_ACCEPTED);
  EXPECT_EQ(reply.seq.value(), records + 1);
  EXPECT_EQ(reply.hash, JournalRecords().back().hash());
  const region::v1::Application stored = Stored(reply.id);
  EXPECT_EQ(stored.summary().status(), APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(stored.summary().version(), 1u);
  EXPECT_EQ(stored.personal_seq(), reply.seq.value());
  ASSERT_THAT(stored.history(), SizeIs(1));
  EXPECT_EQ(stored.history(0).verb(), "submit");
  EXPECT_EQ(Newest().application_changed().summary().SerializeAsString(),
            stored.summary().SerializeAsString());
  EXPECT_EQ(*store_.Get(kJournalPrivate, SeqKey(reply.seq)), "sealed person of A-1");
  EXPECT_EQ(*store_.Get(kJournalStaff, SeqKey(reply.seq)), "sealed submitter");
  EXPECT_EQ(JournalRecords().back().private_commitment(),
            journal::Commitment("salt", "sealed person of A-1"));
  ASSERT_THAT(wrapped_keys_, SizeIs(1));
  EXPECT_EQ(wrapped_keys_[0].first, reply.id);
  ExpectVerified();
}

TEST_F(Submitting, TheSameContentFromAnotherRequestIsAReplay) {
  const SubmitItemReply first = Submit({"A-1", kSome});
  const auto before = JournalRecords().size();
  const SubmitItemReply again = Submit({"A-1", kSome});
  EXPECT_EQ(again.outcome, SUBMIT_OUTCOME_REPLAYED);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_EQ(JournalRecords().size(), before);
  EXPECT_EQ(core_->applications(), 1u);
  EXPECT_THAT(wrapped_keys_, SizeIs(1)) << "a key of nothing";
}

TEST_F(Submitting, ARetryOfTheSameRequestGetsTheSameAnswer) {
  SubmitCommand command = Command({{"A-1", kSome}, {"A-2", kSome}});
  SubmitCommand retry = command;
  const auto first = Items(std::move(command));
  const auto before = JournalRecords().size();
  for (const bool restarted : {false, true}) {
    if (restarted) Restart();
    SubmitCommand once_more = retry;
    const auto again = Items(std::move(once_more));
    ASSERT_THAT(again, SizeIs(2));
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(again[i].outcome, SUBMIT_OUTCOME_ACCEPTED) << restarted;
      EXPECT_EQ(again[i].id, first[i].id);
      EXPECT_EQ(again[i].seq, first[i].seq);
    }
  }
  EXPECT_EQ(JournalRecords().size(), before + 1) << "only the opening";
}

TEST_F(Submitting, OneThatComesTwiceInARequestCountsOnceAlsoInARetry) {
  SubmitCommand command = Command({{"A-1", kSome}, {"A-1", kSome}, {"A-1", kSome, "changed"}});
  SubmitCommand retry = command;
  EXPECT_THAT(
      Outcomes(std::move(command)),
      ElementsAre(SUBMIT_OUTCOME_ACCEPTED, SUBMIT_OUTCOME_REPLAYED, SUBMIT_OUTCOME_REJECTED));
  EXPECT_THAT(
      Outcomes(std::move(retry)),
      ElementsAre(SUBMIT_OUTCOME_ACCEPTED, SUBMIT_OUTCOME_REPLAYED, SUBMIT_OUTCOME_REJECTED));
  EXPECT_EQ(core_->applications(), 1u);
}

TEST_F(Submitting, ADryRunJudgesDuplicatesAsTheRealRunWould) {
  SubmitCommand dry = Command({{"A-1", kSome}, {"A-1", kSome}, {"A-1", kSome, "changed"}});
  dry.dry_run = true;
  SubmitCommand real = dry;
  real.dry_run = false;
  real.request = NewRequest();
  const auto foretold = Outcomes(std::move(dry));
  EXPECT_EQ(Outcomes(std::move(real)), foretold);
}

TEST_F(Submitting, OtherContentUnderTheSameReferenceIsAConflict) {
  Submit({"A-1", kSome});
  const SubmitItemReply reply = Submit({"A-1", Amounts(1001, 1, 0)});
  EXPECT_EQ(reply.outcome, SUBMIT_OUTCOME_REJECTED);
  ASSERT_THAT(reply.faults, SizeIs(1));
  EXPECT_EQ(reply.faults[0].code, "CONFLICT");
  EXPECT_EQ(reply.faults[0].field, "external_ref");
}

TEST_F(Submitting, FaultsRefuseANewOneButNotAReplay) {
  const HandIn hand_in{"A-1", kSome};
  const Fault closed{"", "WINDOW_CLOSED", "too late", ""};
  SubmitCommand late = Command({hand_in});
  late.items[0].faults = {closed};
  const auto refused = Items(std::move(late));
  EXPECT_EQ(refused.at(0).outcome, SUBMIT_OUTCOME_REJECTED);
  EXPECT_THAT(refused.at(0).faults, ElementsAre(closed));
  EXPECT_EQ(core_->applications(), 0u);

  EXPECT_EQ(Submit(hand_in).outcome, SUBMIT_OUTCOME_ACCEPTED);
  SubmitCommand late_replay = Command({hand_in});
  late_replay.items[0].faults = {closed};
  EXPECT_THAT(Outcomes(std::move(late_replay)), ElementsAre(SUBMIT_OUTCOME_REPLAYED));
}

TEST_F(Submitting, ARefusedOneDoesNotStandInTheWayOfALaterRowOfTheSameRequest) {
  SubmitCommand command = Command({{"A-1", kSome, "with a fault"}, {"A-1", kSome, "right"}});
  command.items[0].faults = {{"", "MISSING_FIELD", "", ""}};
  EXPECT_THAT(Outcomes(std::move(command)),
              ElementsAre(SUBMIT_OUTCOME_REJECTED, SUBMIT_OUTCOME_ACCEPTED));
}

TEST_F(Submitting, ADryRunKeepsNothing) {
  Submit({"A-1", kSome});
  const auto before = Contents();
  const size_t keys = wrapped_keys_.size();
  SubmitCommand command = Command({{"A-1", kSome}, {"A-1", kSome, "other"}, {"A-2", kSome}});
  command.dry_run = true;
  EXPECT_THAT(
      Outcomes(std::move(command)),
      ElementsAre(SUBMIT_OUTCOME_REPLAYED, SUBMIT_OUTCOME_REJECTED, SUBMIT_OUTCOME_ACCEPTED));
  EXPECT_EQ(Contents(), before);
  EXPECT_EQ(wrapped_keys_.size(), keys);
  EXPECT_EQ(core_->applications(), 1u);
}

TEST_F(Submitting, AReturnedOneIsReplacedAfterItsCurrentStateWasFetched) {
  const ApplicationId id = Submit({"A-1", kSome}).id;
  EXPECT_THAT(Decide(Verb::kReturn, id), Became(APPLICATION_STATUS_RETURNED));
  const HandIn corrected{"A-1", Amounts(900, 1, 0), "corrected", "0002000"};

  const auto asked = Items(Command({corrected}));
  EXPECT_TRUE(asked.at(0).needs_current);
  EXPECT_EQ(asked.at(0).id, id);
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_RETURNED) << "nothing is done yet";

  const auto done = Items(Again(corrected, id));
  EXPECT_EQ(done.at(0).outcome, SUBMIT_OUTCOME_ACCEPTED);
  EXPECT_EQ(done.at(0).id, id);
  const region::v1::Application stored = Stored(id);
  EXPECT_EQ(stored.summary().status(), APPLICATION_STATUS_SUBMITTED);
  EXPECT_EQ(stored.summary().version(), 3u);
  EXPECT_EQ(stored.summary().requested().cents(), 900);
  EXPECT_EQ(stored.summary().municipality(), "0002000");
  EXPECT_EQ(stored.personal_seq(), done.at(0).seq.value());
  EXPECT_EQ(stored.personal_version(), 3u);
  ASSERT_THAT(stored.history(), SizeIs(3)) << "history goes on";
  EXPECT_EQ(stored.history(2).verb(), "resubmit");
  EXPECT_THAT(wrapped_keys_, SizeIs(1)) << "it keeps the key it has";
  ExpectVerified();

  EXPECT_EQ(Submit(corrected).outcome, SUBMIT_OUTCOME_REPLAYED);
  EXPECT_EQ(Submit({"A-1", kSome}).outcome, SUBMIT_OUTCOME_REJECTED) << "the old content";
  Restart();
  EXPECT_EQ(Submit(corrected).outcome, SUBMIT_OUTCOME_REPLAYED) << "also after a restart";
}

TEST_F(Submitting, AReturnedOneIsNotReplacedFromAnOldCopyOrWithFaults) {
  const ApplicationId id = Submit({"A-1", kSome}).id;
  SubmitCommand old_copy = Again({"A-1", kSome, "corrected"}, id);  // fetched while SUBMITTED
  Decide(Verb::kReturn, id);
  EXPECT_TRUE(Items(std::move(old_copy)).at(0).needs_current);

  SubmitCommand with_fault = Again({"A-1", kSome, "corrected"}, id);
  with_fault.items[0].faults = {{"", "BAD_EMAIL", "", ""}};
  EXPECT_THAT(Outcomes(std::move(with_fault)), ElementsAre(SUBMIT_OUTCOME_REJECTED));
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_RETURNED);
}

// The first hand-in's request comes again after the correction was returned, too: it must not put
// the old content in the correction's place.
TEST_F(Submitting, ARetryOfAnOldRequestDoesNotUndoACorrection) {
  SubmitCommand first = Command({{"A-1", kSome}});
  SubmitCommand retry = first;
  SubmitCommand retry_after_restart = first;
  const ApplicationId id = Items(std::move(first)).at(0).id;
  Decide(Verb::kReturn, id);
  const HandIn corrected{"A-1", kSome, "corrected"};
  EXPECT_THAT(Outcomes(Again(corrected, id)), ElementsAre(SUBMIT_OUTCOME_ACCEPTED));
  Decide(Verb::kReturn, id);
  const auto answer = Items(std::move(retry));
  EXPECT_EQ(answer.at(0).outcome, SUBMIT_OUTCOME_REJECTED);
  EXPECT_FALSE(answer.at(0).needs_current);
  Restart();
  retry_after_restart.answered_before = true;  // the handler finds it in the store
  EXPECT_FALSE(Items(std::move(retry_after_restart)).at(0).needs_current);
  EXPECT_EQ(Stored(id).content().title(), "corrected");
}

TEST_F(Submitting, TheContentAsItWasReturnedIsAReplayAndStaysReturned) {
  const ApplicationId id = Submit({"A-1", kSome}).id;
  Decide(Verb::kReturn, id);
  EXPECT_EQ(Submit({"A-1", kSome}).outcome, SUBMIT_OUTCOME_REPLAYED);
  EXPECT_EQ(StatusOf(id), APPLICATION_STATUS_RETURNED);
}

TEST_F(Submitting, ReferencesOfDifferentCallsAreDifferent) {
  const CallId other("other-2024");
  Publish(TestCall(other.value(), 100'000));
  Submit({"A-1", kSome});
  SubmitCommand command;
  command.call = other;
  command.items.push_back(MakeSubmitItem(other, NewId(), {"A-1", kSome, "other content"}));
  EXPECT_THAT(Outcomes(std::move(command)), ElementsAre(SUBMIT_OUTCOME_ACCEPTED));
  EXPECT_EQ(core_->applications(), 2u);
  ExpectVerified();
}

}  // namespace
}  // namespace kopa::node
