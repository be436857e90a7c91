#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/observability/metrics.h"

namespace kopa::observability {
namespace {

// Files below /proc have no size to ask for, so this reads to the end.
std::string ReadProc(const char* path) {
  std::string content;
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return content;
  char buffer[4096];
  size_t size = 0;
  while ((size = std::fread(buffer, 1, sizeof(buffer), file)) > 0) content.append(buffer, size);
  std::fclose(file);
  return content;
}

// Fields of /proc/self/stat by their numbers in proc(5), which counts from 1.
enum StatField : size_t {
  kUserTicks = 14,
  kSystemTicks = 15,
  kThreads = 20,
  kStartTicks = 22,
  kVirtualBytes = 23,
  kResidentPages = 24,
};

double Stat(StatField field) {
  const std::string content = ReadProc("/proc/self/stat");
  // The second field is the program's name in brackets and may hold anything: begin after it.
  const size_t name_end = content.rfind(')');
  if (name_end == std::string::npos) return 0;
  const std::vector<std::string> rest =
      absl::StrSplit(content.substr(name_end + 1), ' ', absl::SkipEmpty());
  double value = 0;
  if (field - 3 < rest.size() && absl::SimpleAtod(rest[field - 3], &value)) return value;
  return 0;
}

double TicksPerSecond() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

double BootSeconds() {
  for (const absl::string_view line : absl::StrSplit(ReadProc("/proc/stat"), '\n')) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    double value = 0;
    if (words.size() == 2 && words[0] == "btime" && absl::SimpleAtod(words[1], &value))
      return value;
  }
  return 0;
}

double OpenDescriptors() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  int count = 0;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') ++count;
  }
  closedir(folder);
  return count - 1;  // the one this walk used
}

double DescriptorsMax() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void RegisterProcessMetrics(Metrics* metrics) {
  const double page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
  metrics->CallbackCounter(
      "process_cpu_seconds_total", "Processor time used, user and system.", {},
      [] { return (Stat(kUserTicks) + Stat(kSystemTicks)) / TicksPerSecond(); });
  metrics->CallbackGauge("process_resident_memory_bytes", "Memory held in RAM.", {},
                         [page_bytes] { return Stat(kResidentPages) * page_bytes; });
  metrics->CallbackGauge("process_virtual_memory_bytes", "Address space used.", {},
                         [] { return Stat(kVirtualBytes); });
  metrics->CallbackGauge("process_open_fds", "Open file descriptors.", {}, OpenDescriptors);
  metrics->CallbackGauge("process_max_fds", "File descriptors the process may open.", {},
                         DescriptorsMax);
  metrics->CallbackGauge("process_threads", "Threads of the process.", {},
                         [] { return Stat(kThreads); });
  const double start_seconds = BootSeconds() + Stat(kStartTicks) / TicksPerSecond();
  metrics->CallbackGauge("process_start_time_seconds", "Start of the process, Unix time.", {},
                         [start_seconds] { return start_seconds; });
}

}  // namespace kopa::observability
