#include "tests/simulation/command_line.h"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "tests/simulation/play.h"

namespace kopa::simulation {
namespace {

constexpr char kUsage[] =
    "usage: simulation [--seeds A..B] [--minutes M] [--mix NAME] [--planted "
    "NAME]\n"
    "                  [--processes N] [--trace] [--quick]\n"
    "  --seeds      the first and the last; 1..1000 unless said\n"
    "  --minutes    stop playing then; 60 unless said\n"
    "  --mix        swarm (default), calm, cuts, crashes, copies, losses,\n"
    "               restored-centre, office\n"
    "  --planted    plant a fault around the cores (planted.cc)\n"
    "  --processes  as many as there are cores unless said\n"
    "  --trace      tell one seed in words, whole\n"
    "  --quick      don't look for the shortest history of a failing seed\n"
    "exit: 0 nothing is wrong; 1 something is; 2 wrong usage\n";

struct Arguments {
  Seeds seeds{1, 1000};
  double minutes = 60;
  size_t processes = std::max(1U, std::thread::hardware_concurrency());
  bool is_quick = false;
  bool tells = false;
  PlayOptions play;
};

bool ParsePlanted(const std::string& name, Planted* planted) {
  for (const PlantedName& known : PlantedNames()) {
    if (known.name != name) continue;
    *planted = known.planted;
    return true;
  }
  return false;
}

bool ParseSeeds(const std::string& text, Seeds* seeds) {
  const std::vector<std::string> parts = absl::StrSplit(text, "..");
  return parts.size() == 2 && absl::SimpleAtoi(parts[0], &seeds->first) &&
         absl::SimpleAtoi(parts[1], &seeds->last) && seeds->first > 0;
}

bool Parse(const std::vector<std::string>& words, Arguments* arguments) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--trace") {
      arguments->tells = true;
      continue;
    }
    if (words[i] == "--quick") {
      arguments->is_quick = true;
      continue;
    }
    if (i + 1 == words.size()) return false;
    const std::string& flag = words[i];
    const std::string& value = words[++i];
    const bool is_good = (flag == "--seeds" && ParseSeeds(value, &arguments->seeds)) ||
                         (flag == "--minutes" && absl::SimpleAtod(value, &arguments->minutes)) ||
                         (flag == "--processes" && absl::SimpleAtoi(value, &arguments->processes) &&
                          arguments->processes > 0) ||
                         (flag == "--planted" && ParsePlanted(value, &arguments->play.planted)) ||
                         flag == "--mix";
    if (!is_good) return false;
    if (flag == "--mix") arguments->play.mix = value;
  }
  const auto mix = DrawMix(arguments->play.mix, 1);
  if (!mix.ok()) std::cerr << std::string(mix.status().message()) << "\n";
  return mix.ok();
}

int Tell(const Arguments& arguments) {
  PlayOptions options = arguments.play;
  options.trace = Trace::Mode::kWords;
  const Outcome outcome = PlaySeed(arguments.seeds.first, options);
  for (const std::string& fault : outcome.faults) std::cout << "wrong: " << fault << "\n";
  return outcome.is_wrong() ? 1 : 0;
}

}  // namespace

int RunSimulation(const std::vector<std::string>& words) {
  Arguments arguments;
  if (!Parse(words, &arguments)) {
    std::cerr << kUsage;
    return 2;
  }
  if (arguments.tells) return Tell(arguments);
  const SeedsReport report = PlaySeeds(arguments.seeds, arguments.play, arguments.processes,
                                       absl::Minutes(arguments.minutes));
  const double seconds = absl::ToDoubleSeconds(report.took);
  std::cout << absl::StrFormat("%d seeds of mix %s in %.1f s: %.0f a minute in %d processes\n",
                               report.played, arguments.play.mix, seconds,
                               60.0 * static_cast<double>(report.played) / seconds,
                               arguments.processes);
  if (report.failed_seed == 0) return 0;
  std::cout << "failed at seed " << report.failed_seed << ": " << report.fault << "\n";
  if (!arguments.is_quick) {
    std::cout << "\n" << Explain(report.failed_seed, arguments.play, absl::Minutes(1));
  }
  return 1;
}

}  // namespace kopa::simulation
