#include "common/server/program.h"

#include <iostream>

#include "absl/strings/string_view.h"
#include "common/base/version.h"

namespace kopa::server {
namespace {

constexpr int kExitFailed = 1;

int Failed(const Program& program, absl::string_view message, int exit_code = kExitFailed) {
  std::cerr << program.command_line.program << ": " << message << std::endl;
  return exit_code;
}

int Verify(const Program& program, const settings::Settings& settings) {
  const std::string& data_dir = settings.GetString("data-dir");
  if (data_dir.empty()) return Failed(program, "--data-dir is missing", settings::kExitUsage);
  const auto holds = program.verify(data_dir, std::cout);
  if (!holds.ok()) return Failed(program, holds.status().message());
  return *holds ? 0 : kExitFailed;
}

}  // namespace

int RunProgram(const Program& program, int argc, const char* const* argv) {
  const auto settings =
      settings::Settings::Parse(argc, argv, program.command_line, settings::ProcessEnvironment());
  if (!settings.ok()) {
    return Failed(program, settings.status().message(), settings::kExitUsage);
  }
  if (settings->help()) {
    std::cout << settings::HelpText(program.command_line) << std::flush;
    return 0;
  }
  if (settings->subcommand() == "version") {
    std::cout << program.command_line.program << " " << kVersion << " (" << kBuild << ")"
              << std::endl;
    return 0;
  }
  if (settings->subcommand() == "verify" && program.verify != nullptr) {
    return Verify(program, *settings);
  }
  if (const auto found = program.more.find(settings->subcommand()); found != program.more.end()) {
    const absl::Status status = found->second(*settings, std::cout);
    if (status.ok()) return 0;
    return Failed(program, status.message(),
                  absl::IsInvalidArgument(status) ? settings::kExitUsage : kExitFailed);
  }
  // What is in force is shown even where it can't run, and then what is wrong with it.
  if (settings->subcommand() == "check-config") {
    const absl::Status printed = program.print_config(*settings, std::cout);
    if (!printed.ok()) return Failed(program, printed.message());
  }
  if (absl::Status status = program.check(*settings); !status.ok()) {
    return Failed(program, status.message(), settings::kExitUsage);
  }
  if (settings->subcommand() == "check-config") return 0;
  const absl::Status status = program.run(*settings);
  return status.ok() ? 0 : Failed(program, status.message());
}

}  // namespace kopa::server
