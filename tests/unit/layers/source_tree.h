#ifndef KOPA_TESTS_UNIT_LAYERS_SOURCE_TREE_H_
#define KOPA_TESTS_UNIT_LAYERS_SOURCE_TREE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kopa::layers {

// One file of the source tree. Rules take files by value of their text, so a test can plant one
// that breaks a rule without writing to the tree.
struct SourceFile {
  std::string path;  // from the repository's root, with '/'
  std::string text;
};

// Every text file below the source folders (common, regional-node, central, client, data, proto,
// web, tests, scripts) in the order of their paths; build products and installed packages are
// passed over. NOT_FOUND where `root` is not the root of the repository.
absl::StatusOr<std::vector<SourceFile>> ReadSourceTree(const std::string& root);

// Paths of C++ sources outside the folders that ReadSourceTree reads: no rule would see them.
std::vector<std::string> StraySources(const std::string& root);

// The folder part of a path: "common/base" of "common/base/file.h", "" of "file.h".
absl::string_view FolderOf(absl::string_view path);

bool IsHeader(absl::string_view path);  // .h
bool IsCpp(absl::string_view path);     // .h or .cc
bool IsProto(absl::string_view path);   // .proto

}  // namespace kopa::layers

#endif  // KOPA_TESTS_UNIT_LAYERS_SOURCE_TREE_H_
