#include "common/engine/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/storage/memory_store.h"
#include "tests/unit/common/engine/fake_core.h"

namespace kopa::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using Kind = FakeCommand::Kind;

// Holds the committer's thread back, so that commands pile up behind it.
class Gate {
 public:
  static constexpr int kAll = 1'000'000;

  // Lets the first `groups` groups through, counted from the start.
  void LetThrough(int groups) {
    MutexLock lock(&mutex_);
    let_through_ = groups;
    changed_.NotifyAll();
  }
  void Pass() {
    MutexLock lock(&mutex_);
    const int mine = ++arrived_;
    changed_.NotifyAll();
    while (mine > let_through_) changed_.Wait(&mutex_);
  }
  // Until `groups` groups have come to the gate in all.
  void AwaitArrival(int groups) {
    MutexLock lock(&mutex_);
    while (arrived_ < groups) changed_.Wait(&mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int let_through_ ABSL_GUARDED_BY(mutex_) = kAll;
  int arrived_ ABSL_GUARDED_BY(mutex_) = 0;
};

// What happened, from several threads.
class Log {
 public:
  void Add(std::string line) {
    MutexLock lock(&mutex_);
    lines_.push_back(std::move(line));
    changed_.NotifyAll();
  }
  std::vector<std::string> Await(size_t lines) {
    MutexLock lock(&mutex_);
    while (lines_.size() < lines) changed_.Wait(&mutex_);
    return lines_;
  }
  std::vector<std::string> lines() {
    MutexLock lock(&mutex_);
    return lines_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
};

class CommitterTest : public ::testing::Test {
 protected:
  using TestCommitter = Committer<FakeCore>;

  ~CommitterTest() override { gate_.LetThrough(Gate::kAll); }

  TestCommitter& Start(CommitterLimits limits = {}, TestCommitter::Hooks hooks = {}) {
    if (!hooks.before_write) {
      hooks.before_write = [this](FakeCore::Effects& effects) {
        gate_.Pass();
        groups_.push_back(effects.steps);
        return absl::OkStatus();
      };
    }
    committer_ = std::make_unique<TestCommitter>(&core_, &store_, &clock_, &space_, limits,
                                                 std::move(hooks));
    committer_->Start();
    return *committer_;
  }

  // Starts with one command on its way and the committer held back in front of its write.
  TestCommitter& StartHeldBack(CommitterLimits limits = {}) {
    gate_.LetThrough(0);
    TestCommitter& committer = Start(limits);
    EXPECT_TRUE(Put(Lane::kLink, "first").ok());
    gate_.AwaitArrival(1);
    return committer;
  }

  absl::Status Put(Lane lane, const std::string& name, Kind kind = Kind::kPut, size_t bytes = 0) {
    return committer_->Submit(lane, {name, kind, bytes}, [this](absl::StatusOr<std::string> reply) {
      log_.Add(reply.ok() ? *std::move(reply) : reply.status().ToString());
    });
  }

  storage::MemoryStore store_{1};
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  SpaceGuard space_{&store_, &clock_, 1000};
  FakeCore core_;
  Gate gate_;
  Log log_;
  std::vector<std::vector<std::string>> groups_;  // the committer's thread; read after Stop
  std::unique_ptr<TestCommitter> committer_;
};

TEST_F(CommitterTest, RepliesComeInOrderAfterTheirWrites) {
  Start();
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    expected.push_back(absl::StrCat("c", i));
    ASSERT_TRUE(committer_
                    ->Submit(Lane::kBulk, {expected.back()},
                             [this, name = expected.back()](absl::StatusOr<std::string> reply) {
                               ASSERT_TRUE(reply.ok());
                               EXPECT_EQ(*reply, name);
                               EXPECT_TRUE(store_.Get(0, name).ok()) << "answered before written";
                               log_.Add(name);
                             })
                    .ok());
  }
  EXPECT_THAT(log_.Await(200), ElementsAreArray(expected));
  committer_->Stop();
  EXPECT_EQ(committer_->commands(), 200u);
  EXPECT_EQ(*store_.Get(0, "finished"), "c199");
}

TEST_F(CommitterTest, WhatWaitsIsWrittenAsOneGroupUpToItsLimit) {
  StartHeldBack({.group_commands = 10});
  for (int i = 0; i < 25; ++i) ASSERT_TRUE(Put(Lane::kBulk, absl::StrCat("c", i)).ok());
  EXPECT_EQ(committer_->queue_length(), 25u);
  gate_.LetThrough(Gate::kAll);
  log_.Await(26);
  committer_->Stop();
  EXPECT_THAT(groups_, ElementsAre(SizeIs(1), SizeIs(10), SizeIs(10), SizeIs(5)));
  EXPECT_EQ(committer_->groups(), 4u);
}

TEST_F(CommitterTest, AGroupIsClosedWhenItsBatchIsLargeAndNothingIsLostOrReordered) {
  StartHeldBack({.group_bytes = 1000});
  std::vector<std::string> expected = {"first"};
  for (int i = 0; i < 20; ++i) {
    expected.push_back(absl::StrCat("c", i));
    ASSERT_TRUE(Put(Lane::kBulk, expected.back(), Kind::kPut, 300).ok());
  }
  gate_.LetThrough(Gate::kAll);
  EXPECT_THAT(log_.Await(21), ElementsAreArray(expected));
  committer_->Stop();
  ASSERT_THAT(groups_, SizeIs(6));
  for (size_t i = 1; i < groups_.size(); ++i) EXPECT_THAT(groups_[i], SizeIs(4)) << i;
}

TEST_F(CommitterTest, ACommandLargerThanAGroupStillGoesThrough) {
  Start({.group_bytes = 10});
  ASSERT_TRUE(Put(Lane::kBulk, "huge", Kind::kPut, 5000).ok());
  ASSERT_TRUE(Put(Lane::kBulk, "next", Kind::kPut, 5000).ok());
  EXPECT_THAT(log_.Await(2), ElementsAre("huge", "next"));
}

TEST_F(CommitterTest, AnInteractiveCommandIsNotBehindTheBulkLoad) {
  StartHeldBack();
  for (int i = 0; i < 4000; ++i) ASSERT_TRUE(Put(Lane::kBulk, absl::StrCat("bulk", i)).ok());
  ASSERT_TRUE(Put(Lane::kInteractive, "click").ok());
  gate_.LetThrough(Gate::kAll);
  log_.Await(4002);
  committer_->Stop();
  ASSERT_GE(groups_.size(), 2u);
  EXPECT_EQ(groups_[1].front(), "click") << "the first that is taken after it came";
}

// One command of a bulk load may be worth megabytes, so a group can end after a few of a thousand
// that were taken together: these must not stay in front of a click that came meanwhile.
TEST_F(CommitterTest, AnInteractiveCommandIsNotBehindLargeBulkCommandsEither) {
  StartHeldBack({.group_bytes = 1000});
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(Put(Lane::kBulk, absl::StrCat("bulk", i), Kind::kPut, 1000).ok());
  }
  gate_.LetThrough(1);
  gate_.AwaitArrival(2);  // the first of the bulk commands is on its way, alone
  ASSERT_TRUE(Put(Lane::kInteractive, "click").ok());
  gate_.LetThrough(Gate::kAll);
  log_.Await(102);
  committer_->Stop();
  ASSERT_GE(groups_.size(), 3u);
  EXPECT_THAT(groups_[1], ElementsAre("bulk0"));
  EXPECT_EQ(groups_[2].front(), "click");
}

TEST_F(CommitterTest, AReplyMayComeInALaterStep) {
  Start({.tick = absl::Milliseconds(1)});
  ASSERT_TRUE(Put(Lane::kInteractive, "held", Kind::kHold).ok());
  ASSERT_TRUE(Put(Lane::kInteractive, "other").ok());
  EXPECT_THAT(log_.Await(1), ElementsAre("other"));
  EXPECT_TRUE(store_.Get(0, "held").ok()) << "what it did is durable all the same";
  ASSERT_TRUE(Put(Lane::kInteractive, "release", Kind::kRelease).ok());
  EXPECT_THAT(log_.Await(3), ElementsAre("other", "held", "release"));
}

TEST_F(CommitterTest, ACoreThatWantsTicksGetsThemWithoutAnyCommand) {
  Log ticks;
  TestCommitter::Hooks hooks;
  hooks.after_write = [&](FakeCore& core, FakeCore::Effects&) {
    if (core.ticks() == 3) ticks.Add("third tick");
  };
  Start({.tick = absl::Milliseconds(1)}, std::move(hooks));
  ASSERT_TRUE(Put(Lane::kInteractive, "held", Kind::kHold).ok());
  ticks.Await(1);
  committer_->Stop();
}

TEST_F(CommitterTest, AFullQueueRefusesAndNeverAnswers) {
  StartHeldBack({.queue_commands = 2});
  EXPECT_TRUE(Put(Lane::kBulk, "a").ok());
  EXPECT_TRUE(Put(Lane::kBulk, "b").ok());
  const absl::Status full = Put(Lane::kBulk, "c");
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
  EXPECT_TRUE(Put(Lane::kInteractive, "d").ok()) << "each lane has a queue of its own";
  gate_.LetThrough(Gate::kAll);
  log_.Await(4);
  EXPECT_TRUE(Put(Lane::kBulk, "e").ok());
  committer_->Stop();
  EXPECT_THAT(log_.lines(), ElementsAre("first", "d", "a", "b", "e"));
}

TEST_F(CommitterTest, ANearlyFullDiskRefusesAllButTheLink) {
  Start();
  store_.SetFreeBytes(999);
  EXPECT_EQ(Put(Lane::kInteractive, "a").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Put(Lane::kBulk, "b").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Put(Lane::kLink, "link").ok());
  store_.SetFreeBytes(1000);
  EXPECT_FALSE(Put(Lane::kBulk, "c").ok()) << "it looks twice a second at most";
  clock_.Advance(absl::Milliseconds(500));
  EXPECT_TRUE(Put(Lane::kBulk, "d").ok());
  committer_->Stop();
  EXPECT_THAT(log_.lines(), UnorderedElementsAre("link", "d"));
}

TEST_F(CommitterTest, StopFinishesWhatIsQueuedAndCancelsWhatIsHeldBack) {
  StartHeldBack();
  ASSERT_TRUE(Put(Lane::kInteractive, "held", Kind::kHold).ok());
  ASSERT_TRUE(Put(Lane::kBulk, "queued").ok());
  std::thread opener([this] { gate_.LetThrough(Gate::kAll); });
  committer_->Stop();
  opener.join();
  EXPECT_THAT(log_.lines(), ElementsAre("first", "queued", "CANCELLED: the server is stopping"));
  EXPECT_TRUE(store_.Get(0, "queued").ok());
  EXPECT_TRUE(store_.Get(0, "held").ok());
  EXPECT_EQ(Put(Lane::kBulk, "late").code(), absl::StatusCode::kUnavailable);
  committer_->Stop();  // again: no harm
}

TEST_F(CommitterTest, HooksRunAroundTheWriteAndBeforeReplies) {
  Log order;
  TestCommitter::Hooks hooks;
  hooks.before_write = [&](FakeCore::Effects& effects) {
    order.Add(store_.Get(0, effects.steps[0]).ok() ? "before, but written" : "before");
    return absl::OkStatus();
  };
  hooks.after_write = [&](FakeCore&, FakeCore::Effects& effects) {
    order.Add(store_.Get(0, effects.steps[0]).ok() ? "after" : "after, but not written");
  };
  Start({}, std::move(hooks));
  ASSERT_TRUE(
      committer_
          ->Submit(Lane::kBulk, {"c"}, [&](absl::StatusOr<std::string>) { order.Add("reply"); })
          .ok());
  EXPECT_THAT(order.Await(3), ElementsAre("before", "after", "reply"));
}

TEST_F(CommitterTest, ACommandThatWritesNothingIsAnsweredWithoutAWrite) {
  Start();
  ASSERT_TRUE(Put(Lane::kInteractive, "read", Kind::kRead).ok());
  log_.Await(1);
  committer_->Stop();
  EXPECT_EQ(committer_->groups(), 0u);
  EXPECT_EQ(committer_->commands(), 1u);
}

TEST_F(CommitterTest, ManyThreadsMaySubmitAtOnce) {
  Start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 250; ++i) {
        EXPECT_TRUE(Put(static_cast<Lane>(t % 3), absl::StrCat(t, "-", i)).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  committer_->Stop();
  EXPECT_THAT(log_.lines(), SizeIs(1000));
  for (const std::string& name : log_.lines()) EXPECT_TRUE(store_.Get(0, name).ok()) << name;
}

class FailingStore : public storage::MemoryStore {
 public:
  FailingStore() : MemoryStore(1) {}
  absl::Status Write(const storage::WriteBatch&) override {
    return absl::InternalError("the disk is gone");
  }
};

class CommitterDeathTest : public CommitterTest {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  // Runs one command on `store`; comes back only if the process lives.
  void RunOne(storage::Store* store, TestCommitter::Hooks hooks) {
    TestCommitter committer(&core_, store, &clock_, &space_, {}, std::move(hooks));
    committer.Start();
    Log log;
    (void)committer.Submit(Lane::kBulk, {"c"}, [&](absl::StatusOr<std::string>) { log.Add("r"); });
    log.Await(1);
  }
};

TEST_F(CommitterDeathTest, AFailedWriteEndsTheProcessBeforeAnyReply) {
  FailingStore store;
  EXPECT_DEATH(RunOne(&store, {}), "the disk is gone");
}

TEST_F(CommitterDeathTest, WhatCannotBeMadeDurableBeforeTheWriteEndsTheProcess) {
  TestCommitter::Hooks hooks;
  hooks.before_write = [](FakeCore::Effects&) { return absl::InternalError("no key store"); };
  EXPECT_DEATH(RunOne(&store_, hooks), "no key store");
}

}  // namespace
}  // namespace kopa::engine
