// The `kopa` tool: wires the commands to the machine they run on.

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "client/cli/environment.h"
#include "client/cli/interrupts.h"
#include "client/cli/tool.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"

int main(int argc, char** argv) {
  kopa::cli::Interrupts interrupts;
  const kopa::SystemClock clock;
  kopa::SystemEntropy entropy;
  kopa::cli::ToolEnvironment environment;
  environment.out = &std::cout;
  environment.err = &std::cerr;
  environment.variable = kopa::settings::ProcessEnvironment();
  environment.colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  environment.err_is_terminal = isatty(STDERR_FILENO) == 1;
  environment.parts = {&clock, &entropy, [](absl::Duration delay) { absl::SleepFor(delay); }};
  environment.end_in_order = [&](bool in_order) { interrupts.EndInOrder(in_order); };
  environment.interrupted = [&] { return interrupts.interrupted(); };
  environment.set_repeatable = [&](bool repeatable) { interrupts.SetRepeatable(repeatable); };
  return static_cast<int>(
      kopa::cli::RunTool(std::vector<std::string>(argv + 1, argv + argc), environment));
}
