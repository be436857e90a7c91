#ifndef KOPA_COMMON_SETTINGS_SETTINGS_H_
#define KOPA_COMMON_SETTINGS_SETTINGS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kopa::settings {

// Exit code of a program that was called wrongly (CONTRACT.md); what Parse() refuses is that.
inline constexpr int kExitUsage = 2;

enum class Kind {
  kString,
  kBool,      // as a flag: --name or --name=false; elsewhere true or false
  kInt,       // decimal, 64 bits, signed
  kDuration,  // "5s", "250ms", "1h30m"
};

// One row of a program's table of settings.
struct SettingSpec {
  std::string name;  // of the flag (--name) and of the key in the file: "data-dir"
  std::string env;   // "KOPA_DATA_DIR"; empty: not from the environment
  Kind kind = Kind::kString;
  std::string default_value;  // as one would write it; for kBool "" means false
  std::string help;           // one line
  std::string value_name;     // shown in --help: "DIR"; empty for kBool
  bool secret = false;        // Describe() hides the value
};

struct SubcommandSpec {
  std::string name;
  std::string help;
  size_t arguments_max = 0;  // words that may follow it
};

// What a program takes on its command line. `--config FILE` and `--help` are always there; do not
// list them.
struct CommandLine {
  std::string program;
  std::string summary;
  std::vector<SettingSpec> settings;
  std::vector<SubcommandSpec> subcommands;
  std::string default_subcommand;  // taken where none is named; empty: one must be named
};

// Looks up a variable of the environment.
using Environment = std::function<absl::optional<std::string>(const std::string& name)>;
Environment ProcessEnvironment();

// The settings of one run: flag, else environment, else the file named by --config (or
// KOPA_CONFIG), else default. An empty variable counts as not set. The file is TOML with the names
// as keys:
//   data-dir = "/var/lib/kopa"
//   insecure = true
// Immutable, so any thread may read it.
class Settings {
 public:
  // INVALID_ARGUMENT for anything a person got wrong, saying where (flag, variable, file:line) and,
  // where a name is unknown, which known one is nearest; the program prints it and exits with
  // kExitUsage. Where --help was given, nothing else is looked at.
  static absl::StatusOr<Settings> Parse(int argc, const char* const* argv,
                                        const CommandLine& command_line,
                                        const Environment& environment);

  // True where --help was given: print HelpText() and exit 0.
  bool help() const { return help_; }
  const std::string& subcommand() const { return subcommand_; }
  // The words after the subcommand.
  const std::vector<std::string>& arguments() const { return arguments_; }

  // Asking for a name that is not in the table, or as another kind, is a broken invariant.
  const std::string& GetString(const std::string& name) const;
  bool GetBool(const std::string& name) const;
  int64_t GetInt(const std::string& name) const;
  absl::Duration GetDuration(const std::string& name) const;
  // Whether the value comes from anywhere but the default.
  bool IsSet(const std::string& name) const;

  // One line a setting, in the table's order: name, value, and where the value comes from ("flag",
  // "KOPA_DATA_DIR", "kopa.toml:3", "default"). Secrets show as "[hidden]".
  std::string Describe() const;

 private:
  struct Value {
    SettingSpec spec;
    std::string text;    // in canonical form for its kind
    std::string source;  // as Describe() shows it
  };

  Settings() = default;
  const Value& Find(const std::string& name, Kind kind) const;

  bool help_ = false;
  std::string subcommand_;
  std::vector<std::string> arguments_;
  std::vector<std::string> order_;
  std::map<std::string, Value> values_;
};

std::string HelpText(const CommandLine& command_line);

}  // namespace kopa::settings

#endif  // KOPA_COMMON_SETTINGS_SETTINGS_H_
