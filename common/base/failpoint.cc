#include "common/base/failpoint.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace kopa::internal {
namespace {

constexpr char kVariable[] = "KOPA_FAILPOINT";

struct Wanted {
  std::string name;
  int64_t nth = 1;
};

Wanted ReadWanted() {
  const char* value = std::getenv(kVariable);
  Wanted wanted;
  wanted.name = value == nullptr ? "" : value;
  if (const size_t colon = wanted.name.find(':'); colon != std::string::npos) {
    const bool is_number = absl::SimpleAtoi(wanted.name.substr(colon + 1), &wanted.nth);
    KOPA_CHECK_MSG(is_number && wanted.nth >= 1,
                   absl::StrCat(kVariable, " must be NAME or NAME:NTH with NTH from 1"));
    wanted.name.resize(colon);
  }
  return wanted;
}

}  // namespace

const bool failpoint_is_set = std::getenv(kVariable) != nullptr;

void PassFailpoint(absl::string_view name) {
  static const Wanted wanted = ReadWanted();
  static std::atomic<int64_t> passes{0};
  if (name != wanted.name || ++passes != wanted.nth) return;
  const std::string said = absl::StrCat("failpoint ", name, ": the process ends here\n");
  // Best effort: the signal is what counts.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, said.data(), said.size());
  kill(getpid(), SIGKILL);
  while (true) pause();  // no thread of this call may get any further
}

}  // namespace kopa::internal
