#ifndef KOPA_COMMON_ENGINE_EFFECTS_H_
#define KOPA_COMMON_ENGINE_EFFECTS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "common/storage/store.h"

namespace kopa::engine {

// Names one command until its reply, which a core may give in a later step than the command's own.
using Ticket = uint64_t;

// What steps add up to, until the group is written. A core's own Effects derives from this.
template <typename ReplyType>
struct BasicEffects {
  storage::WriteBatch batch;
  std::vector<std::pair<Ticket, ReplyType>> replies;

  void Reply(Ticket ticket, ReplyType reply) { replies.emplace_back(ticket, std::move(reply)); }
};

}  // namespace kopa::engine

#endif  // KOPA_COMMON_ENGINE_EFFECTS_H_
