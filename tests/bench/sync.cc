// What the disk takes for one durable write: append, then fdatasync, again and again.

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/bench/flags.h"
#include "tests/bench/measure.h"

namespace kopa::bench {

void MeasureSync(const Flags& flags) {
  const std::string path = flags.folder + "/sync";
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) Fail(absl::StrCat("opening ", path));
  const std::string block(512, 'x');
  Samples samples;
  const int64_t begin = MonotonicNanos();
  for (int64_t i = 0; i < flags.count; ++i) {
    const int64_t started = MonotonicNanos();
    if (write(file, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
        fdatasync(file) != 0) {
      Fail(absl::StrCat("writing ", path));
    }
    samples.Add(MonotonicNanos() - started);
  }
  const int64_t nanos = MonotonicNanos() - begin;
  close(file);
  unlink(path.c_str());
  Report().AddRate(flags.count, nanos).AddLatency(samples).Print();
}

}  // namespace kopa::bench
