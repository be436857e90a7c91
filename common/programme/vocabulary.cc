#include "common/programme/vocabulary.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace kopa::programme {
namespace {

// Longer texts are no mistyped ids, and measuring them would cost their length.
constexpr size_t kTextBytesMax = 64;

// Letters to put in, take out or change (Levenshtein), on bytes: ids are ASCII.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

Vocabulary::Vocabulary(const google::protobuf::RepeatedPtrField<v1::Term>& terms) {
  ids_.reserve(static_cast<size_t>(terms.size()));
  for (const v1::Term& term : terms) ids_.push_back(term.id());
}

bool Vocabulary::Contains(absl::string_view id) const {
  return std::find(ids_.begin(), ids_.end(), id) != ids_.end();
}

absl::string_view Vocabulary::Nearest(absl::string_view text) const {
  if (text.empty() || text.size() > kTextBytesMax) return "";
  const std::string lower = absl::AsciiStrToLower(text);
  absl::string_view nearest;
  // Over half of a word wrong is another word.
  size_t least = 1 + lower.size() / 2;
  for (const std::string& id : ids_) {
    const size_t distance = Distance(lower, id);
    if (distance < least) {
      least = distance;
      nearest = id;
    }
  }
  return nearest;
}

const Vocabulary& AllApplicantTypes() {
  static const Vocabulary& types = *new Vocabulary(
      std::vector<std::string>{"municipality", "municipal-institution", "association", "foundation",
                               "youth-organisation", "other"});
  return types;
}

const Vocabulary& YesNo() {
  static const Vocabulary& words = *new Vocabulary(std::vector<std::string>{"yes", "no"});
  return words;
}

}  // namespace kopa::programme
