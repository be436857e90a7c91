#ifndef KOPA_COMMON_TERRITORY_FOLDED_TEXT_H_
#define KOPA_COMMON_TERRITORY_FOLDED_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa {

// Well-formed UTF-8 without NUL.
bool IsValidText(absl::string_view text);

// A text made ready to be compared as a name: canonically decomposed, case folded (Unicode, no
// locale), white space of any kind trimmed and each run of it taken as one space. Letters and their
// diacritics are kept apart, so that what a typist left out can be told from what was typed wrong.
class FoldedText {
 public:
  // INVALID_ARGUMENT where IsValidText is false.
  static absl::StatusOr<FoldedText> Of(absl::string_view text);

  // The letters without diacritics: equal for all spellings that differ in diacritics only.
  const std::u32string& bases() const { return bases_; }

  // The digits where the text is nothing but ASCII digits; empty otherwise.
  std::string Digits() const;

  // True where this is `name` with none, some or all of its diacritics left out. A diacritic that
  // the name does not have makes it another text.
  bool SpellsOrOmitsMarksOf(const FoldedText& name) const;

  friend bool operator==(const FoldedText&, const FoldedText&) = default;

 private:
  std::u32string bases_;
  std::vector<std::u32string> marks_;  // of each letter, in canonical order
};

// How many letters must be put in, taken out or changed.
struct EditDistance {
  size_t prefix = 0;  // to make `text` a beginning of `name`
  size_t whole = 0;   // to make it all of `name`
};
EditDistance DistanceBetween(const std::u32string& text, const std::u32string& name);

}  // namespace kopa

#endif  // KOPA_COMMON_TERRITORY_FOLDED_TEXT_H_
