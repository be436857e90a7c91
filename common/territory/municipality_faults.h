#ifndef KOPA_COMMON_TERRITORY_MUNICIPALITY_FAULTS_H_
#define KOPA_COMMON_TERRITORY_MUNICIPALITY_FAULTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "common/base/strong.h"
#include "common/territory/municipality.h"

namespace kopa {

// What Territory says, in English and Latvian, to whoever gave a municipality that it can't take.
// All faults are on field "municipality". None repeats a free text: see Territory::Resolve.

Fault MissingMunicipality();
Fault MunicipalityTooLong();
Fault MunicipalityNotUtf8();
Fault MunicipalityBadText();

// `nearest` may be empty.
Fault UnknownName(absl::CivilDay day, const std::vector<const Municipality*>& nearest);

// `digits` as the caller sent them; `code` what was looked for, the same or with leading zeros put
// back. Empty where there were too many digits for a code.
Fault UnknownCode(absl::string_view digits, absl::string_view code);

// `others` are what it became by `day`, or, where it began only later, what became it.
Fault NotValidOn(const Municipality& municipality, absl::CivilDay day,
                 const std::vector<Successor>& others);

Fault AmbiguousName(absl::CivilDay day, const std::vector<const Municipality*>& candidates);

// A part of a divided municipality: where it went, with its parishes and towns.
struct NodeCandidate {
  const Municipality* municipality;
  NodeId node;
  std::vector<std::string> units;
};
Fault SeveralNodes(const Municipality& municipality, const std::vector<NodeCandidate>& candidates);

std::string NoNodeMessage(const Municipality& municipality, absl::CivilDay day);

// INVALID_ARGUMENT with the fault's English message, and the fault.
absl::Status ToStatus(Fault fault);

}  // namespace kopa

#endif  // KOPA_COMMON_TERRITORY_MUNICIPALITY_FAULTS_H_
