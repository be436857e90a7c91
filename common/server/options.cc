#include "common/server/options.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/settings/address.h"

namespace kopa::server {

using ::kopa::settings::Kind;
using ::kopa::settings::SettingSpec;

namespace {

constexpr int64_t kReserveMibMax = 1 << 20;

SettingSpec Text(std::string name, std::string env, std::string default_value, std::string help,
                 std::string value_name) {
  SettingSpec spec;
  spec.name = std::move(name);
  spec.env = std::move(env);
  spec.default_value = std::move(default_value);
  spec.help = std::move(help);
  spec.value_name = std::move(value_name);
  return spec;
}

absl::Status CheckAddress(const std::string& name, const std::string& text) {
  const auto address = settings::ParseAddress(text);
  if (address.ok()) return absl::OkStatus();
  return Annotate(address.status(), absl::StrCat("--", name));
}

absl::Status CheckTransport(const Options& options, std::vector<std::string> addresses) {
  const int given = static_cast<int>(!options.tls.cert.empty()) +
                    static_cast<int>(!options.tls.key.empty()) +
                    static_cast<int>(!options.tls.ca.empty());
  const bool any_given = given != 0 || !options.tls.crl.empty();
  if (!options.insecure && given != 3) {
    return absl::InvalidArgumentError(
        "--tls-cert, --tls-key and --tls-ca are all needed (or --insecure, for trials on this "
        "machine)");
  }
  if (options.insecure && any_given) {
    return absl::InvalidArgumentError("--insecure and --tls-... exclude each other");
  }
  if (!options.insecure) return absl::OkStatus();
  addresses.push_back(options.listen);
  addresses.push_back(options.http);
  return rpc::CheckInsecureAllowed(addresses);
}

}  // namespace

std::vector<SettingSpec> OptionSpecs(const Defaults& defaults) {
  std::vector<SettingSpec> specs = {
      Text("data-dir", "KOPA_DATA_DIR", "",
           "folder of the store; made if missing, held by one process at a time", "DIR"),
      Text("listen", "KOPA_LISTEN", defaults.listen, "where to serve gRPC; port 0 picks one",
           "ADDR:PORT"),
      Text("http", "KOPA_HTTP", defaults.http,
           "where to serve /metrics, /healthz and /readyz; port 0 picks one", "ADDR:PORT"),
      Text("tls-cert", "KOPA_TLS_CERT", "", "certificate of this server, PEM", "FILE"),
      Text("tls-key", "KOPA_TLS_KEY", "", "its private key, PEM", "FILE"),
      Text("tls-ca", "KOPA_TLS_CA", "", "whose certificates are trusted, PEM", "FILE"),
      Text("tls-crl", "KOPA_TLS_CRL", "", "which of these are revoked, PEM; may be left out",
           "FILE"),
  };
  SettingSpec reserve = Text("disk-reserve-mib", "KOPA_DISK_RESERVE_MIB", "64",
                             "writes are refused when less than this is free", "MIB");
  reserve.kind = Kind::kInt;
  specs.push_back(reserve);
  SettingSpec insecure;
  insecure.name = "insecure";
  insecure.env = "KOPA_INSECURE";
  insecure.kind = Kind::kBool;
  insecure.help = "plaintext, and callers are believed; loopback only, for trials";
  specs.push_back(insecure);
  specs.push_back(
      Text("log-level", "KOPA_LOG_LEVEL", "info", "debug, info, warning or error", "LEVEL"));
  specs.push_back(Text("log-format", "KOPA_LOG_FORMAT", "text", "text or json", "FORMAT"));
  return specs;
}

absl::StatusOr<Options> ReadOptions(const settings::Settings& settings,
                                    const std::vector<std::string>& more_addresses) {
  Options options;
  options.data_dir = settings.GetString("data-dir");
  options.listen = settings.GetString("listen");
  options.http = settings.GetString("http");
  options.insecure = settings.GetBool("insecure");
  options.tls = {settings.GetString("tls-cert"), settings.GetString("tls-key"),
                 settings.GetString("tls-ca"), settings.GetString("tls-crl")};
  ASSIGN_OR_RETURN(options.log_level, observability::ParseLevel(settings.GetString("log-level")));
  ASSIGN_OR_RETURN(options.log_format,
                   observability::ParseLogFormat(settings.GetString("log-format")));
  const int64_t reserve_mib = settings.GetInt("disk-reserve-mib");
  if (reserve_mib < 0 || reserve_mib > kReserveMibMax) {
    return absl::InvalidArgumentError(absl::StrCat("--disk-reserve-mib is 0 to ", kReserveMibMax));
  }
  options.disk_reserve_bytes = static_cast<uint64_t>(reserve_mib) << 20;
  if (options.data_dir.empty()) {
    return absl::InvalidArgumentError("--data-dir is missing: say where the data are to lie");
  }
  RETURN_IF_ERROR(CheckAddress("listen", options.listen));
  RETURN_IF_ERROR(CheckAddress("http", options.http));
  RETURN_IF_ERROR(CheckTransport(options, more_addresses));
  return options;
}

}  // namespace kopa::server
