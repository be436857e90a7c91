#ifndef KOPA_COMMON_INTAKE_TEXT_H_
#define KOPA_COMMON_INTAKE_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace kopa::intake {

// What a text may not hold.
enum class TextProblem {
  kNone,
  kNotUtf8,  // not well-formed (RFC 3629)
  kControl,  // NUL and other control characters, or a code point that is no character
  kBidi,     // controls of writing direction: they make a text read as something else
};

// What one pass over a text tells.
struct TextFindings {
  TextProblem problem = TextProblem::kNone;
  size_t characters = 0;
  // False where the text is sure to be in normalisation form C already: it has nothing from U+0300
  // on.
  bool maybe_not_nfc = false;
};

// `line_breaks`: whether LF, CR and TAB are allowed. Characters are counted up to the first
// problem.
TextFindings InspectText(absl::string_view text, bool line_breaks);

// The text without white space around it (U+00A0 too), in normalisation form C, line breaks as LF.
// `findings` are of the same text, and without problem.
std::string NormalText(absl::string_view text, const TextFindings& findings);

// Without white space around it: ASCII's and U+00A0.
absl::string_view TrimText(absl::string_view text);

// Without any white space or U+00A0 in it.
std::string WithoutSpaces(absl::string_view text);

}  // namespace kopa::intake

#endif  // KOPA_COMMON_INTAKE_TEXT_H_
