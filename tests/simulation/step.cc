#include "tests/simulation/step.h"

namespace kopa::simulation {

absl::string_view KindName(Kind kind) {
  static constexpr std::array<absl::string_view, kKinds> kNames = {"user-wants",
                                                                   "user-sends",
                                                                   "user-asks-again",
                                                                   "office-wants",
                                                                   "commit-node",
                                                                   "commit-centre",
                                                                   "dial",
                                                                   "node-sends",
                                                                   "up",
                                                                   "down",
                                                                   "node-notices",
                                                                   "centre-notices",
                                                                   "start-node",
                                                                   "start-centre",
                                                                   "time",
                                                                   "cut",
                                                                   "cut-up",
                                                                   "cut-down",
                                                                   "commit-node-dies",
                                                                   "commit-centre-dies",
                                                                   "crash-node",
                                                                   "stop-node",
                                                                   "crash-centre",
                                                                   "clock-jump",
                                                                   "join",
                                                                   "lose",
                                                                   "copy",
                                                                   "restore",
                                                                   "twin",
                                                                   "rejoin",
                                                                   "copy-centre",
                                                                   "restore-centre"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace kopa::simulation
