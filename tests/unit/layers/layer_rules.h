#ifndef KOPA_TESTS_UNIT_LAYERS_LAYER_RULES_H_
#define KOPA_TESTS_UNIT_LAYERS_LAYER_RULES_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "tests/unit/layers/layer_table.h"
#include "tests/unit/layers/source_tree.h"

namespace kopa::layers {

// What in `files` breaks the tables: one line each, "path:line: what is wrong". Files below tests/
// may use anything and are not looked at.
std::vector<std::string> LayerFaults(absl::Span<const SourceFile> files);

// What is wrong with a table itself: a place twice, a use of a place that is not in it, a cycle.
std::vector<std::string> TableFaults(absl::Span<const Layer> table);

// Everything that `place` uses, directly or through others, places and proto packages, sorted.
std::vector<std::string> ReachableFrom(absl::Span<const Layer> table, absl::string_view place);

}  // namespace kopa::layers

#endif  // KOPA_TESTS_UNIT_LAYERS_LAYER_RULES_H_
