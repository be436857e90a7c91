#include "tests/unit/layers/source_tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kopa::layers {
namespace {

namespace fs = std::filesystem;

constexpr std::array<absl::string_view, 9> kSourceFolders = {
    "central", "client", "common", "data", "proto", "regional-node", "scripts", "tests", "web"};

constexpr std::array<absl::string_view, 14> kTextSuffixes = {
    ".cc", ".cmake", ".css", ".h",   ".html",      ".js", ".mjs",
    ".py", ".proto", ".sh",  ".sql", ".textproto", ".ts", ".txt"};

// Hidden folders, build products, installed packages.
bool IsPassedOver(absl::string_view name) {
  return absl::StartsWith(name, ".") || name == "build" || name == "node_modules" ||
         name == "dist" || name == "__pycache__";
}

// Scripts carry no suffix: scripts/setup.
bool IsText(absl::string_view path) {
  if (FolderOf(path) == "scripts" && !absl::StrContains(path, '.')) return true;
  return std::any_of(kTextSuffixes.begin(), kTextSuffixes.end(),
                     [&](absl::string_view suffix) { return absl::EndsWith(path, suffix); });
}

// Paths of the files below `root`/`folder`, from `root`.
std::vector<std::string> FilesBelow(const std::string& root, absl::string_view folder) {
  std::vector<std::string> paths;
  std::error_code error;
  fs::recursive_directory_iterator walk(fs::path(root) / std::string(folder), error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    if (walk->is_directory() && IsPassedOver(walk->path().filename().string())) {
      walk.disable_recursion_pending();
    } else if (walk->is_regular_file()) {
      paths.push_back(walk->path().lexically_relative(root).generic_string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

absl::StatusOr<std::vector<SourceFile>> ReadSourceTree(const std::string& root) {
  if (!fs::exists(fs::path(root) / "common" / "base")) {
    return absl::NotFoundError(absl::StrCat("not the root of the repository: '", root, "'"));
  }
  std::vector<SourceFile> files;
  for (const absl::string_view folder : kSourceFolders) {
    for (const std::string& path : FilesBelow(root, folder)) {
      if (!IsText(path)) continue;
      std::ifstream in(fs::path(root) / path, std::ios::binary);
      files.push_back({path, std::string(std::istreambuf_iterator<char>(in), {})});
    }
  }
  return files;
}

std::vector<std::string> StraySources(const std::string& root) {
  std::vector<std::string> stray;
  for (const std::string& path : FilesBelow(root, "")) {
    const absl::string_view top = absl::string_view(path).substr(0, path.find('/'));
    const bool is_read =
        std::find(kSourceFolders.begin(), kSourceFolders.end(), top) != kSourceFolders.end();
    if (!is_read && (IsCpp(path) || IsProto(path))) stray.push_back(path);
  }
  return stray;
}

absl::string_view FolderOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? absl::string_view() : path.substr(0, slash);
}

bool IsHeader(absl::string_view path) { return absl::EndsWith(path, ".h"); }

bool IsCpp(absl::string_view path) { return IsHeader(path) || absl::EndsWith(path, ".cc"); }

bool IsProto(absl::string_view path) { return absl::EndsWith(path, ".proto"); }

}  // namespace kopa::layers
