#ifndef KOPA_TESTS_SIMULATION_STEP_H_
#define KOPA_TESTS_SIMULATION_STEP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kopa::simulation {

// What can happen in a world. A kind that is not possible when its turn comes does nothing, so that
// any part of a history can be left out and the rest still be played.
enum class Kind : uint8_t {
  // --- Work
  kUserWants,
  kUserSends,
  kUserAsksAgain,  // a request that was answered comes once more
  kOfficeWants,
  kCommitNode,
  kCommitCentre,
  kDial,
  kNodeSends,
  kUp,    // the centre gets the next message of a stream
  kDown,  // the node gets the next message of a stream
  kNodeNotices,
  kCentreNotices,
  kStartNode,
  kStartCentre,
  kTime,
  // --- Faults
  kCut,
  kCutUp,
  kCutDown,
  kCommitNodeDies,
  kCommitCentreDies,
  kCrashNode,
  kStopNode,  // in order, as at a reboot
  kCrashCentre,
  kClockJump,
  // --- What operators do
  kJoin,     // a node is added to the centre's list
  kLose,     // a node's machine is gone for good
  kCopy,     // of a node's data folder
  kRestore,  // an old copy is put back
  kTwin,     // a copy is started elsewhere while the node lives
  kRejoin,   // a fenced node's store is made the node's again
  kCopyCentre,
  kRestoreCentre,
};
inline constexpr size_t kKinds = static_cast<size_t>(Kind::kRestoreCentre) + 1;

// "user-wants".
absl::string_view KindName(Kind kind);

// One thing that happens: what, to which machine, to which of its streams; everything else about it
// comes out of the salt.
struct Step {
  Kind kind{};
  size_t on = 0;
  size_t which = 0;
  uint64_t salt = 0;
};

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_STEP_H_
