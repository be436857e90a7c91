#ifndef KOPA_COMMON_SETTINGS_SOURCES_H_
#define KOPA_COMMON_SETTINGS_SOURCES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/settings/settings.h"

// Internal to this library: where the texts of settings are read from, before they are merged.
namespace kopa::settings::internal {

struct Sourced {
  std::string text;
  std::string source;  // "flag", "KOPA_DATA_DIR", "kopa.toml:3"
};
using SourcedTexts = std::map<std::string, Sourced>;  // by the setting's name

struct Flags {
  bool help = false;
  std::string subcommand;
  std::vector<std::string> arguments;
  SourcedTexts texts;  // "config" among them
};

// INVALID_ARGUMENT for unknown or malformed flags, unknown subcommands, and words nobody asked for.
absl::StatusOr<Flags> ReadFlags(int argc, const char* const* argv, const CommandLine& command_line);

// INVALID_ARGUMENT with file:line for what is no TOML, for unknown keys and for values of another
// kind.
absl::StatusOr<SourcedTexts> ReadFile(const std::string& path,
                                      const std::vector<SettingSpec>& settings);

// "...; did you mean NAME?" where one is near, with `prefix` before the name; else empty.
std::string DidYouMean(const std::string& word, const std::vector<std::string>& candidates,
                       const std::string& prefix);

std::vector<std::string> NamesOf(const std::vector<SettingSpec>& settings);

}  // namespace kopa::settings::internal

#endif  // KOPA_COMMON_SETTINGS_SOURCES_H_
