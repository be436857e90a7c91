#ifndef KOPA_COMMON_ENGINE_COMMITTER_H_
#define KOPA_COMMON_ENGINE_COMMITTER_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/failpoint.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/engine/effects.h"
#include "common/engine/space_guard.h"
#include "common/storage/store.h"

namespace kopa::engine {

// Who is served first. Within a group the committer takes from the lanes in turn, so that one click
// of a coordinator does not wait behind a bulk load.
enum class Lane : uint8_t { kInteractive = 0, kLink = 1, kBulk = 2 };
inline constexpr size_t kLanes = 3;

struct CommitterLimits {
  size_t queue_commands = 4096;          // in each lane; more are refused
  size_t bulk_commands = 4096;           // in the bulk lane, whose commands may be a MiB each
  size_t group_commands = 1024;          // most commands in one synced write
  size_t group_bytes = 8 * 1024 * 1024;  // a group is closed when its batch has grown to this
  absl::Duration tick = absl::Milliseconds(50);  // how often a core that wants ticks gets one
};

// The one thread that changes anything: takes commands off a bounded queue, lets the core decide
// them one by one in memory, writes a group of them in one synced batch, and only then lets replies
// out.
//
// Core must have:
//   using Command (movable), Reply (movable), Effects (derived from BasicEffects<Reply>);
//   static Command Tick();                 // the command that only says "time has passed"
//   bool WantsTick() const;
//   void Step(absl::Time now, Ticket, Command&&, Effects&);
//   void Finish(Effects&);                 // once a group: puts what many steps may have changed
//
// The hooks run on the committer's thread. A failed write ends the process: what is on disk is then
// unknown, and only a restart finds out.
template <typename Core>
class Committer {
 public:
  using Command = typename Core::Command;
  using Reply = typename Core::Reply;
  using Effects = typename Core::Effects;
  using Callback = std::function<void(absl::StatusOr<Reply>)>;

  struct Hooks {
    // Before the batch is written: what must be durable earlier (keys). Not OK ends the process.
    std::function<absl::Status(Effects&)> before_write;
    // After the batch is durable, before replies leave: fence file, read views, messages to peers.
    std::function<void(Core&, Effects&)> after_write;
  };

  // All pointers must outlive the committer. `core` belongs to the committer's thread from Start to
  // the end of Stop.
  Committer(Core* core, storage::Store* store, const Clock* clock, SpaceGuard* space,
            CommitterLimits limits, Hooks hooks)
      : core_(core),
        store_(store),
        clock_(clock),
        space_(space),
        limits_(limits),
        hooks_(std::move(hooks)) {}

  ~Committer() { Stop(); }
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }

  // Queues a command; `done` runs on the committer's thread after the command is durable (or with
  // CANCELLED when the committer stops while the core still holds the reply back). Thread-safe.
  // Not queued, and `done` never runs, on: RESOURCE_EXHAUSTED (queue or disk full), UNAVAILABLE
  // (stopping).
  absl::Status Submit(Lane lane, Command command, Callback done) {
    if (lane != Lane::kLink && !space_->HasSpace()) {
      return absl::ResourceExhaustedError(
          "the disk is nearly full; writes are refused until there is space");
    }
    MutexLock lock(&mutex_);
    if (stopping_) return absl::UnavailableError("the server is stopping");
    auto& queue = queues_[static_cast<size_t>(lane)];
    const size_t most = lane == Lane::kBulk
                            ? std::min(limits_.bulk_commands, limits_.queue_commands)
                            : limits_.queue_commands;
    if (queue.size() >= most) {
      return absl::ResourceExhaustedError("the server is busy: its queue is full");
    }
    queue.push_back({lane, std::move(command), std::move(done)});
    ++queued_;
    wake_.NotifyOne();
    return absl::OkStatus();
  }

  // Finishes what is queued, then stops. Replies that the core still holds back get CANCELLED.
  void Stop() {
    {
      MutexLock lock(&mutex_);
      if (stopping_) return;
      stopping_ = true;
      wake_.NotifyOne();
    }
    if (thread_.joinable()) thread_.join();
    for (auto& [ticket, done] : waiting_) done(absl::CancelledError("the server is stopping"));
    waiting_.clear();
  }

