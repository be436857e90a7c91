#ifndef KOPA_TESTS_SIMULATION_TRACE_H_
#define KOPA_TESTS_SIMULATION_TRACE_H_

#include <cstdint>
#include <iostream>
#include <string>

#include "absl/strings/string_view.h"

namespace kopa::simulation {

// What happened in a world: nothing where speed is wanted, a digest of all bytes that went
// anywhere, or words for people, on stderr at once, since the world may end the process.
class Trace {
 public:
  enum class Mode { kNone, kDigest, kWords };

  explicit Trace(Mode mode) : mode_(mode) {}

  bool wants_digest() const { return mode_ == Mode::kDigest; }
  bool wants_words() const { return mode_ == Mode::kWords; }

  // Both do nothing unless they are wanted; ask first where making the argument takes time.
  void Digest(absl::string_view bytes) {
    if (!wants_digest()) return;
    for (const char c : bytes)
      digest_ = (digest_ ^ static_cast<uint8_t>(c)) * 0x100000001B3ULL;  // FNV-1a
  }
  void Say(absl::string_view line) {
    if (wants_words()) std::cerr << std::string(line) << '\n';
  }

  uint64_t digest() const { return digest_; }

 private:
  Mode mode_;
  uint64_t digest_ = 0xCBF29CE484222325ULL;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_TRACE_H_
