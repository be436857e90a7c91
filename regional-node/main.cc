// kopa-node: a region's own node. What it can be told to do is in regional-node/commands.

#include "common/base/status.h"
#include "common/server/program.h"
#include "regional-node/commands/backup.h"
#include "regional-node/commands/command_line.h"
#include "regional-node/commands/offline.h"
#include "regional-node/commands/rejoin.h"
#include "regional-node/commands/run.h"

namespace {

absl::Status RunNode(const kopa::settings::Settings& settings) {
  ASSIGN_OR_RETURN(const kopa::node::NodeSettings read, kopa::node::ReadNodeSettings(settings));
  return kopa::node::Run(read);
}

}  // namespace

int main(int argc, char** argv) {
  kopa::server::Program program;
  program.command_line = kopa::node::NodeCommandLine();
  program.check = [](const auto& settings) {
    return kopa::node::ReadNodeSettings(settings).status();
  };
  program.run = RunNode;
  program.print_config = kopa::node::PrintConfig;
  program.more["verify"] = kopa::node::VerifyFolder;
  program.more["backup"] = kopa::node::BackUpNode;
  program.more["restore"] = kopa::node::RestoreNode;
  program.more["rejoin"] = kopa::node::RejoinNode;
  return kopa::server::RunProgram(program, argc, argv);
}
