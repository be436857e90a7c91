#ifndef KOPA_TESTS_UNIT_LAYERS_TIDY_RULES_H_
#define KOPA_TESTS_UNIT_LAYERS_TIDY_RULES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tests/unit/layers/source_tree.h"

namespace kopa::layers {

// Longest line of a C++ file, in characters (a Latvian letter counts once).
inline constexpr int kColumnsMax = 100;

// "KOPA_COMMON_BASE_FILE_H_" for "common/base/file.h".
std::string IncludeGuardOf(absl::string_view path);

// What in `files` is untidy: marks of unfinished work, tabs, trailing blanks, a missing last
// newline; in C++ also long lines and include guards that do not match the path. One line each,
// "path:line: what".
std::vector<std::string> TidyFaults(absl::Span<const SourceFile> files);

}  // namespace kopa::layers

#endif  // KOPA_TESTS_UNIT_LAYERS_TIDY_RULES_H_
