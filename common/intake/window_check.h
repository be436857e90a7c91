#ifndef KOPA_COMMON_INTAKE_WINDOW_CHECK_H_
#define KOPA_COMMON_INTAKE_WINDOW_CHECK_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/status.h"
#include "common/programme/call_rules.h"

namespace kopa::intake {

// Whether an application that was received at `received` is in time, by the window of its
// municipality (ATVK code; any other text means the call's window): WINDOW_NOT_OPEN, WINDOW_CLOSED,
// RECEIVED_IN_FUTURE, all on field "received_time", with the opening or the deadline in local time.
// Apart from the other checks, because whether an application is a replay is decided before windows
// are looked at. Empty where it is in time.
std::vector<Fault> CheckWindow(const programme::CallRules& rules, absl::string_view municipality,
                               absl::Time received, absl::Time now);

}  // namespace kopa::intake

#endif  // KOPA_COMMON_INTAKE_WINDOW_CHECK_H_
