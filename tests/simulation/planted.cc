#include "tests/simulation/planted.h"

namespace kopa::simulation {

absl::Span<const PlantedName> PlantedNames() {
  static constexpr PlantedName kNames[] = {
      {Planted::kAckBeforeSync, "ack-before-sync"},
      {Planted::kBatchLost, "batch-lost"},
      {Planted::kCursorOutsideBatch, "cursor-outside-batch"},
      {Planted::kSequenceReuse, "sequence-reuse"},
      {Planted::kDeltaAllotments, "delta-allotments"},
      {Planted::kAllotmentBeforeDurable, "allotment-before-durable"},
      {Planted::kRequestForgotten, "request-forgotten"},
      {Planted::kSpendingWithoutProof, "spending-without-proof"},
      {Planted::kOldCopyNotFenced, "old-copy-not-fenced"},
  };
  return kNames;
}

}  // namespace kopa::simulation
