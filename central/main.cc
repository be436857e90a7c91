// kopa-central: the centre. What it can be told to do is in central/commands; this chooses.

#include <iostream>

#include "central/commands/command_line.h"
#include "central/commands/offline.h"
#include "central/commands/run.h"
#include "common/base/version.h"
#include "common/server/options.h"
#include "common/settings/settings.h"

namespace kopa::central {
namespace {

constexpr int kExitFailed = 1;

int Failed(const absl::Status& status, int exit_code = kExitFailed) {
  std::cerr << "kopa-central: " << status.message() << std::endl;
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
  const settings::CommandLine command_line = CentralCommandLine();
  const auto settings =
      settings::Settings::Parse(argc, argv, command_line, settings::ProcessEnvironment());
  if (!settings.ok()) return Failed(settings.status(), settings::kExitUsage);
  if (settings->help()) {
    std::cout << settings::HelpText(command_line) << std::flush;
    return 0;
  }
  if (settings->subcommand() == "version") {
    std::cout << "kopa-central " << kVersion << " (" << kBuild << ")" << std::endl;
    return 0;
  }
  if (settings->subcommand() == "verify") return Verify(*settings);

  const auto options = server::ReadOptions(*settings);
  if (!options.ok()) return Failed(options.status(), settings::kExitUsage);
  const absl::Status status = settings->subcommand() == "check-config"
                                  ? PrintConfig(*settings, std::cout)
                                  : Run(*options, settings->GetString("programmes"));
  return status.ok() ? 0 : Failed(status);
}

}  // namespace
}  // namespace kopa::central

int main(int argc, char** argv) { return kopa::central::Main(argc, argv); }
