#ifndef KOPA_COMMON_SETTINGS_NEAREST_H_
#define KOPA_COMMON_SETTINGS_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kopa::settings {

// The candidate with the fewest single-character edits from `word`, where these are few enough to
// be a slip of the hand (a third of the word, at least two); empty otherwise. Of equals the first.
std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace kopa::settings

#endif  // KOPA_COMMON_SETTINGS_NEAREST_H_
