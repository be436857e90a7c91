#include <toml++/toml.h>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/global_settings.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/settings/nearest.h"

namespace kopa::cli {
namespace {

std::string KeyText(const toml::key& key) { return {key.str().data(), key.str().size()}; }

absl::Status At(const std::string& path, const toml::source_region& region,
                absl::string_view message) {
  return UsageError(absl::StrCat(path, ":", region.begin.line, ": ", message));
}

absl::StatusOr<toml::table> ParseToml(const std::string& path, const std::string& content) {
  // Debian's tomlplusplus is built to throw; nothing of it may pass.
  try {
    return toml::parse(content, path);
  } catch (const toml::parse_error& error) {
    const auto description = error.description();
    return At(path, error.source(), absl::string_view(description.data(), description.size()));
  }
}

absl::Status ReadText(const std::string& path, const std::string& key, const toml::node& node,
                      std::string* out) {
  if (!node.is_string()) return At(path, node.source(), key + " must be a quoted string");
  *out = node.as_string()->get();
  return absl::OkStatus();
}

absl::StatusOr<ContextSettings> ReadContext(const std::string& path, const toml::table& table) {
  ContextSettings context;
  const std::map<std::string, std::string*> texts = {
      {"central", &context.central},      {"node", &context.node},
      {"actor", &context.actor},          {"tls-cert", &context.tls_certificate_file},
      {"tls-key", &context.tls_key_file}, {"tls-ca", &context.tls_authority_file},
  };
  for (const auto& [toml_key, node] : table) {
    const std::string key = KeyText(toml_key);
    if (key == "insecure") {
      if (!node.is_boolean()) return At(path, node.source(), "insecure must be true or false");
      context.insecure = node.as_boolean()->get();
      continue;
    }
    const auto text = texts.find(key);
    if (text == texts.end()) {
      std::vector<std::string> known = {"insecure"};
      for (const auto& [name, field] : texts) known.push_back(name);
      const std::string nearest = settings::Nearest(key, known);
      return At(path, toml_key.source(),
                absl::StrCat("unknown key \"", key, "\"",
                             nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?")));
    }
    RETURN_IF_ERROR(ReadText(path, key, node, text->second));
  }
  return context;
}

}  // namespace

absl::StatusOr<ContextFile> ParseContexts(const std::string& path, const std::string& content) {
  ASSIGN_OR_RETURN(const toml::table table, ParseToml(path, content));
  ContextFile file;
  for (const auto& [toml_key, node] : table) {
    const std::string key = KeyText(toml_key);
    if (key == "current") {
      RETURN_IF_ERROR(ReadText(path, key, node, &file.current));
    } else if (key == "contexts" && node.is_table()) {
      for (const auto& [name, context] : *node.as_table()) {
        if (!context.is_table()) return At(path, context.source(), "a context is a table");
        ASSIGN_OR_RETURN(file.contexts[KeyText(name)], ReadContext(path, *context.as_table()));
      }
    } else {
      return At(path, toml_key.source(),
                absl::StrCat("unknown key \"", key, "\"; there are current and [contexts.NAME]"));
    }
  }
  return file;
}

absl::StatusOr<ContextFile> ReadContexts(const settings::Environment& variable) {
  std::string folder = variable("XDG_CONFIG_HOME").value_or("");
  if (folder.empty()) {
    const std::string home = variable("HOME").value_or("");
    if (home.empty()) return ContextFile();
    folder = absl::StrCat(home, "/.config");
  }
  const std::string path = absl::StrCat(folder, "/kopa/config.toml");
  const absl::StatusOr<std::string> content = ReadFile(path);
  if (absl::IsNotFound(content.status())) return ContextFile();
  if (!content.ok()) return content.status();
  return ParseContexts(path, *content);
}

}  // namespace kopa::cli
