#ifndef KOPA_COMMON_INTAKE_CANONICAL_H_
#define KOPA_COMMON_INTAKE_CANONICAL_H_

#include <string>

#include "kopa/region/v1/application.pb.h"

namespace kopa::intake {

// The content of an application in its normal form (CheckedApplication::normal), personal part
// included, as bytes: equal exactly for equal content, in whatever order activities were named. The
// time of receipt is left out: handing the same in again later is a replay. These bytes hold
// personal data; keep only keyed digests of them.
std::string CanonicalContent(const region::v1::ApplicationInput& normal);

// Tells applicants apart within a call, for which external_ref is unique: the registration number,
// or where there is none (schools) the name.
std::string ApplicantKey(const region::v1::ApplicationInput& normal);

}  // namespace kopa::intake

#endif  // KOPA_COMMON_INTAKE_CANONICAL_H_
