// A checker that finds nothing proves nothing: here are faults that it has to find, each within a
// number of seeds that is the same every time. The table is printed with how many each one took.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace kopa::simulation {
namespace {

struct PlantedFault {
  absl::string_view name;
  bool is_in_core;  // a program of its own, made by kopa_mutant(); else a flag of `simulation`
  absl::string_view mix;
  uint64_t seeds_most;
};

// In the order of DESIGN's promises: what is lost, what is spent twice, what is told twice or
// wrongly.
constexpr PlantedFault kFaults[] = {
    {"ack-before-sync", false, "swarm", 50},
    {"batch-lost", false, "swarm", 50},
    {"sequence-reuse", false, "swarm", 200},
    {"request-forgotten", false, "swarm", 300},
    {"cursor-outside-batch", false, "swarm", 1000},
    {"allotment-before-durable", false, "swarm", 500},
    {"delta-allotments", false, "swarm", 200},
    {"spending-without-proof", false, "copies", 3000},
    {"old-copy-not-fenced", false, "copies", 4000},
    {"proof-skipped", true, "copies", 3000},
    {"reclaim-by-timeout", true, "swarm", 200},
    {"hand-back-before-journal", true, "swarm", 200},
    {"headroom-not-checked", true, "swarm", 200},
    {"summary-counted-twice", true, "swarm", 200},
    {"recall-forgotten", true, "swarm", 500},
    {"ranking-eaten", true, "office", 3000},
    {"budget-cut-too-far", true, "office", 1000},
    {"award-taken-back-twice", true, "swarm", 500},
    {"rejoin-keeps-headroom", true, "copies", 1000},
    {"rejoin-forgets-own", true, "copies", 1000},
};

std::string OutputOf(const std::string& command) {
  std::string said;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return said;
  char buffer[4096];
  while (fgets(buffer, sizeof(buffer), pipe) != nullptr) said += buffer;
  pclose(pipe);
  return said;
}

std::string CommandOf(const PlantedFault& fault) {
  const std::string name(fault.name);
  const std::string program =
      fault.is_in_core ? absl::StrCat(KOPA_SIMULATION_DIR "/mutants/simulation_", name)
                       : absl::StrCat(KOPA_SIMULATION_DIR "/simulation --planted ", name);
  return absl::StrCat(program, " --seeds 1..", fault.seeds_most, " --mix ", std::string(fault.mix),
                      " --processes 1 --quick --minutes 1 2>&1");
}

TEST(MutationGate, EveryPlantedFaultIsFoundWithinItsSeeds) {
  constexpr absl::string_view kFound = "failed at seed ";
  for (const PlantedFault& fault : kFaults) {
    const std::string said = OutputOf(CommandOf(fault));
    const size_t at = said.find(std::string(kFound));
    EXPECT_NE(at, std::string::npos) << std::string(fault.name) << " was not found:\n" << said;
    if (at == std::string::npos) continue;
    const std::string rest = said.substr(at + kFound.size());
    uint64_t seed = 0;
    EXPECT_TRUE(absl::SimpleAtoi(rest.substr(0, rest.find(':')), &seed));
    const std::string what = rest.substr(rest.find(':') + 2);
    std::cout << absl::StrFormat("%-26s %-7s %5d of %5d seeds  %s\n", std::string(fault.name),
                                 std::string(fault.mix), seed, fault.seeds_most,
                                 what.substr(0, what.find('\n')).substr(0, 110));
  }
}

// Else the gate would say nothing: the same program without a planted fault finds nothing.
TEST(MutationGate, NothingIsFoundWhereNothingIsPlanted) {
  const std::string said =
      OutputOf(KOPA_SIMULATION_DIR "/simulation --seeds 1..200 --processes 1 --quick 2>&1");
  EXPECT_EQ(said.find("failed"), std::string::npos) << said;
  EXPECT_NE(said.find("200 seeds"), std::string::npos) << said;
}

}  // namespace
}  // namespace kopa::simulation
