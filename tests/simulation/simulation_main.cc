// Plays simulated worlds from seeds and says what goes wrong in them; see README.md.

#include <string>
#include <vector>

#include "tests/simulation/command_line.h"

int main(int argc, char** argv) {
  return kopa::simulation::RunSimulation(std::vector<std::string>(argv + 1, argv + argc));
}
