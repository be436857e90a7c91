#ifndef KOPA_COMMON_BASE_FAILPOINT_H_
#define KOPA_COMMON_BASE_FAILPOINT_H_

#include "absl/strings/string_view.h"

// Places at which tests end a server as a crash would, around each step that makes something
// durable. The environment variable
//
//   KOPA_FAILPOINT ::= name [ ":" nth ]          nth from 1; 1 where it is left out
//
// makes the nth pass of the place `name` the last thing that the process does: SIGKILL, no handler,
// no flush. Without the variable a place costs one branch.
//
// clang-format off
// Places, in the order of a group of commands:
//   commit-begin          decided in memory, nothing written
//   keys-written          node: the applications' keys are in their store, the batch is not
//   commit-before-write   all that goes before the batch is done
//   commit-written        the batch is on disk; fence file, views and peers know nothing
//   fence-before-update   node: before the fence file names the new head
//   fence-updated         node: it does
//   link-before-send      centre: before acknowledgements and allotments leave for the nodes
//   link-sent             centre: they are handed to the streams
//   commit-before-reply   before the group's answers leave
//   commit-replied        after one of them
// At an opening, at a stop and at a rejoin:
//   store-before-open, store-opened, store-before-close, store-closed
//   epoch-before-write, epoch-written, epoch-fenced      node: the epoch's batch, its fence file
//   opening-before-write, opening-written                centre: the incarnation's batch
//   stop-before-clean, stop-cleaned                      node: the mark of a clean stop
//   rejoin-before-write, rejoin-written                  node: around the batch of `rejoin`
// clang-format on
namespace kopa {
namespace internal {

extern const bool failpoint_is_set;
void PassFailpoint(absl::string_view name);

}  // namespace internal

// Thread-safe. Before main() begins it must not be called.
inline void Failpoint(absl::string_view name) {
  if (internal::failpoint_is_set) internal::PassFailpoint(name);
}

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_FAILPOINT_H_
