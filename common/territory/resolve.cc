// How a text that somebody typed is matched to a municipality.
#include <algorithm>
#include <cstdint>
#include <tuple>

#include "common/base/status.h"
#include "common/territory/municipality_faults.h"
#include "common/territory/territory.h"

namespace kopa {
namespace {

constexpr size_t kCodeDigits = 7;
// Suggestions cost letters x letters for each name: worth it only for what could be a mistyped
// name.
constexpr size_t kSuggestedLettersMin = 3;
constexpr size_t kSuggestedLettersMax = 40;
constexpr size_t kSuggestions = 3;

// Days between `day` and the nearest day on which `municipality` was valid.
int64_t DaysAway(const Municipality& municipality, absl::CivilDay day) {
  if (municipality.valid_from && day < *municipality.valid_from) {
    return *municipality.valid_from - day;
  }
  if (municipality.valid_to && *municipality.valid_to < day) return day - *municipality.valid_to;
  return 0;
}

}  // namespace

absl::StatusOr<Territory::Resolution> Territory::Resolve(absl::string_view text,
                                                         absl::CivilDay day) const {
  if (text.size() > kMunicipalityTextBytesMax) return ToStatus(MunicipalityTooLong());
  if (text.find('\0') != absl::string_view::npos) return ToStatus(MunicipalityBadText());
  const absl::StatusOr<FoldedText> folded = FoldedText::Of(text);
  if (absl::IsInvalidArgument(folded.status())) return ToStatus(MunicipalityNotUtf8());
  RETURN_IF_ERROR(folded.status());
  if (folded->bases().empty()) return ToStatus(MissingMunicipality());
  const std::string digits = folded->Digits();
  return digits.empty() ? ResolveName(*folded, day) : ResolveCode(digits, day);
}

absl::StatusOr<Territory::Resolution> Territory::ResolveCode(const std::string& digits,
                                                             absl::CivilDay day) const {
  if (digits.size() > kCodeDigits) return ToStatus(UnknownCode(digits, ""));
  // A spreadsheet that took the code for a number ate its leading zeros. Putting them back gives
  // one code only, so this is no guess; the caller still hears of it.
  const std::string code = std::string(kCodeDigits - digits.size(), '0') + digits;
  const Municipality* municipality = Find(code);
  if (municipality == nullptr) return ToStatus(UnknownCode(digits, code));
  if (!municipality->ValidOn(day)) return NotValid(*municipality, day);
  return Resolution{.municipality = municipality, .repaired = digits.size() < kCodeDigits};
}

absl::StatusOr<Territory::Resolution> Territory::ResolveName(const FoldedText& text,
                                                             absl::CivilDay day) const {
  const auto found = names_by_bases_.find(text.bases());
  if (found == names_by_bases_.end()) return ToStatus(UnknownName(day, Nearest(text, day)));
  std::vector<const Municipality*> exact;
  std::vector<const Municipality*> possible;
  std::vector<const Municipality*> of_other_times;
  for (size_t index : found->second) {
    const Name& name = names_[index];
    if (!text.SpellsOrOmitsMarksOf(name.folded)) continue;
    if (!name.municipality->ValidOn(day)) {
      of_other_times.push_back(name.municipality);
      continue;
    }
    possible.push_back(name.municipality);
    if (text == name.folded) exact.push_back(name.municipality);
  }
  std::vector<const Municipality*>& candidates = exact.empty() ? possible : exact;
  // Two names of one municipality may fit the same text.
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  if (candidates.size() == 1) return Resolution{.municipality = candidates[0]};
  if (candidates.size() > 1) return ToStatus(AmbiguousName(day, candidates));
  if (of_other_times.empty()) return ToStatus(UnknownName(day, Nearest(text, day)));
  return NotValid(**std::min_element(of_other_times.begin(), of_other_times.end(),
                                     [&](const Municipality* a, const Municipality* b) {
                                       return DaysAway(*a, day) < DaysAway(*b, day);
                                     }),
                  day);
}

absl::Status Territory::NotValid(const Municipality& municipality, absl::CivilDay day) const {
  std::vector<Successor> others = Successors(municipality.code, day);
  if (municipality.valid_from && day < *municipality.valid_from) {
    for (const Municipality* predecessor : Predecessors(municipality.code)) {
      others.push_back({.municipality = predecessor});
    }
  }
  return ToStatus(NotValidOn(municipality, day, others));
}

std::vector<const Municipality*> Territory::Nearest(const FoldedText& text,
                                                    absl::CivilDay day) const {
  const size_t letters = text.bases().size();
  if (letters < kSuggestedLettersMin || letters > kSuggestedLettersMax) return {};
  // The beginning counts first: "Madona" is meant for "Madonas novads".
  using Candidate = std::tuple<size_t, size_t, const Municipality*>;
  std::vector<Candidate> candidates;
  for (const Name& name : names_) {
    if (!name.municipality->ValidOn(day)) continue;
    const EditDistance distance = DistanceBetween(text.bases(), name.folded.bases());
    if (distance.prefix > 1 + letters / 4) continue;
    candidates.emplace_back(distance.prefix, distance.whole, name.municipality);
  }
  // Municipalities lie by code, so equal distances come by code.
  std::sort(candidates.begin(), candidates.end());
  std::vector<const Municipality*> nearest;
  for (const Candidate& candidate : candidates) {
    const Municipality* municipality = std::get<const Municipality*>(candidate);
    if (nearest.size() == kSuggestions) break;
    if (std::find(nearest.begin(), nearest.end(), municipality) != nearest.end()) continue;
    nearest.push_back(municipality);
  }
  return nearest;
}

}  // namespace kopa
