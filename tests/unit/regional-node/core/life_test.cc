// Whatever is asked of applications, in whatever order: they only ever go where the table says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>

#include "tests/unit/regional-node/core/node_fixture.h"

namespace kopa::node {
namespace {

using ::kopa::ledger::Amounts;

class Life : public NodeFixture {
 protected:
  using Move = std::pair<ApplicationStatus, ApplicationStatus>;

  static std::set<Move> MovesOfTheTable() {
    std::set<Move> moves;
    for (const programme::Step& step : programme::AllSteps()) {
      moves.emplace(step.from, step.to);
      // An award that the ledger does not cover waits.
      if (step.Needs(programme::Step::kHeadroom) && step.to != step.from &&
          step.verb == Verb::kApprove) {
        moves.emplace(step.from, national::v1::APPLICATION_STATUS_PENDING_FUNDS);
      }
    }
    return moves;
  }

  int Random(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  void DoSomething() {
    const ApplicationId id = ids_[static_cast<size_t>(Random(static_cast<int>(ids_.size())))];
    switch (Random(6)) {
      case 0:
        Evaluate(id, Random(2) == 0 ? "Eva" : "Ilze", Random(5001));
        break;
      case 1:
        allotted_ = allotted_ + Amounts(Random(800), Random(2), 0);
        Allot(allotted_);
        break;
      case 2:
        Recall(Totals().handed_back + Amounts(Random(500), Random(2), 0));
        break;
      case 3: {
        // A new one, the same again, or another under a reference that is taken.
        const std::string reference = "A-" + std::to_string(Random(60));
        const SubmitItemReply reply =
            Submit({reference, Amounts(300, 1, 0), "content " + std::to_string(Random(3))});
        if (!reply.id.is_nil()) ids_.push_back(reply.id);
        break;
      }
      default: {
        DecideCommand command =
            Decision(static_cast<Verb>(Random(static_cast<int>(Verb::kRankReject) + 1)), {id},
                     Random(2) == 0 ? "Dace" : "Dzintra");
        if (Random(2) == 0) command.items[0].award_cents = Random(500);
        const Verb verb = command.items[0].verb;
        // What ends a life early is asked for seldom, or few would get old.
        const bool ends = verb == Verb::kWithdraw || verb == Verb::kIneligible ||
                          verb == Verb::kReject || verb == Verb::kTerminate;
        if (!IsForPeople(verb) || (ends && Random(8) != 0)) return;
        Do(std::move(command));
      }
    }
  }

  static bool IsForPeople(Verb verb) {
    for (const programme::Step& step : programme::AllSteps()) {
      if (step.verb != verb) continue;
      return step.who != programme::Step::Who::kNode && step.who != programme::Step::Who::kCentre &&
             verb != Verb::kSubmit && verb != Verb::kResubmit && verb != Verb::kEvaluate &&
             verb != Verb::kConflict;
    }
    return false;
  }

  national::v1::PublicRecord RecordAt(Seq seq) const {
    national::v1::JournalRecord record;
    national::v1::PublicRecord what;
    EXPECT_TRUE(record.ParseFromString(*store_.Get(kJournal, SeqKey(seq))));
    EXPECT_TRUE(what.ParseFromString(record.public_record()));
    return what;
  }

  std::mt19937 random_{20240517};
  std::vector<ApplicationId> ids_;
  Amounts allotted_;
};

TEST_F(Life, NoSequenceOfEventsLeavesTheTable) {
  const std::set<Move> legal = MovesOfTheTable();
  Publish(TestCall(call_.value(), 20'000, 40));
  for (int i = 0; i < 8; ++i) {
    ids_.push_back(Submit({"A-" + std::to_string(i), Amounts(300, 1, 0), "content 0"}).id);
  }
  std::map<ApplicationId, ApplicationStatus> last;
  std::set<ApplicationStatus> seen;
  uint64_t journalled = 0;
  for (int step = 0; step < 12'000; ++step) {
    DoSomething();
    if (step % 2000 == 1999) Restart();
    while (journalled < core_->state().head.seq.value()) {
      const national::v1::PublicRecord record = RecordAt(Seq(++journalled));
      if (!record.has_application_changed()) continue;
      const auto& summary = record.application_changed().summary();
      const ApplicationId id = *Uuid::FromBytes(summary.application_id());
      ASSERT_TRUE(legal.contains({last[id], summary.status()}))
          << ApplicationStatus_Name(last[id]) << " -> " << ApplicationStatus_Name(summary.status());
      last[id] = summary.status();
      seen.insert(summary.status());
      ASSERT_EQ(programme::HoldsAward(summary), summary.has_awarded());
    }
    ASSERT_FALSE(Headroom().AnyNegative());
  }
  ExpectVerified();
  EXPECT_GE(seen.size(), 12u) << "the walk must get about";
}

}  // namespace
}  // namespace kopa::node
