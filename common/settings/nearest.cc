#include "common/settings/nearest.h"

#include <algorithm>
#include <numeric>

namespace kopa::settings {
namespace {

// Longer words are nobody's slip, and the comparison takes the product of the lengths.
constexpr size_t kWordBytesMax = 64;

// Levenshtein's distance, one row of the table at a time.
size_t Edits(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kWordBytesMax) return "";
  size_t best_edits = std::max<size_t>(2, word.size() / 3) + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    // Replacing every character is no likeness.
    const size_t edits = Edits(word, candidate);
    if (edits < best_edits && edits < word.size()) {
      best_edits = edits;
      best = candidate;
    }
  }
  return best;
}

}  // namespace kopa::settings
