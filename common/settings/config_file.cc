#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/settings/sources.h"
#include "toml++/toml.h"

namespace kopa::settings::internal {
namespace {

std::string Place(const std::string& path, const toml::source_region& region) {
  return absl::StrCat(path, ":", region.begin.line);
}

absl::StatusOr<toml::table> ParseToml(const std::string& path, const std::string& content) {
  // Debian's tomlplusplus is built to throw; nothing of it may pass.
  try {
    return toml::parse(content, path);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(Place(path, error.source()), ": ",
                     std::string(error.description().data(), error.description().size())));
  }
}

// The value as one would write it behind a flag; kinds are matched strictly, so that a quoted
// number is noticed.
absl::StatusOr<std::string> TextOf(const toml::node& node, const SettingSpec& spec) {
  switch (spec.kind) {
    case Kind::kString:
    case Kind::kDuration:
      if (node.is_string()) return node.as_string()->get();
      return absl::InvalidArgumentError(absl::StrCat(spec.name, " must be a quoted string"));
    case Kind::kBool:
      if (node.is_boolean()) return std::string(node.as_boolean()->get() ? "true" : "false");
      return absl::InvalidArgumentError(absl::StrCat(spec.name, " must be true or false"));
    case Kind::kInt:
      if (node.is_integer()) return absl::StrCat(node.as_integer()->get());
      return absl::InvalidArgumentError(absl::StrCat(spec.name, " must be a whole number"));
  }
  return absl::InternalError("a kind that is not handled");
}

}  // namespace

absl::StatusOr<SourcedTexts> ReadFile(const std::string& path,
                                      const std::vector<SettingSpec>& settings) {
  absl::StatusOr<std::string> content = kopa::ReadFile(path);
  if (!content.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("settings file: ", content.status().message()));
  }
  ASSIGN_OR_RETURN(const toml::table table, ParseToml(path, *content));
  SourcedTexts texts;
  for (const auto& [key, node] : table) {
    const std::string name(key.str().data(), key.str().size());
    const auto spec = std::find_if(settings.begin(), settings.end(),
                                   [&name](const SettingSpec& s) { return s.name == name; });
    if (spec == settings.end()) {
      return absl::InvalidArgumentError(absl::StrCat(Place(path, key.source()), ": unknown key \"",
                                                     name, "\"",
                                                     DidYouMean(name, NamesOf(settings), "")));
    }
    absl::StatusOr<std::string> text = TextOf(node, *spec);
    if (!text.ok()) return Annotate(text.status(), Place(path, key.source()));
    texts[name] = {*std::move(text), Place(path, key.source())};
  }
  return texts;
}

}  // namespace kopa::settings::internal
