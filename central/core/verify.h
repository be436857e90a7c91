#ifndef KOPA_CENTRAL_CORE_VERIFY_H_
#define KOPA_CENTRAL_CORE_VERIFY_H_

#include <functional>

#include "absl/status/statusor.h"
#include "common/storage/store.h"
#include "kopa/national/v1/service.pb.h"

namespace kopa::central {

// Recomputes everything that the centre shows from the records it stores, and compares: promise 4.
// Nothing is taken from memory, and what does not parse or add up is a finding, never the end of
// the process. Pure; reads the whole view, so it takes seconds to minutes.
//
//   central-journal     the centre's own chain from 1 to its head, and nothing behind it
//   office              who did what and why, proposals and schools are those of the journal
//   calls               each stored definition is the one whose digest the journal has
//   journal-chain NODE  the node's chain from 1 to what is applied; each record parses and applies
//   summaries           one summary an application, as the node's newest record of it says, and
//                       the keys by which it is found
//   totals CALL         the cells of the call
//   ledger CALL         what each node was allotted, handed back, spent, took back and paid
//   budget CALL         available and headrooms are not negative, approved is within the limits
//
// A node's allotted totals are those of the centre's newest record of it: with the journals of
// several nodes there is no one order in which allotments and awards could be replayed.
//
// CANCELLED as soon as `cancelled` (asked now and then) is true; no other error.
absl::StatusOr<national::v1::VerifyNationalResponse> Verify(const storage::View& view,
                                                            const std::function<bool()>& cancelled);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_VERIFY_H_
