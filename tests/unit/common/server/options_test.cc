#include "common/server/options.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kopa::server {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<Options> Read(const std::vector<const char*>& flags,
                             const std::vector<std::string>& more_addresses = {},
                             const std::string& data_dir = "d") {
  settings::CommandLine line;
  line.program = "test";
  line.settings = OptionSpecs({.listen = "127.0.0.1:7400", .http = "127.0.0.1:7480"});
  line.subcommands = {{"run", "", 0}};
  line.default_subcommand = "run";
  std::vector<const char*> arguments = {"test"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const auto environment = [&](const std::string& name) -> absl::optional<std::string> {
    if (name == "KOPA_DATA_DIR") return data_dir;
    return absl::nullopt;
  };
  const auto settings = settings::Settings::Parse(static_cast<int>(arguments.size()),
                                                  arguments.data(), line, environment);
  if (!settings.ok()) return settings.status();
  return ReadOptions(*settings, more_addresses);
}

std::string FaultOf(const absl::StatusOr<Options>& options) {
  EXPECT_TRUE(absl::IsInvalidArgument(options.status())) << options.status();
  return std::string(options.status().message());
}

TEST(Options, DefaultsAreTaken) {
  const auto options = Read({"--insecure"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->data_dir, "d");
  EXPECT_EQ(options->listen, "127.0.0.1:7400");
  EXPECT_EQ(options->http, "127.0.0.1:7480");
  EXPECT_EQ(options->transport(), rpc::Transport::kInsecure);
  EXPECT_EQ(options->log_level, observability::Level::kInfo);
  EXPECT_EQ(options->disk_reserve_bytes, uint64_t{64} << 20);
}

TEST(Options, EitherAllOfTlsOrInsecureIsNeeded) {
  const auto tls = Read({"--tls-cert=c", "--tls-key=k", "--tls-ca=a"});
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_EQ(tls->transport(), rpc::Transport::kTls);
  EXPECT_EQ(tls->tls.key, "k");
  EXPECT_EQ(tls->tls.crl, "");
  EXPECT_EQ(Read({"--tls-cert=c", "--tls-key=k", "--tls-ca=a", "--tls-crl=r"})->tls.crl, "r");
  EXPECT_THAT(FaultOf(Read({})), HasSubstr("are all needed"));
  EXPECT_THAT(FaultOf(Read({"--tls-cert=c", "--tls-key=k"})), HasSubstr("are all needed"));
  EXPECT_THAT(FaultOf(Read({"--insecure", "--tls-ca=a"})), HasSubstr("exclude each other"));
  EXPECT_THAT(FaultOf(Read({"--insecure", "--tls-crl=r"})), HasSubstr("exclude each other"));
}

TEST(Options, InsecureIsForLoopbackAlone) {
  for (const char* address : {"--listen=0.0.0.0:1", "--http=192.0.2.1:1"}) {
    EXPECT_THAT(FaultOf(Read({"--insecure", address})), HasSubstr("loopback")) << address;
  }
  EXPECT_THAT(FaultOf(Read({"--insecure"}, {"192.0.2.1:1"})), HasSubstr("loopback"));
  EXPECT_TRUE(Read({"--insecure", "--listen=[::1]:0"}, {"localhost:1", ""}).ok());
}

TEST(Options, WrongValuesAreNamed) {
  EXPECT_THAT(FaultOf(Read({"--insecure", "--listen=here"})), HasSubstr("--listen"));
  EXPECT_THAT(FaultOf(Read({"--insecure", "--http=here"})), HasSubstr("--http"));
  EXPECT_THAT(FaultOf(Read({"--insecure", "--log-level=loud"})), HasSubstr("debug"));
  EXPECT_THAT(FaultOf(Read({"--insecure", "--disk-reserve-mib=-1"})),
              HasSubstr("--disk-reserve-mib"));
  EXPECT_THAT(FaultOf(Read({"--insecure"}, {}, "")), HasSubstr("--data-dir is missing"));
}

}  // namespace
}  // namespace kopa::server
