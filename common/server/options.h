#ifndef KOPA_COMMON_SERVER_OPTIONS_H_
#define KOPA_COMMON_SERVER_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/observability/logging.h"
#include "common/rpc/identity.h"
#include "common/rpc/tls.h"
#include "common/settings/settings.h"

namespace kopa::server {

// The settings that both servers have (CONTRACT.md).
struct Options {
  std::string data_dir;
  std::string listen;
  std::string http;
  bool insecure = false;
  rpc::TlsFiles tls;
  uint64_t disk_reserve_bytes = 0;
  observability::Level log_level = observability::Level::kInfo;
  observability::LogFormat log_format = observability::LogFormat::kText;

  rpc::Transport transport() const {
    return insecure ? rpc::Transport::kInsecure : rpc::Transport::kTls;
  }
};

// Where a server listens unless told otherwise.
struct Defaults {
  std::string listen;
  std::string http;
};

// Rows for a program's table of settings.
std::vector<settings::SettingSpec> OptionSpecs(const Defaults& defaults);

// Reads them back. `more_addresses` are others that plaintext would go to or come from.
//
// INVALID_ARGUMENT where an address or a word is wrong, where neither --insecure nor all of the TLS
// files are given, where both are, or where --insecure meets an address that is not loopback.
absl::StatusOr<Options> ReadOptions(const settings::Settings& settings,
                                    const std::vector<std::string>& more_addresses = {});

}  // namespace kopa::server

#endif  // KOPA_COMMON_SERVER_OPTIONS_H_
