#ifndef KOPA_COMMON_PROGRAMME_CALL_CHECK_H_
#define KOPA_COMMON_PROGRAMME_CALL_CHECK_H_

#include <vector>

#include "absl/status/status.h"
#include "common/base/status.h"
#include "common/territory/territory.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::programme {

// What is wrong with a call's definition, all of it at once: needed fields, patterns of ids, dates
// and windows, limits and amounts that are negative or that the form can't use, words and criteria
// named twice, thresholds above the most, shares that do not add up, tie-breaks named twice. Field
// is the path in the definition, "municipality_terms[1].window.closes"; code is BAD_CALL. Latvian
// messages are left out: definitions are written by those who run the system.
//
// `closed` is right here, since published definitions carry it; that files don't is the loader's.
//
// With a territory, municipalities must be valid on the call's territory date and nodes of shares
// known; null leaves that out (a node trusts what the centre has checked).
std::vector<Fault> FindCallFaults(const v1::Call& call, const Territory* territory);

// OK, or INVALID_ARGUMENT with those faults.
absl::Status CheckCall(const v1::Call& call, const Territory* territory);

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_CALL_CHECK_H_