  // For metrics. Thread-safe.
  uint64_t groups() const { return groups_.load(); }
  uint64_t commands() const { return commands_.load(); }
  uint64_t write_nanos() const { return write_nanos_.load(); }
  size_t queue_length() const {
    MutexLock lock(&mutex_);
    return queued_;
  }

 private:
  struct Queued {
    Lane lane;
    Command command;
    Callback done;
  };

  void Run() {
    std::vector<Queued> group;
    bool tick = false;
    while (TakeGroup(group, tick)) {
      Effects effects;
      const absl::Time now = clock_->Now();
      if (tick) core_->Step(now, 0, Core::Tick(), effects);
      size_t done = 0;
      for (; done < group.size() && effects.batch.bytes() < limits_.group_bytes; ++done) {
        const Ticket ticket = ++last_ticket_;
        waiting_.emplace(ticket, std::move(group[done].done));
        core_->Step(now, ticket, std::move(group[done].command), effects);
      }
      core_->Finish(effects);
      Commit(effects);
      commands_ += done;
      PutBack(group, done);
    }
  }

  // Returns what did not fit into the batch to the heads of its lanes, so that the next group is
  // taken in turns again.
  void PutBack(std::vector<Queued>& group, size_t done) {
    MutexLock lock(&mutex_);
    for (; group.size() > done; group.pop_back()) {
      queues_[static_cast<size_t>(group.back().lane)].push_front(std::move(group.back()));
      ++queued_;
    }
    group.clear();
  }

  // Fills the empty `group` from the lanes. False when stopped and nothing is left.
  bool TakeGroup(std::vector<Queued>& group, bool& tick) {
    MutexLock lock(&mutex_);
    tick = false;
    while (queued_ == 0 && !stopping_) {
      if (core_->WantsTick()) {
        if (!wake_.WaitFor(&mutex_, absl::ToChronoNanoseconds(limits_.tick))) {
          tick = true;
          return true;
        }
      } else {
        wake_.Wait(&mutex_);
      }
    }
    // Under load ticks come with the groups.
    tick = core_->WantsTick();
    while (group.size() < limits_.group_commands && queued_ > 0) {
      for (auto& queue : queues_) {
        if (queue.empty()) continue;
        group.push_back(std::move(queue.front()));
        queue.pop_front();
        --queued_;
      }
    }
    return !(group.empty() && stopping_);
  }

  void Commit(Effects& effects) {
    const int64_t begin = clock_->MonotonicNanos();
    const bool has_changes = !effects.batch.empty();
    if (has_changes) Failpoint("commit-begin");
    if (hooks_.before_write) {
      const absl::Status status = hooks_.before_write(effects);
      KOPA_CHECK_MSG(status.ok(), status.ToString());
    }
    if (!effects.batch.empty()) {
      Failpoint("commit-before-write");
      const absl::Status status = store_->Write(effects.batch);
      KOPA_CHECK_MSG(status.ok(), status.ToString());
      Failpoint("commit-written");
      ++groups_;
      write_nanos_ += static_cast<uint64_t>(clock_->MonotonicNanos() - begin);
    }
    if (hooks_.after_write) hooks_.after_write(*core_, effects);
    if (has_changes) Failpoint("commit-before-reply");
    for (auto& [ticket, reply] : effects.replies) {
      const auto found = waiting_.find(ticket);
      if (found == waiting_.end()) continue;
      Callback done = std::move(found->second);
      waiting_.erase(found);
      done(std::move(reply));
      if (has_changes) Failpoint("commit-replied");
    }
  }

  // Constant after construction.
  Core* const core_;
  storage::Store* const store_;
  const Clock* const clock_;
  SpaceGuard* const space_;
  const CommitterLimits limits_;
  const Hooks hooks_;

  // The committer's thread only.
  absl::flat_hash_map<Ticket, Callback> waiting_;
  Ticket last_ticket_ = 0;

  mutable Mutex mutex_;
  CondVar wake_;
  std::deque<Queued> queues_[kLanes] ABSL_GUARDED_BY(mutex_);
  size_t queued_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::atomic<uint64_t> groups_{0};
  std::atomic<uint64_t> commands_{0};
  std::atomic<uint64_t> write_nanos_{0};
  std::thread thread_;
};

}  // namespace kopa::engine

#endif  // KOPA_COMMON_ENGINE_COMMITTER_H_
