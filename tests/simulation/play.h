#ifndef KOPA_TESTS_SIMULATION_PLAY_H_
#define KOPA_TESTS_SIMULATION_PLAY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/mix.h"
#include "tests/simulation/planted.h"
#include "tests/simulation/step.h"
#include "tests/simulation/trace.h"

namespace kopa::simulation {

// What became of one history.
struct Outcome {
  std::vector<std::string> faults;
  uint64_t digest = 0;  // of messages, answers and stores, where it was wanted
  size_t answered = 0;
  size_t messages = 0;

  bool is_wrong() const { return !faults.empty(); }
};

struct PlayOptions {
  std::string mix = "swarm";
  Planted planted = Planted::kNone;
  Trace::Mode trace = Trace::Mode::kNone;
};

// Plays a whole seed. Ends the process where a core finds its own invariants broken.
Outcome PlaySeed(uint64_t seed, const PlayOptions& options);
// Plays the seed's world with these steps instead of its own.
Outcome PlaySteps(uint64_t seed, const PlayOptions& options, const std::vector<Step>& steps);

// Runs `what` in a process of its own and returns what it returned; where that process ended
// itself, what it said last. Not for programs with several threads.
std::string InOwnProcess(const std::function<std::string()>& what);

// Leaves out kinds of faults, then ever smaller parts of the rest, as long as something is still
// wrong. Stops trying at `patience`.
std::vector<Step> Shrink(uint64_t seed, const PlayOptions& options, std::vector<Step> steps,
                         absl::Duration patience);

struct Seeds {
  uint64_t first = 1;
  uint64_t last = 1;
};
struct SeedsReport {
  uint64_t played = 0;
  uint64_t failed_seed = 0;  // zero: none
  std::string fault;         // in words
  absl::Duration took;
};
// Plays the seeds in order in `processes` processes until one is wrong or the time is up.
SeedsReport PlaySeeds(Seeds seeds, const PlayOptions& options, size_t processes,
                      absl::Duration most);

// The failing seed in short: what is wrong, the smallest history found for it, and how to see it
// again.
std::string Explain(uint64_t seed, const PlayOptions& options, absl::Duration patience);

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_PLAY_H_
