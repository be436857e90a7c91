#ifndef KOPA_COMMON_TERRITORY_MUNICIPALITY_H_
#define KOPA_COMMON_TERRITORY_MUNICIPALITY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace kopa {

// A longer text names no municipality and is not looked at.
inline constexpr size_t kMunicipalityTextBytesMax = 200;

enum class MunicipalityKind {
  kStateCity,          // valstspilsēta, since 2021-07-01
  kRuralMunicipality,  // novads
  kCityOfRepublic,     // republikas pilsēta, until 2021-06-30
};

// The Latvian word for the kind: "valstspilsēta", "novads", "republikas pilsēta".
absl::string_view KindWord(MunicipalityKind kind);

// A municipality under one ATVK code. Where a municipality's code changes there are two of these,
// with the same unit_id. Which node covers it depends on the day: see Territory::NodeOf.
struct Municipality {
  std::string code;  // ATVK, seven digits, leading zeros kept: "0038001"
  std::string name;  // short: "Rīga", "Madonas novads"
  std::string
      official_name;  // long: "Rīgas valstspilsēta"; the same as `name` where there is no other
  std::vector<std::string> other_names;  // also accepted: "Rīgas pilsēta" before 2021-07-01
  MunicipalityKind kind = MunicipalityKind::kRuralMunicipality;
  std::string unit_id;  // "madonas-novads"; the code itself for those of before 2021-07-01
  // Of one of before 2021-07-01 that of what it became, which is also what decides its node; empty
  // where its parts came to different regions.
  std::string planning_region;
  std::optional<absl::CivilDay> valid_from;  // absent: longer than the tables go back
  std::optional<absl::CivilDay> valid_to;    // last day, included; absent: still valid
  std::string successor;  // code of the next one where it went there whole; else empty

  bool ValidOn(absl::CivilDay day) const;
};

// "Madonas novads (0038001)".
std::string NameAndCode(const Municipality& municipality);

// What a municipality became.
struct Successor {
  enum class Extent {
    kFull,     // all of it went there
    kPartial,  // only `units` did
  };
  const Municipality* municipality = nullptr;
  Extent extent = Extent::kFull;
  std::vector<std::string> units = {};  // parishes and towns: "Aglonas pagasts"; empty where full
};

}  // namespace kopa

#endif  // KOPA_COMMON_TERRITORY_MUNICIPALITY_H_
