#ifndef KOPA_TESTS_SIMULATION_COMMAND_LINE_H_
#define KOPA_TESTS_SIMULATION_COMMAND_LINE_H_

#include <string>
#include <vector>

namespace kopa::simulation {

// The program `simulation` with these words after its name; what comes back is its exit code.
int RunSimulation(const std::vector<std::string>& words);

}  // namespace kopa::simulation

#endif  // KOPA_TESTS_SIMULATION_COMMAND_LINE_H_
