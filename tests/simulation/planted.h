#ifndef KOPA_TESTS_SIMULATION_PLANTED_H_
#define KOPA_TESTS_SIMULATION_PLANTED_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kopa::simulation {

// Faults that can be planted around the cores, in what the machines do with effects and messages,
// to see that the checker finds them. Those inside a core are planted by patching its source
// (CMakeLists.txt).
enum class Planted {
  kNone,
  kAckBeforeSync,           // answers leave once written; the sync comes with the next group
  kBatchLost,               // a group is answered, and written together with the next one
  kCursorOutsideBatch,      // the centre writes the cursors of a group before the rest of it
  kSequenceReuse,           // a node's head is written with the next group, so a crash forgets it
  kDeltaAllotments,         // a node adds up allotments instead of taking them for totals
  kAllotmentBeforeDurable,  // the centre's messages leave before its write
  kRequestForgotten,        // answers are not kept
  kSpendingWithoutProof,    // a node does not ask its fence file
  kOldCopyNotFenced,        // a node that is behind its fence file goes on
};

struct PlantedName {
  Planted planted;
  absl::string_view name;
};
absl::Span<const PlantedName> PlantedNames();

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_PLANTED_H_
