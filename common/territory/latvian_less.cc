#include "common/territory/latvian_less.h"

#include <unicode/stringpiece.h>
#include <unicode/tblcoll.h>
#include <unicode/unistr.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace kopa {
namespace {

// The Latvian alphabet as CLDR 48 has it: aābcčdeēfgģhiyījkķlļmnņoōprŗsštuūvzž, each a letter of
// its own.
constexpr char kRules[] =
    "&a<ā<<<Ā&c<č<<<Č&e<ē<<<Ē&g<ģ<<<Ģ&i<y<<<Y<ī<<<Ī&k<ķ<<<Ķ&l<ļ<<<Ļ&n<ņ<<<Ņ&o<ō<<<Ō"
    "&r<ŗ<<<Ŗ&s<š<<<Š&u<ū<<<Ū&z<ž<<<Ž";

icu::StringPiece ToPiece(absl::string_view text) {
  return icu::StringPiece(text.data(), static_cast<int32_t>(text.size()));
}

}  // namespace

LatvianLess::LatvianLess(std::unique_ptr<icu::Collator> collator)
    : collator_(std::move(collator)) {}

absl::StatusOr<LatvianLess> LatvianLess::Create() {
  UErrorCode error = U_ZERO_ERROR;
  auto collator =
      std::make_unique<icu::RuleBasedCollator>(icu::UnicodeString::fromUTF8(kRules), error);
  if (U_FAILURE(error)) {
    return absl::InternalError(
        absl::StrCat("ICU can not build the Latvian collation: ", u_errorName(error)));
  }
  return LatvianLess(std::move(collator));
}

bool LatvianLess::operator()(absl::string_view a, absl::string_view b) const {
  UErrorCode error = U_ZERO_ERROR;
  const UCollationResult result = collator_->compareUTF8(ToPiece(a), ToPiece(b), error);
  if (U_FAILURE(error) || result == UCOL_EQUAL) return a < b;
  return result == UCOL_LESS;
}

}  // namespace kopa
