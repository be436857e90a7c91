#ifndef KOPA_COMMON_INTAKE_VALUES_H_
#define KOPA_COMMON_INTAKE_VALUES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace kopa::intake {

// Checks on single values. Each gives the value's normal form, or nothing where it is not valid.

// Registration number of a legal person: 11 digits, spaces ignored, sum of digit x
// (9,1,4,8,3,10,2,5, 7,6,1) mod 11 = 3. Never judged by its prefix.
std::optional<std::string> NormalRegNo(absl::string_view text);

// Registration number of a school: 10 digits, spaces ignored; no check digit is known.
std::optional<std::string> NormalSchoolRegNo(absl::string_view text);

// VAT number: "LV" and a registration number; spaces ignored.
std::optional<std::string> NormalVatNo(absl::string_view text);

// Latvian IBAN: "LV", 2 digits, 4 letters, 13 letters or digits, mod 97 = 1 (ISO 13616). Spaces and
// case ignored.
std::optional<std::string> NormalIban(absl::string_view text);

// Latvian phone: 8 digits beginning 2 or 6, with or without "+371" or "00371" before them; spaces
// and hyphens ignored. "+37167356253".
std::optional<std::string> NormalPhone(absl::string_view text);

// E-mail address: the sane part of RFC 5321, ASCII only, no quoted local parts, a domain of at
// least two labels. The domain comes out in lower case.
std::optional<std::string> NormalEmail(absl::string_view text);

enum class PersonalCodeKind {
  kInvalid,
  kOld,               // DDMMYY-CNNNN with a date that exists and a fitting check digit
  kOldDoubtfulDigit,  // the check digit does not fit: warn only, its rule is not officially
                      // confirmed
  kNew,               // since 2017: first digit 3, second 2 to 9, the rest says nothing
};

// The hyphen after the sixth digit may be left out. Applications do not ask for personal codes;
// this is there to find and mark them where somebody typed one into another field.
PersonalCodeKind ClassifyPersonalCode(absl::string_view text);

}  // namespace kopa::intake

#endif  // KOPA_COMMON_INTAKE_VALUES_H_
