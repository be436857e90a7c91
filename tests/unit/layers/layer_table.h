#ifndef KOPA_TESTS_UNIT_LAYERS_LAYER_TABLE_H_
#define KOPA_TESTS_UNIT_LAYERS_LAYER_TABLE_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kopa::layers {

// Pure places use no gRPC, disk, threads, clock nor random source: the same input gives the same
// result, which is what the simulator rests on.
enum class Purity { kPure, kFree };

// What the sources of one folder may build on. The table of these is the architecture's dependency
// direction, written down once: docs/architecture.md explains it, layers_test holds the tree to it.
struct Layer {
  absl::string_view place;  // a folder, or one file where it may do more than its folder
  Purity purity;
  std::vector<absl::string_view> uses;  // places it may include besides itself
  std::vector<absl::string_view>
      protos;  // packages, as "kopa/programme", whose messages it may use
};

// What a place may do is found by its file, then by its folder; never by a folder further up, so a
// new folder must be placed here before it builds on anything.
absl::Span<const Layer> LayerTable();

// A package and the packages it may import.
struct ProtoLayer {
  absl::string_view package;
  std::vector<absl::string_view> imports;
};
absl::Span<const ProtoLayer> ProtoTable();

// A library of others and the only places that may include it; no place: nobody.
struct LibraryRule {
  absl::string_view include_prefix;
  std::vector<absl::string_view> places;
  absl::string_view reason;
};
absl::Span<const LibraryRule> LibraryTable();

// Beginnings of include paths that a pure place may not have.
absl::Span<const absl::string_view> ImpureIncludes();

// Names that a pure place may not have in its code.
absl::Span<const absl::string_view> ImpureNames();

}  // namespace kopa::layers

#endif  // KOPA_TESTS_UNIT_LAYERS_LAYER_TABLE_H_
