#ifndef KOPA_TESTS_SIMULATION_CHANCE_H_
#define KOPA_TESTS_SIMULATION_CHANCE_H_

#include <cstddef>
#include <cstdint>

#include "common/base/entropy.h"

namespace kopa::simulation {

// All that is random in a simulated world comes out of one of these, so that a seed is a whole
// history.
class Chance {
 public:
  explicit Chance(uint64_t seed) : entropy_(seed) {}

  // 0 <= result < bound; bound > 0.
  size_t Below(size_t bound) { return static_cast<size_t>(entropy_.NextU64() % bound); }
  int64_t Between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(Below(static_cast<size_t>(most - least + 1)));
  }
  bool Percent(size_t percent) { return Below(100) < percent; }
  uint64_t Salt() { return entropy_.NextU64(); }
  SeededEntropy& entropy() { return entropy_; }

 private:
  SeededEntropy entropy_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_CHANCE_H_
