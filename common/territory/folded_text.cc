#include "common/territory/folded_text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace kopa {
namespace {

// False where the text is not well-formed UTF-8; icu::UnicodeString::fromUTF8 would put U+FFFD
// there.
bool ToUtf16(absl::string_view text, icu::UnicodeString* out) {
  if (text.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) return false;
  if (text.empty()) return true;
  const int32_t size = static_cast<int32_t>(text.size());
  UErrorCode error = U_ZERO_ERROR;
  int32_t length = 0;
  char16_t* buffer = out->getBuffer(size);  // UTF-16 never has more units than UTF-8 has bytes
  if (buffer == nullptr) return false;
  u_strFromUTF8(buffer, size, &length, text.data(), size, &error);
  // Filled to the last unit there is no room for a terminator: a warning, not a failure.
  out->releaseBuffer(U_SUCCESS(error) ? length : 0);
  return U_SUCCESS(error);
}

}  // namespace

bool IsValidText(absl::string_view text) {
  icu::UnicodeString utf16;
  return text.find('\0') == absl::string_view::npos && ToUtf16(text, &utf16);
}

absl::StatusOr<FoldedText> FoldedText::Of(absl::string_view text) {
  icu::UnicodeString utf16;
  if (text.find('\0') != absl::string_view::npos || !ToUtf16(text, &utf16)) {
    return absl::InvalidArgumentError("the text is not valid UTF-8, or has a NUL");
  }
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(error);
  if (U_FAILURE(error)) return absl::InternalError("ICU has no normalisation data");
  // Decomposed after folding, as folding a composed letter can give a composed one.
  const icu::UnicodeString plain = decompose->normalize(utf16.foldCase(), error);
  if (U_FAILURE(error)) return absl::InternalError("ICU could not normalise a text");

  FoldedText folded;
  bool space_pending = false;
  for (int32_t at = 0; at < plain.length(); at = plain.moveIndex32(at, 1)) {
    const UChar32 c = plain.char32At(at);
    if (u_isUWhiteSpace(c)) {
      space_pending = !folded.bases_.empty();
      continue;
    }
    if (u_getCombiningClass(c) != 0 && !folded.bases_.empty() && !space_pending) {
      folded.marks_.back().push_back(static_cast<char32_t>(c));
      continue;
    }
    if (space_pending) {
      folded.bases_.push_back(U' ');
      folded.marks_.emplace_back();
      space_pending = false;
    }
    folded.bases_.push_back(static_cast<char32_t>(c));
    folded.marks_.emplace_back();
  }
  return folded;
}

std::string FoldedText::Digits() const {
  std::string digits;
  for (size_t i = 0; i < bases_.size(); ++i) {
    if (bases_[i] < U'0' || bases_[i] > U'9' || !marks_[i].empty()) return "";
    digits.push_back(static_cast<char>(bases_[i]));
  }
  return digits;
}

bool FoldedText::SpellsOrOmitsMarksOf(const FoldedText& name) const {
  if (bases_ != name.bases_) return false;
  for (size_t i = 0; i < marks_.size(); ++i) {
    if (!marks_[i].empty() && marks_[i] != name.marks_[i]) return false;
  }
  return true;
}

EditDistance DistanceBetween(const std::u32string& text, const std::u32string& name) {
  // row[j] = distance between the letters of `text` seen so far and the first j letters of `name`.
  std::vector<size_t> row(name.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < text.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < name.size(); ++j) {
      const size_t changed = diagonal + (text[i] == name[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return EditDistance{.prefix = *std::min_element(row.begin(), row.end()), .whole = row.back()};
}

}  // namespace kopa
