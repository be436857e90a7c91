#ifndef KOPA_TESTS_BENCH_FLAGS_H_
#define KOPA_TESTS_BENCH_FLAGS_H_

#include <cstdint>
#include <string>

namespace kopa::bench {

// What the measurements of kopa-bench may be told; each uses what it needs.
struct Flags {
  std::string address;  // of the server that is measured, host:port
  std::string central;  // of the centre, where a measurement needs both
  std::string call = "bench";
  std::string place;  // name of a municipality (submit) or its code (link)
  std::string node;   // whose journal is played (link)
  std::string actor = "bench";
  std::string ids;     // file of application ids, 16 bytes each
  std::string folder;  // for data, or of the peer's socket
  std::string socket;  // of Redis
  std::string mode;    // of a peer's measurement
  std::string state;   // file that remembers how far a played journal went
  int64_t first = 0;   // number of the first application, or of the first id in the file
  int64_t count = 1000;
  int clients = 1;  // at once
  int batch = 1;    // applications a request, records a message, commands a pipeline
  int connections = 1;
  int64_t pause_us = 0;
};

// One function a measurement; each prints one line and ends the process where it can't measure.
// Numbers of applications, evaluations and approvals are counted by what the server answered.
void MeasureSubmit(const Flags& flags);
void MeasureEvaluate(const Flags& flags);
void MeasureApprove(const Flags& flags);
void MeasureVisible(const Flags& flags);
void MeasureTotals(const Flags& flags);
void MeasureList(const Flags& flags);
void MeasureLink(const Flags& flags);
void MeasureSync(const Flags& flags);
void MeasurePostgres(const Flags& flags);
void MeasureRedis(const Flags& flags);
// Serves until SIGTERM.
void ServeFloor(const Flags& flags);

}  // namespace kopa::bench

#endif  // KOPA_TESTS_BENCH_FLAGS_H_
