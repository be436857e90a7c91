#ifndef KOPA_TESTS_SIMULATION_TRACE_H_
#define KOPA_TESTS_SIMULATION_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace kopa::simulation {

// What happened in a world, as a hash of all of it and the last lines in words.
class Trace {
 public:
  void Add(std::string line) {
    for (const char c : line)
      hash_ = (hash_ ^ static_cast<uint8_t>(c)) * 0x100000001B3ULL;  // FNV-1a
    ++lines_;
    last_.push_back(std::move(line));
    if (last_.size() > kKept) last_.pop_front();
  }

  uint64_t hash() const { return hash_; }
  size_t lines() const { return lines_; }
  std::string Last() const { return absl::StrJoin(last_, "\n"); }

 private:
  static constexpr size_t kKept = 60;

  uint64_t hash_ = 0xCBF29CE484222325ULL;
  size_t lines_ = 0;
  std::deque<std::string> last_;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_TRACE_H_
