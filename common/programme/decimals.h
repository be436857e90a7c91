#ifndef KOPA_COMMON_PROGRAMME_DECIMALS_H_
#define KOPA_COMMON_PROGRAMME_DECIMALS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa::programme {

// Points and money between text and whole hundredths, without floating point on the way.

// Points as people write them, with a decimal point or comma: "44.5" and "44,5" give 4450. At most
// two decimals; white space around the number is ignored; a minus sign is taken (ranges are checked
// elsewhere). INVALID_ARGUMENT otherwise, and where the number does not fit.
absl::StatusOr<int64_t> ParseHundredths(absl::string_view text);

// Euros as people write them, in cents: like ParseHundredths, but thousands may be set apart by
// spaces (U+0020, U+00A0, U+202F) in groups of three: "135 000,00". A sign or word for the currency
// is refused.
absl::StatusOr<int64_t> ParseCents(absl::string_view text);

// The shortest form, with a decimal point: 4450 gives "44.5", 4400 gives "44".
std::string FormatHundredths(int64_t hundredths);

// Always two decimals, a decimal point and no grouping: 460000 gives "4600.00".
std::string FormatCents(int64_t cents);

// As Latvian readers expect it: "4600,00 €"; from five digits on grouped: "135 000,00 €". The
// spaces are U+00A0.
std::string FormatEurosLatvian(int64_t cents);

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_DECIMALS_H_
