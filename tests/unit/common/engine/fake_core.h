#ifndef KOPA_TESTS_UNIT_COMMON_ENGINE_FAKE_CORE_H_
#define KOPA_TESTS_UNIT_COMMON_ENGINE_FAKE_CORE_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/engine/effects.h"

namespace kopa::engine {

struct FakeCommand {
  enum class Kind {
    kPut,      // writes its name, answers with it
    kRead,     // answers, writes nothing
    kHold,     // writes, but its answer waits for a kRelease
    kRelease,  // answers all that are held, then itself
    kTick,
  };
  std::string name;
  Kind kind = Kind::kPut;
  size_t bytes = 0;  // of the value written
};

// Decides nothing: it writes down what it is given, in the order in which it is given.
class FakeCore {
 public:
  using Command = FakeCommand;
  using Reply = std::string;
  struct Effects : BasicEffects<Reply> {
    std::vector<std::string> steps;  // of this group
  };

  static Command Tick() { return {"tick", FakeCommand::Kind::kTick}; }
  bool WantsTick() const { return !held_.empty(); }

  void Step(absl::Time now, Ticket ticket, Command&& command, Effects& effects) {
    last_now_ = now;
    if (command.kind == FakeCommand::Kind::kTick) {
      ++ticks_;
      return;
    }
    effects.steps.push_back(command.name);
    if (command.kind != FakeCommand::Kind::kRead) {
      effects.batch.Put(0, command.name, std::string(std::max<size_t>(command.bytes, 1), 'x'));
    }
    if (command.kind == FakeCommand::Kind::kHold) {
      held_[ticket] = command.name;
      return;
    }
    if (command.kind == FakeCommand::Kind::kRelease) {
      for (auto& [held, name] : held_) effects.Reply(held, std::move(name));
      held_.clear();
    }
    effects.Reply(ticket, std::move(command.name));
  }

  void Finish(Effects& effects) {
    if (!effects.batch.empty()) effects.batch.Put(0, "finished", effects.steps.back());
  }

  int ticks() const { return ticks_; }
  absl::Time last_now() const { return last_now_; }

 private:
  std::map<Ticket, std::string> held_;
  int ticks_ = 0;
  absl::Time last_now_;
};

}  // namespace kopa::engine

#endif  // KOPA_TESTS_UNIT_COMMON_ENGINE_FAKE_CORE_H_
