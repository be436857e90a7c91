#include "central/commands/definitions.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/embedded.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/programme/loader.h"
#include "data/programme_data.h"

namespace kopa::central {
namespace {

absl::StatusOr<std::vector<std::string>> DefinitionFiles(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  std::vector<std::string> paths;
  for (const std::filesystem::directory_iterator end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".textproto") paths.push_back(entry->path().string());
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat("--programmes ", folder, ": ", error.message()));
  }
  if (paths.empty()) {
    return absl::NotFoundError(absl::StrCat("--programmes ", folder, ": no *.textproto file"));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

absl::StatusOr<std::vector<programme::v1::Call>> LoadDefinitions(const std::string& folder,
                                                                 const Territory& territory) {
  if (folder.empty()) return programme::LoadCalls(programme_data::Files(), &territory);
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, DefinitionFiles(folder));
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::string text, ReadFile(path));
    texts.push_back(std::move(text));
  }
  std::vector<EmbeddedFile> files;
  for (size_t i = 0; i < paths.size(); ++i) files.push_back({paths[i], texts[i]});
  return programme::LoadCalls(files, &territory);
}

}  // namespace kopa::central
