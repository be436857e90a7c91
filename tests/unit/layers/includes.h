#ifndef KOPA_TESTS_UNIT_LAYERS_INCLUDES_H_
#define KOPA_TESTS_UNIT_LAYERS_INCLUDES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kopa::layers {

// One `#include` of a C++ file or one `import` of a proto.
struct Include {
  int line;          // from 1
  std::string path;  // as written, without quotes or brackets
};

// The includes of a C++ text, also those under #if: what is there for one platform counts for all.
std::vector<Include> IncludesOf(absl::string_view text);

// The imports of a proto text, public and weak ones too.
std::vector<Include> ImportsOf(absl::string_view text);

// A C++ text with comments and the insides of string and character literals blanked, so that
// searching it finds code only. Lines stay where they are.
std::string CodeOnly(absl::string_view text);

// The lines, from 1, where `word` occurs in `code` as a word of its own: no letter, digit or
// underscore before or after it. `word` may contain "::".
std::vector<int> LinesWithWord(absl::string_view code, absl::string_view word);

}  // namespace kopa::layers

#endif  // KOPA_TESTS_UNIT_LAYERS_INCLUDES_H_
