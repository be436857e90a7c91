#include "common/settings/settings.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status.h"
#include "common/settings/sources.h"

namespace kopa::settings {
namespace {

using internal::Sourced;
using internal::SourcedTexts;

constexpr char kConfigVariable[] = "KOPA_CONFIG";

// `text` in the form the getters rely on.
absl::StatusOr<std::string> Canonical(const SettingSpec& spec, const std::string& text) {
  switch (spec.kind) {
    case Kind::kString:
      return text;
    case Kind::kBool: {
      if (text.empty()) return std::string("false");
      bool value = false;
      if (absl::SimpleAtob(text, &value)) return std::string(value ? "true" : "false");
      return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is neither true nor false"));
    }
    case Kind::kInt: {
      int64_t value = 0;
      if (absl::SimpleAtoi(text, &value)) return absl::StrCat(value);
      return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no whole number"));
    }
    case Kind::kDuration: {
      absl::Duration value;
      if (absl::ParseDuration(text, &value) && value >= absl::ZeroDuration()) {
        return absl::FormatDuration(value);
      }
      return absl::InvalidArgumentError(
          absl::StrCat("\"", text, "\" is no duration; write it like 5s, 250ms or 1h30m"));
    }
  }
  return absl::InternalError("a kind that is not handled");
}

// The name as a person meets it at the place the value came from.
std::string NameAt(const SettingSpec& spec, const std::string& source) {
  if (source == "flag") return absl::StrCat("--", spec.name);
  if (source == spec.env) return source;
  return absl::StrCat(source, ": ", spec.name);
}

absl::optional<Sourced> FromEnvironment(const std::string& variable,
                                        const Environment& environment) {
  if (variable.empty()) return absl::nullopt;
  absl::optional<std::string> text = environment(variable);
  if (!text.has_value() || text->empty()) return absl::nullopt;
  return Sourced{*std::move(text), variable};
}

Sourced Merged(const SettingSpec& spec, const SourcedTexts& flags, const Environment& environment,
               const SourcedTexts& file) {
  if (auto flag = flags.find(spec.name); flag != flags.end()) return flag->second;
  if (auto variable = FromEnvironment(spec.env, environment)) return *std::move(variable);
  if (auto key = file.find(spec.name); key != file.end()) return key->second;
  return {spec.default_value, "default"};
}

absl::StatusOr<SourcedTexts> FileTexts(const SourcedTexts& flags, const Environment& environment,
                                       const std::vector<SettingSpec>& settings) {
  if (auto flag = flags.find("config"); flag != flags.end()) {
    return internal::ReadFile(flag->second.text, settings);
  }
  if (auto variable = FromEnvironment(kConfigVariable, environment)) {
    return internal::ReadFile(variable->text, settings);
  }
  return SourcedTexts();
}

std::string KindName(Kind kind) {
  switch (kind) {
    case Kind::kString:
      return "TEXT";
    case Kind::kInt:
      return "NUMBER";
    case Kind::kDuration:
      return "DURATION";
    case Kind::kBool:
      break;
  }
  return "";
}

void AppendFlagHelp(const SettingSpec& spec, std::string* out) {
  std::string left = absl::StrCat("  --", spec.name);
  const std::string value_name = spec.value_name.empty() ? KindName(spec.kind) : spec.value_name;
  if (spec.kind != Kind::kBool) absl::StrAppend(&left, " ", value_name);
  absl::StrAppendFormat(out, "%-30s %s", left, spec.help);
  if (!spec.default_value.empty() && !spec.secret) {
    absl::StrAppend(out, " (default ", spec.default_value, ")");
  }
  if (!spec.env.empty()) absl::StrAppend(out, " [", spec.env, "]");
  out->push_back('\n');
}

}  // namespace

Environment ProcessEnvironment() {
  return [](const std::string& name) -> absl::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return absl::nullopt;
    return std::string(value);
  };
}

