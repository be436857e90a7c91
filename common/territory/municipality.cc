#include "common/territory/municipality.h"

#include "absl/strings/str_cat.h"

namespace kopa {

absl::string_view KindWord(MunicipalityKind kind) {
  switch (kind) {
    case MunicipalityKind::kStateCity:
      return "valstspilsēta";
    case MunicipalityKind::kRuralMunicipality:
      return "novads";
    case MunicipalityKind::kCityOfRepublic:
      return "republikas pilsēta";
  }
  return "";
}

bool Municipality::ValidOn(absl::CivilDay day) const {
  return (!valid_from.has_value() || *valid_from <= day) &&
         (!valid_to.has_value() || day <= *valid_to);
}

std::string NameAndCode(const Municipality& municipality) {
  return absl::StrCat(municipality.name, " (", municipality.code, ")");
}

}  // namespace kopa
