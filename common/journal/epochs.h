#ifndef KOPA_COMMON_JOURNAL_EPOCHS_H_
#define KOPA_COMMON_JOURNAL_EPOCHS_H_

#include <cstdint>

#include "common/base/strong.h"

namespace kopa::journal {

// A node's store counts one epoch an opening. A store that was restored from a copy and rejoined
// goes on in the next block of this many, which no store reaches by being opened. So the number
// alone tells whether a store has rejoined since the epoch that the centre knows, before any of its
// records is seen, and an older copy can never pass for it.
inline constexpr uint64_t kEpochsPerRejoin = 1'000'000'000;

// How often a store had rejoined when it opened this epoch.
inline constexpr uint64_t RejoinsBefore(EpochNumber epoch) {
  return epoch.value() / kEpochsPerRejoin;
}

inline constexpr bool HasRejoinedSince(EpochNumber epoch, EpochNumber earlier) {
  return RejoinsBefore(epoch) > RejoinsBefore(earlier);
}

// What a rejoin begins, where `newest` is the highest that either side has seen.
inline constexpr EpochNumber EpochOfRejoin(EpochNumber newest) {
  return EpochNumber((RejoinsBefore(newest) + 1) * kEpochsPerRejoin);
}

}  // namespace kopa::journal

#endif  // KOPA_COMMON_JOURNAL_EPOCHS_H_
