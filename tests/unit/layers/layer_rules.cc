#include "tests/unit/layers/layer_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tests/unit/layers/includes.h"

namespace kopa::layers {
namespace {

using Names = std::vector<absl::string_view>;

bool Contains(const Names& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const Layer* FindPlace(absl::Span<const Layer> table, absl::string_view place) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Layer& layer) { return layer.place == place; });
  return found == table.end() ? nullptr : &*found;
}

const Layer* FindLayer(absl::string_view path) {
  const Layer* const of_file = FindPlace(LayerTable(), path);
  return of_file != nullptr ? of_file : FindPlace(LayerTable(), FolderOf(path));
}

bool IsOwnFolder(absl::string_view path) {
  return absl::StartsWith(path, "common/") || absl::StartsWith(path, "regional-node/") ||
         absl::StartsWith(path, "central/") || absl::StartsWith(path, "client/") ||
         absl::StartsWith(path, "data/");
}

// "kopa/national" of "kopa/national/v1/link.pb.h"; empty for what is not of a proto package of
// ours.
std::string PackageOf(absl::string_view path) {
  if (!absl::StartsWith(path, "kopa/") || !(IsProto(path) || absl::StrContains(path, ".pb."))) {
    return "";
  }
  return std::string(path.substr(0, path.find('/', 5)));
}

// A standard header is forbidden as a whole name ("thread"), anything with a '/' or '.' or a
// library's first letters ("grpc" for grpcpp/ and grpc/) as a beginning.
bool MatchesImpure(absl::string_view include, absl::string_view impure) {
  const bool is_whole_name =
      impure != "grpc" && impure.find_first_of("/.") == absl::string_view::npos;
  return is_whole_name ? include == impure : absl::StartsWith(include, impure);
}

std::string At(const SourceFile& file, int line, absl::string_view what) {
  return absl::StrCat(file.path, ":", line, ": ", what);
}

// Includes of the project's own headers and messages. "" where the include is allowed.
std::string OwnIncludeFault(const Layer& layer, absl::string_view path) {
  if (const std::string package = PackageOf(path); !package.empty()) {
    return Contains(layer.protos, package)
               ? ""
               : absl::StrCat(layer.place, " may not use messages of ", package);
  }
  // The client's public headers are included as their users do: "kopa/client.h".
  const std::string target =
      absl::StartsWith(path, "kopa/") ? absl::StrCat("client/include/", path) : std::string(path);
  if (!IsOwnFolder(target)) return "";
  const absl::string_view folder = FolderOf(target);
  // A row for one file says all that this file may use; a folder's files may use each other.
  const bool is_own = folder == layer.place;
  if (is_own || Contains(layer.uses, folder) || Contains(layer.uses, target)) return "";
  return absl::StrCat(layer.place, " may not use ", target);
}

std::string LibraryFault(const Layer& layer, absl::string_view path) {
  for (const LibraryRule& rule : LibraryTable()) {
    if (absl::StartsWith(path, rule.include_prefix) && !Contains(rule.places, layer.place)) {
      return absl::StrCat(layer.place, " may not include ", path, ": ", rule.reason);
    }
  }
  return "";
}

std::string PurityFault(const Layer& layer, absl::string_view path) {
  if (layer.purity != Purity::kPure) return "";
  const bool is_stub = absl::StrContains(path, ".grpc.pb.");
  const bool is_impure =
      std::any_of(ImpureIncludes().begin(), ImpureIncludes().end(),
                  [&](absl::string_view impure) { return MatchesImpure(path, impure); });
  return is_stub || is_impure ? absl::StrCat(layer.place, " is pure and may not include ", path)
                              : "";
}

void CheckCpp(const SourceFile& file, std::vector<std::string>* faults) {
  const Layer* const layer = FindLayer(file.path);
  if (layer == nullptr) {
    faults->push_back(At(file, 1, "its folder has no row in layer_table.cc"));
    return;
  }
  for (const Include& include : IncludesOf(file.text)) {
    for (const std::string& fault :
         {OwnIncludeFault(*layer, include.path), LibraryFault(*layer, include.path),
          PurityFault(*layer, include.path)}) {
      if (!fault.empty()) faults->push_back(At(file, include.line, fault));
    }
  }
  if (layer->purity != Purity::kPure) return;
  const std::string code = CodeOnly(file.text);
  for (const absl::string_view name : ImpureNames()) {
    for (const int line : LinesWithWord(code, name)) {
      faults->push_back(
          At(file, line, absl::StrCat(layer->place, " is pure and may not use ", name)));
    }
  }
}

void CheckProto(const SourceFile& file, std::vector<std::string>* faults) {
  absl::string_view path = file.path;
  absl::ConsumePrefix(&path, "proto/");
  const std::string package = PackageOf(path);
  const auto table = ProtoTable();
  const auto layer = std::find_if(table.begin(), table.end(), [&](const ProtoLayer& candidate) {
    return candidate.package == package;
  });
  if (layer == table.end()) {
    faults->push_back(At(file, 1, "its package has no row in layer_table.cc"));
    return;
  }
  for (const Include& import : ImportsOf(file.text)) {
    const std::string imported = PackageOf(import.path);
    if (!imported.empty() && imported != package && !Contains(layer->imports, imported)) {
      faults->push_back(At(file, import.line, absl::StrCat(package, " may not import ", imported)));
    }
  }
}

void Visit(absl::Span<const Layer> table, absl::string_view place, std::set<std::string>* seen) {
  const Layer* const layer = FindPlace(table, place);
  if (layer == nullptr) return;
  seen->insert(layer->protos.begin(), layer->protos.end());
  for (const absl::string_view used : layer->uses) {
    if (seen->insert(std::string(used)).second) Visit(table, used, seen);
  }
}

}  // namespace

std::vector<std::string> LayerFaults(absl::Span<const SourceFile> files) {
  std::vector<std::string> faults;
  for (const SourceFile& file : files) {
    if (absl::StartsWith(file.path, "tests/")) continue;
    if (IsCpp(file.path)) CheckCpp(file, &faults);
    if (IsProto(file.path)) CheckProto(file, &faults);
  }
  return faults;
}

std::vector<std::string> ReachableFrom(absl::Span<const Layer> table, absl::string_view place) {
  std::set<std::string> seen;
  Visit(table, place, &seen);
  return {seen.begin(), seen.end()};
}

std::vector<std::string> TableFaults(absl::Span<const Layer> table) {
  std::vector<std::string> faults;
  std::set<absl::string_view> places;
  for (const Layer& layer : table) {
    if (!places.insert(layer.place).second) {
      faults.push_back(absl::StrCat(layer.place, " is in the table twice"));
    }
    for (const absl::string_view used : layer.uses) {
      if (FindPlace(table, used) == nullptr) {
        faults.push_back(absl::StrCat(layer.place, " uses ", used, ", which is not in the table"));
      }
    }
    const std::vector<std::string> reachable = ReachableFrom(table, layer.place);
    if (std::find(reachable.begin(), reachable.end(), layer.place) != reachable.end()) {
      faults.push_back(absl::StrCat(layer.place, " comes to use itself"));
    }
  }
  return faults;
}

}  // namespace kopa::layers
