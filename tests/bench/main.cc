// kopa-bench: loads servers and peers and measures them. scripts/bench starts what is measured and
// sets the figures in relation.

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/flags.h"

int main(int argc, char** argv) {
  using kopa::bench::Flags;
  const std::map<std::string, std::function<void(const Flags&)>> measurements = {
      {"submit", kopa::bench::MeasureSubmit},     {"evaluate", kopa::bench::MeasureEvaluate},
      {"approve", kopa::bench::MeasureApprove},   {"visible", kopa::bench::MeasureVisible},
      {"totals", kopa::bench::MeasureTotals},     {"list", kopa::bench::MeasureList},
      {"link", kopa::bench::MeasureLink},         {"sync", kopa::bench::MeasureSync},
      {"postgres", kopa::bench::MeasurePostgres}, {"redis", kopa::bench::MeasureRedis},
      {"floor", kopa::bench::ServeFloor},
  };
  Flags flags;
  std::string what;
  CLI::App app("Measures Kopa and what it is compared with; see scripts/bench");
  std::vector<std::string> names;
  for (const auto& [name, measure] : measurements) names.push_back(name);
  app.add_option("measurement", what)->required()->check(CLI::IsMember(names));
  app.add_option("--address", flags.address);
  app.add_option("--central", flags.central);
  app.add_option("--call", flags.call);
  app.add_option("--place", flags.place);
  app.add_option("--node", flags.node);
  app.add_option("--actor", flags.actor);
  app.add_option("--ids", flags.ids);
  app.add_option("--folder", flags.folder);
  app.add_option("--socket", flags.socket);
  app.add_option("--mode", flags.mode);
  app.add_option("--state", flags.state);
  app.add_option("--first", flags.first)->check(CLI::NonNegativeNumber);
  app.add_option("--count", flags.count)->check(CLI::PositiveNumber);
  app.add_option("--clients", flags.clients)->check(CLI::Range(1, 4096));
  app.add_option("--batch", flags.batch)->check(CLI::Range(1, 1000));
  app.add_option("--connections", flags.connections)->check(CLI::Range(1, 64));
  app.add_option("--pause-us", flags.pause_us)->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  measurements.at(what)(flags);
  return 0;
}
