#ifndef KOPA_CENTRAL_CORE_CALL_CHANGE_H_
#define KOPA_CENTRAL_CORE_CALL_CHANGE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/strong.h"
#include "common/ledger/amounts.h"
#include "common/ledger/central_ledger.h"
#include "kopa/national/v1/office.pb.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::central {

// What may become of a call that is published. Pure; every refusal carries a fault in both
// languages that names the field.

// Whether applications could be handed in by now: to the call as a whole or in some municipality.
bool HasOpened(const programme::v1::Call& call, absl::Time now);

// `a` and `b` say the same but for their versions and whether the call is closed.
bool SaysTheSame(const programme::v1::Call& a, const programme::v1::Call& b);

// Whether `next` may follow `before`. FAILED_PRECONDITION where it has another form, drops a word
// that applications may have named, limits what had no limit, or lowers a limit below what is out.
absl::Status CheckSuccessor(const programme::v1::Call& before, const programme::v1::Call& next,
                            const ledger::CentralLedger& ledger);

// The definition after the change. INVALID_ARGUMENT where the change makes no sense;
// FAILED_PRECONDITION where it could not hold as things are.
absl::StatusOr<programme::v1::Call> Changed(const programme::v1::Call& before,
                                            const national::v1::Change& change,
                                            const ledger::CentralLedger& ledger);

// FAILED_PRECONDITION where `next` changes what money, deadline or judgement hang on: one person
// alone may not do that to a call that has opened.
absl::Status CheckOnePersonMay(const programme::v1::Call& before, const programme::v1::Call& next);

// "budget of kontakts-2024: 135000.00 -> 140000.00".
std::string Describe(const programme::v1::Call& before, const programme::v1::Call& after);

// "release of what is frozen at zemgale: pumpurs-2018: 4600.00 EUR, 0 initiatives, 0 teams".
std::string DescribeRelease(const std::string& node, const std::map<CallId, ledger::Amounts>& more);

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_CORE_CALL_CHANGE_H_
