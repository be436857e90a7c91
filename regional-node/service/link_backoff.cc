#include "regional-node/service/link_backoff.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace kopa::node {
namespace {

// A link that has held this long was no accident.
constexpr absl::Duration kHeldMin = absl::Seconds(5);

}  // namespace

void LinkBackoff::NoteSession(bool admitted, absl::Duration held) {
  if (admitted && held > kHeldMin) bound_ = kBackoffMin;
}

absl::Duration LinkBackoff::Next(Entropy* entropy) {
  uint16_t random = 0;
  entropy->Fill(&random, sizeof random);
  const double share = random / static_cast<double>(std::numeric_limits<uint16_t>::max());
  const absl::Duration pause = kBackoffMin + bound_ * share;
  bound_ = std::min(bound_ * 2, kBackoffMax);
  return pause;
}

}  // namespace kopa::node
