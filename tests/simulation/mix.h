#ifndef KOPA_TESTS_SIMULATION_MIX_H_
#define KOPA_TESTS_SIMULATION_MIX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kopa/programme/v1/call.pb.h"
#include "tests/simulation/step.h"

namespace kopa::simulation {

// What a world is made of and how often what happens in it.
struct Mix {
  size_t nodes = 3;
  size_t late_nodes = 0;  // of these; the last ones, unknown to the centre at first
  size_t steps = 400;
  std::vector<programme::v1::Call> calls;
  // How likely each kind of step is among those that are possible; 0: it never happens.
  std::array<size_t, kKinds> weights{};
  size_t power_loss_percent = 0;  // of deaths that take the machine's unsynced bytes along
  size_t fence_lost_percent = 0;  // of restores: the fence file is gone, too
  // How likely the office does what, against each other.
  size_t limit_changes = 0;
  size_t closings = 0;
  size_t rankings = 0;
  size_t retirements = 0;  // of nodes that are lost, or taken for that
  size_t releases = 0;     // of frozen money

  size_t& weight(Kind kind) { return weights[static_cast<size_t>(kind)]; }
  size_t weight(Kind kind) const { return weights[static_cast<size_t>(kind)]; }
  // Without cuts, crashes, jumping clocks and copies.
  void DropFaults();
  // Whether stores may be there that are older than what was acknowledged, or twice.
  bool HasCopies() const;
};

// "swarm": each seed draws its own; the others have one kind of trouble each. INVALID_ARGUMENT
// lists the names.
absl::StatusOr<Mix> DrawMix(absl::string_view name, uint64_t seed);

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_MIX_H_
