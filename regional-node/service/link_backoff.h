#ifndef KOPA_REGIONAL_NODE_SERVICE_LINK_BACKOFF_H_
#define KOPA_REGIONAL_NODE_SERVICE_LINK_BACKOFF_H_

#include "absl/time/time.h"
#include "common/base/entropy.h"

namespace kopa::node {

inline constexpr absl::Duration kBackoffMin = absl::Milliseconds(100);
inline constexpr absl::Duration kBackoffMax = absl::Seconds(4);

// How long the link rests after a session has ended, with full jitter: nodes that lost the centre
// together do not come back together. Pauses lie between kBackoffMin and a bound that doubles from
// session to session, up to kBackoffMin + kBackoffMax; so a centre that is back has every node
// within five seconds. For one thread.
class LinkBackoff {
 public:
  // Says that a session ended which `held` for this long. One that ended at once may end at once
  // again: only a link that was admitted and held begins from the start.
  void NoteSession(bool admitted, absl::Duration held);

  // The next pause.
  absl::Duration Next(Entropy* entropy);

 private:
  absl::Duration bound_ = kBackoffMin;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_LINK_BACKOFF_H_
