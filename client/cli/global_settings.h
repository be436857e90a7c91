#ifndef KOPA_CLIENT_CLI_GLOBAL_SETTINGS_H_
#define KOPA_CLIENT_CLI_GLOBAL_SETTINGS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/include/kopa/connection_options.h"
#include "common/settings/settings.h"

namespace kopa::cli {

enum class OutputFormat { kTable, kJson, kCsv };

// The options that every command takes, as typed; empty where not given.
struct GlobalFlags {
  std::string central;
  std::string node;
  std::string context;
  bool insecure = false;
  std::optional<std::string> actor;
  std::string tls_certificate_file;
  std::string tls_key_file;
  std::string tls_authority_file;
  std::string output;
  std::string timeout;
};

// What holds for one run. At most one of `central` and `node` is set.
struct GlobalSettings {
  std::string central;
  std::string node;
  client::ConnectionOptions connection;
  // False where nobody said who acts: only reading is done as nobody.
  bool actor_is_known = false;
  OutputFormat output = OutputFormat::kTable;
};

// One way to the servers, named in the user's config file:
//   current = "trial"
//   [contexts.trial]
//   central = "127.0.0.1:7400"
//   insecure = true
//   actor = "anna"
struct ContextSettings {
  std::string central;
  std::string node;
  bool insecure = false;
  std::string actor;
  std::string tls_certificate_file;  // tls-cert
  std::string tls_key_file;          // tls-key
  std::string tls_authority_file;    // tls-ca
};
struct ContextFile {
  std::string current;
  std::map<std::string, ContextSettings> contexts;
};

// Reads $XDG_CONFIG_HOME/kopa/config.toml, else ~/.config/kopa/config.toml; no contexts where there
// is none. A usage error with file and line where something in it is wrong.
absl::StatusOr<ContextFile> ReadContexts(const settings::Environment& variable);
absl::StatusOr<ContextFile> ParseContexts(const std::string& path, const std::string& content);

// Flag, else environment, else context. The address is one setting: whichever comes first of these
// gives it, and an address of the others, centre or node, no longer counts. Where both stand at one
// place the centre's is taken, except on the command line, where that is a usage error.
absl::StatusOr<GlobalSettings> Merge(const GlobalFlags& flags,
                                     const settings::Environment& variable,
                                     const ContextFile& contexts);

// "30s", "2m"; a bare number is seconds.
absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_GLOBAL_SETTINGS_H_
