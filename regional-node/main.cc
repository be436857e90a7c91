// kopa-node: a region's own node. What it can be told to do is in regional-node/commands; this
// chooses.

#include <iostream>

#include "common/base/version.h"
#include "common/settings/settings.h"
#include "regional-node/commands/command_line.h"
#include "regional-node/commands/offline.h"
#include "regional-node/commands/run.h"

namespace kopa::node {
namespace {

constexpr int kExitFailed = 1;

int Failed(const absl::Status& status, int exit_code = kExitFailed) {
  std::cerr << "kopa-node: " << status.message() << std::endl;
  return exit_code;
}

int Verify(const settings::Settings& settings) {
  if (settings.GetString("data-dir").empty()) {
    return Failed(absl::InvalidArgumentError("--data-dir is missing"), settings::kExitUsage);
  }
  const auto holds = VerifyFolder(settings.GetString("data-dir"), std::cout);
  if (!holds.ok()) return Failed(holds.status());
  return *holds ? 0 : kExitFailed;
}

int Main(int argc, const char* const* argv) {
  const settings::CommandLine command_line = NodeCommandLine();
  const auto settings =
      settings::Settings::Parse(argc, argv, command_line, settings::ProcessEnvironment());
  if (!settings.ok()) return Failed(settings.status(), settings::kExitUsage);
  if (settings->help()) {
    std::cout << settings::HelpText(command_line) << std::flush;
    return 0;
  }
  if (settings->subcommand() == "version") {
    std::cout << "kopa-node " << kVersion << " (" << kBuild << ")" << std::endl;
    return 0;
  }
  if (settings->subcommand() == "verify") return Verify(*settings);

  const auto read = ReadNodeSettings(*settings);
  if (!read.ok()) return Failed(read.status(), settings::kExitUsage);
  if (settings->subcommand() == "check-config") {
    PrintConfig(*settings, std::cout);
    return 0;
  }
  const absl::Status status = Run(*read);
  return status.ok() ? 0 : Failed(status);
}

}  // namespace
}  // namespace kopa::node

int main(int argc, char** argv) { return kopa::node::Main(argc, argv); }
