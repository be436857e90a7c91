// kopa-central: the centre. What it can be told to do is in central/commands.

#include "central/commands/backup.h"
#include "central/commands/command_line.h"
#include "central/commands/offline.h"
#include "central/commands/run.h"
#include "common/base/status.h"
#include "common/server/options.h"
#include "common/server/program.h"

namespace {

absl::Status RunCentral(const kopa::settings::Settings& settings) {
  ASSIGN_OR_RETURN(const kopa::server::Options options, kopa::server::ReadOptions(settings));
  return kopa::central::Run(options, settings.GetString("programmes"));
}

}  // namespace

int main(int argc, char** argv) {
  kopa::server::Program program;
  program.command_line = kopa::central::CentralCommandLine();
  program.check = [](const auto& settings) { return kopa::server::ReadOptions(settings).status(); };
  program.run = RunCentral;
  program.print_config = kopa::central::PrintConfig;
  program.verify = kopa::central::VerifyFolder;
  program.more["backup"] = kopa::central::BackUpCentre;
  program.more["restore"] = kopa::central::RestoreCentre;
  return kopa::server::RunProgram(program, argc, argv);
}
