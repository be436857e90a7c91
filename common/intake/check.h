#ifndef KOPA_COMMON_INTAKE_CHECK_H_
#define KOPA_COMMON_INTAKE_CHECK_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/status.h"
#include "common/programme/call_rules.h"
#include "common/territory/territory.h"
#include "kopa/national/v1/application.pb.h"
#include "kopa/region/v1/application.pb.h"

namespace kopa::intake {

// An application as its call sees it. Used by nodes and the client; never by the centre, which may
// not see applications.
struct CheckedApplication {
  // The form in its normal form: texts trimmed and in Unicode form C, registration numbers and
  // phones without spaces, the municipality as its ATVK code, activities, grades and risks sorted
  // and each once, the amount of initiatives added up. Filled in as far as it goes even where there
  // are faults.
  region::v1::ApplicationInput normal;
  // What the centre will be told, at SUBMITTED; application_id, call's version and score left out.
  // Meaningful only without faults.
  national::v1::ApplicationSummary summary;
  std::string municipality_name;
  // Which node takes it; empty where the municipality is not known. That it is another node's is
  // not a fault here: whoever asks compares.
  std::string node;
  // All that is wrong; not empty means refused. Fields are named as the columns of files
  // (docs/formats.md, "Input files"); of one initiative among several "initiatives[1].amount_eur",
  // counted from 0.
  std::vector<Fault> faults;
  // What was repaired on the way: MUNICIPALITY_REPAIRED.
  std::vector<Fault> notices;
};

// Checks an application that was received at `received` against its call. Faults (docs/formats.md,
// "Input files"):
//   every form    MISSING_FIELD BAD_TEXT TOO_LONG UNKNOWN_MUNICIPALITY AMBIGUOUS_MUNICIPALITY
//                 UNKNOWN_VALUE BAD_SCHOOL_REG_NO BAD_EMAIL BAD_PHONE FIELD_NOT_ALLOWED BAD_AMOUNT
//                 and those of CheckWindow()
//   projects      BAD_REG_NO APPLICANT_TYPE_NOT_ALLOWED BAD_NUMBER AMOUNT_NOT_FIXED
//                 AMOUNT_ABOVE_CEILING
//   teams         TEAM_INCOMPLETE BAD_DATE AGE_OUT_OF_RANGE
// Left to the node, which knows what else it holds: WRONG_REGION, CONFLICT, TEAM_EXISTS,
// SCHOOL_NOT_TRAINED.
// No message repeats what was handed in.
CheckedApplication CheckApplication(const programme::CallRules& rules, const Territory& territory,
                                    const region::v1::ApplicationInput& input, absl::Time received,
                                    absl::Time now);

}  // namespace kopa::intake

#endif  // KOPA_COMMON_INTAKE_CHECK_H_
