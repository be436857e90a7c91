#include "central/commands/command_line.h"

#include "common/operations/backup_command.h"
#include "common/server/options.h"

namespace kopa::central {

settings::CommandLine CentralCommandLine() {
  settings::CommandLine line;
  line.program = "kopa-central";
  line.summary = "The centre of Kopa: national totals, budget and the nodes' links.";
  line.settings = server::OptionSpecs({.listen = "127.0.0.1:7400", .http = "127.0.0.1:0"});
  settings::SettingSpec programmes;
  programmes.name = "programmes";
  programmes.env = "KOPA_PROGRAMMES";
  programmes.help = "folder with definitions of calls (*.textproto) instead of the embedded ones";
  programmes.value_name = "DIR";
  line.settings.push_back(programmes);
  line.subcommands = {
      {"run", "serve; the default", 0},
      {"check-config", "print settings, limits and calls, and start nothing", 0},
      {"verify", "recompute everything in a data folder at rest; exit 1 where something differs",
       0},
      {"version", "print version and build", 0},
  };
  for (const settings::SettingSpec& spec : operations::BackupSettings()) {
    line.settings.push_back(spec);
  }
  for (const settings::SubcommandSpec& spec : operations::BackupSubcommands()) {
    line.subcommands.push_back(spec);
  }
  line.default_subcommand = "run";
  return line;
}

}  // namespace kopa::central
