#include "common/territory/municipality_faults.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace kopa {
namespace {

Fault MakeFault(absl::string_view code, std::string message, std::string message_lv) {
  return Fault{.field = "municipality",
               .code = std::string(code),
               .message = std::move(message),
               .message_lv = std::move(message_lv)};
}

std::string English(absl::CivilDay day) { return absl::FormatCivilTime(day); }

std::string Latvian(absl::CivilDay day) {
  return absl::StrFormat("%02d.%02d.%04d", day.day(), day.month(), day.year());
}

std::string Names(const std::vector<const Municipality*>& municipalities) {
  return absl::StrJoin(municipalities, ", ",
                       [](std::string* out, const Municipality* municipality) {
                         absl::StrAppend(out, NameAndCode(*municipality));
                       });
}

// "Preiļu novads (0042000): Aglonas pagasts", or only the name where all of it is meant.
std::string WithUnits(const Municipality& municipality, const std::vector<std::string>& units) {
  if (units.empty()) return NameAndCode(municipality);
  return absl::StrCat(NameAndCode(municipality), ": ", absl::StrJoin(units, ", "));
}

std::string List(const std::vector<Successor>& successors) {
  return absl::StrJoin(successors, "; ", [](std::string* out, const Successor& successor) {
    absl::StrAppend(out, WithUnits(*successor.municipality, successor.units));
  });
}

struct Period {
  std::string english;
  std::string latvian;
};

Period PeriodOf(const Municipality& municipality) {
  Period period;
  if (municipality.valid_from) {
    absl::StrAppend(&period.english, " from ", English(*municipality.valid_from));
    absl::StrAppend(&period.latvian, " no ", Latvian(*municipality.valid_from));
  }
  if (municipality.valid_to) {
    absl::StrAppend(&period.english, municipality.valid_from ? " to " : " until ",
                    English(*municipality.valid_to));
    absl::StrAppend(&period.latvian, " līdz ", Latvian(*municipality.valid_to));
  }
  return period;
}

}  // namespace

Fault MissingMunicipality() {
  return MakeFault("MISSING_FIELD", "the municipality is missing", "Nav norādīta pašvaldība.");
}

Fault MunicipalityTooLong() {
  return MakeFault(
      "TOO_LONG",
      absl::StrCat("a municipality's name has at most ", kMunicipalityTextBytesMax, " bytes"),
      absl::StrCat("Pašvaldības nosaukums nepārsniedz ", kMunicipalityTextBytesMax, " baitus."));
}

Fault MunicipalityNotUtf8() {
  return MakeFault("BAD_ENCODING", "the municipality is not valid UTF-8",
                   "Pašvaldības nosaukums nav derīgs UTF-8 teksts.");
}

Fault MunicipalityBadText() {
  return MakeFault("BAD_TEXT", "the municipality has a NUL character",
                   "Pašvaldības nosaukumā ir NUL rakstzīme.");
}

Fault UnknownName(absl::CivilDay day, const std::vector<const Municipality*>& nearest) {
  std::string message = absl::StrCat("no municipality had this name on ", English(day));
  std::string message_lv = absl::StrCat("Pašvaldības ar šādu nosaukumu ", Latvian(day), " nav.");
  if (!nearest.empty()) {
    absl::StrAppend(&message, "; did you mean ", Names(nearest), "?");
    absl::StrAppend(&message_lv, " Vai domājāt: ", Names(nearest), "?");
  }
  return MakeFault("UNKNOWN_MUNICIPALITY", std::move(message), std::move(message_lv));
}

Fault UnknownCode(absl::string_view digits, absl::string_view code) {
  if (code.empty()) {
    return MakeFault("UNKNOWN_MUNICIPALITY", "an ATVK code has 7 digits, not more",
                     "ATVK kodam ir 7 cipari, ne vairāk.");
  }
  if (digits == code) {
    return MakeFault("UNKNOWN_MUNICIPALITY",
                     absl::StrCat("no municipality has or had the code ", code),
                     absl::StrCat("Pašvaldības ar kodu ", code, " nav un nav bijis."));
  }
  return MakeFault(
      "UNKNOWN_MUNICIPALITY",
      absl::StrCat("an ATVK code has 7 digits, and no municipality has or had the code ", code,
                   " that ", digits, " would be with leading zeros"),
      absl::StrCat("ATVK kodam ir 7 cipari; pašvaldības ar kodu ", code, ", kāds būtu ", digits,
                   " ar nullēm sākumā, nav un nav bijis."));
}

Fault NotValidOn(const Municipality& municipality, absl::CivilDay day,
                 const std::vector<Successor>& others) {
  const Period period = PeriodOf(municipality);
  std::string message = absl::StrCat(NameAndCode(municipality), " is not valid on ", English(day),
                                     ": it is valid", period.english);
  std::string message_lv = absl::StrCat(NameAndCode(municipality), " nav spēkā ", Latvian(day),
                                        ": spēkā", period.latvian);
  const bool began_later = municipality.valid_from && day < *municipality.valid_from;
  if (!others.empty() && began_later) {
    absl::StrAppend(&message, "; before that: ", List(others));
    absl::StrAppend(&message_lv, "; pirms tam: ", List(others));
  } else if (!others.empty()) {
    absl::StrAppend(&message, others.size() == 1 ? ", its successor is " : ", its successors are ",
                    List(others));
    absl::StrAppend(&message_lv, others.size() == 1 ? "; pēctecis: " : "; pēcteči: ", List(others));
  }
  // One that was divided can't be told from its name alone: the parish or town would be needed.
  const bool divided = !began_later && others.size() > 1;
  return MakeFault(divided ? "AMBIGUOUS_MUNICIPALITY" : "UNKNOWN_MUNICIPALITY", std::move(message),
                   std::move(message_lv));
}

Fault AmbiguousName(absl::CivilDay day, const std::vector<const Municipality*>& candidates) {
  return MakeFault(
      "AMBIGUOUS_MUNICIPALITY",
      absl::StrCat("on ", English(day), " this name could be ", Names(candidates),
                   ": write the name in full with its diacritics, or the code"),
      absl::StrCat("Nosaukums ", Latvian(day),
                   " var apzīmēt vairākas pašvaldības: ", Names(candidates),
                   ". Rakstiet pilnu nosaukumu ar garumzīmēm un mīkstinājuma zīmēm vai kodu."));
}

Fault SeveralNodes(const Municipality& municipality, const std::vector<NodeCandidate>& candidates) {
  const std::string list =
      absl::StrJoin(candidates, "; ", [](std::string* out, const NodeCandidate& candidate) {
        absl::StrAppend(out, candidate.node.value(), " (",
                        WithUnits(*candidate.municipality, candidate.units), ")");
      });
  return MakeFault("AMBIGUOUS_MUNICIPALITY",
                   absl::StrCat(NameAndCode(municipality), " was divided between nodes: ", list,
                                "; the parish or town is needed"),
                   absl::StrCat(NameAndCode(municipality), " ir sadalīts starp mezgliem: ", list,
                                ". Jānorāda pagasts vai pilsēta."));
}

std::string NoNodeMessage(const Municipality& municipality, absl::CivilDay day) {
  return absl::StrCat("no node covers ", NameAndCode(municipality), " on ", English(day));
}

absl::Status ToStatus(Fault fault) {
  absl::Status status = absl::InvalidArgumentError(fault.message);
  return WithFault(std::move(status), std::move(fault));
}

}  // namespace kopa