absl::StatusOr<Settings> Settings::Parse(int argc, const char* const* argv,
                                         const CommandLine& command_line,
                                         const Environment& environment) {
  ASSIGN_OR_RETURN(internal::Flags flags, internal::ReadFlags(argc, argv, command_line));
  Settings settings;
  settings.help_ = flags.help;
  if (flags.help) return settings;
  settings.subcommand_ = std::move(flags.subcommand);
  settings.arguments_ = std::move(flags.arguments);
  if (settings.subcommand_.empty() && !command_line.subcommands.empty()) {
    return absl::InvalidArgumentError("which command? --help lists them");
  }
  ASSIGN_OR_RETURN(const SourcedTexts file,
                   FileTexts(flags.texts, environment, command_line.settings));
  for (const SettingSpec& spec : command_line.settings) {
    const Sourced sourced = Merged(spec, flags.texts, environment, file);
    absl::StatusOr<std::string> text = Canonical(spec, sourced.text);
    KOPA_CHECK_MSG(text.ok() || sourced.source != "default", spec.name);
    if (!text.ok()) return Annotate(text.status(), NameAt(spec, sourced.source));
    settings.order_.push_back(spec.name);
    settings.values_[spec.name] = {spec, *std::move(text), sourced.source};
  }
  return settings;
}

const Settings::Value& Settings::Find(const std::string& name, Kind kind) const {
  const auto found = values_.find(name);
  KOPA_CHECK_MSG(found != values_.end(), name);
  KOPA_CHECK_MSG(found->second.spec.kind == kind, name);
  return found->second;
}

const std::string& Settings::GetString(const std::string& name) const {
  return Find(name, Kind::kString).text;
}

bool Settings::GetBool(const std::string& name) const {
  return Find(name, Kind::kBool).text == "true";
}

int64_t Settings::GetInt(const std::string& name) const {
  int64_t value = 0;
  KOPA_CHECK_MSG(absl::SimpleAtoi(Find(name, Kind::kInt).text, &value), name);
  return value;
}

absl::Duration Settings::GetDuration(const std::string& name) const {
  absl::Duration value;
  KOPA_CHECK_MSG(absl::ParseDuration(Find(name, Kind::kDuration).text, &value), name);
  return value;
}

bool Settings::IsSet(const std::string& name) const {
  const auto found = values_.find(name);
  KOPA_CHECK_MSG(found != values_.end(), name);
  return found->second.source != "default";
}

std::string Settings::Describe() const {
  size_t width = 0;
  for (const std::string& name : order_) width = std::max(width, name.size());
  std::string out;
  for (const std::string& name : order_) {
    const Value& value = values_.at(name);
    const std::string text =
        value.spec.secret && !value.text.empty() ? std::string("[hidden]") : value.text;
    absl::StrAppendFormat(&out, "%-*s = %s  (%s)\n", static_cast<int>(width), name,
                          text.empty() ? "\"\"" : text, value.source);
  }
  return out;
}

std::string HelpText(const CommandLine& command_line) {
  std::string out = absl::StrCat(command_line.summary, "\n\nusage: ", command_line.program);
  if (!command_line.subcommands.empty()) {
    absl::StrAppend(&out, command_line.default_subcommand.empty() ? " COMMAND" : " [COMMAND]");
  }
  absl::StrAppend(&out, " [FLAGS]\n");
  if (!command_line.subcommands.empty()) absl::StrAppend(&out, "\ncommands:\n");
  for (const SubcommandSpec& spec : command_line.subcommands) {
    absl::StrAppendFormat(&out, "  %-28s %s", spec.name, spec.help);
    absl::StrAppend(&out, spec.name == command_line.default_subcommand ? " (default)\n" : "\n");
  }
  absl::StrAppend(&out, "\nflags (flag > environment variable > settings file > default):\n");
  for (const SettingSpec& spec : command_line.settings) AppendFlagHelp(spec, &out);
  SettingSpec config;
  config.name = "config";
  config.env = kConfigVariable;
  config.value_name = "FILE";
  config.help = "settings file, TOML with the flags' names as keys";
  AppendFlagHelp(config, &out);
  absl::StrAppendFormat(&out, "%-30s %s\n", "  -h, --help", "this text");
  return out;
}

}  // namespace kopa::settings
