#include "tests/simulation/play.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/base/status.h"
#include "tests/simulation/world.h"

namespace kopa::simulation {

namespace {

// No seed draws more.
constexpr size_t kStepsMost = 4096;
constexpr int kHeapBytes = 16 << 20;

using OnStep = std::function<void(const Step&)>;

std::unique_ptr<World> MakeWorld(uint64_t seed, const PlayOptions& options, OnStep on_step = {}) {
  auto mix = DrawMix(options.mix, seed);
  KOPA_CHECK_MSG(mix.ok(), mix.status().ToString());
  return std::make_unique<World>(World::Settings{.seed = seed,
                                                 .mix = *std::move(mix),
                                                 .planted = options.planted,
                                                 .trace = options.trace,
                                                 .on_step = std::move(on_step)});
}

Outcome OutcomeOf(const World& world, const PlayOptions& options) {
  Outcome outcome;
  outcome.faults = world.faults();
  outcome.answered = world.answered();
  outcome.messages = world.messages();
  if (options.trace == Trace::Mode::kDigest) {
    outcome.digest = world.trace().digest() ^ world.StoresDigest();
  }
  return outcome;
}

void ReadAll(int from, std::string* out) {
  char buffer[4096];
  ssize_t count = 0;
  while ((count = read(from, buffer, sizeof(buffer))) > 0) {
    out->append(buffer, static_cast<size_t>(count));
  }
}

void WriteAll(int to, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = write(to, text.data() + done, text.size() - done);
    if (count <= 0) return;
    done += static_cast<size_t>(count);
  }
}

std::string FaultsOf(const Outcome& outcome) { return absl::StrJoin(outcome.faults, "\n"); }

// Bytes that a child process writes and this one reads.
template <typename T>
class Shared {
 public:
  explicit Shared(size_t count) : bytes_(sizeof(T) * count) {
    void* const memory =
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    KOPA_CHECK(memory != MAP_FAILED);
    first_ = new (memory) T[count]();
  }
  ~Shared() { munmap(first_, bytes_); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T& operator[](size_t at) { return first_[at]; }

 private:
  const size_t bytes_;
  T* first_ = nullptr;
};

// Also of a history that ends the process.
std::vector<Step> StepsOf(uint64_t seed, const PlayOptions& options) {
  Shared<Step> drawn(kStepsMost);
  Shared<std::atomic<size_t>> count(1);
  InOwnProcess([&] {
    const auto world = MakeWorld(seed, options, [&](const Step& step) {
      KOPA_CHECK(count[0] < kStepsMost);
      drawn[count[0]++] = step;
    });
    world->Run();
    return std::string();
  });
  std::vector<Step> steps;
  for (size_t i = 0; i < count[0]; ++i) steps.push_back(drawn[i]);
  return steps;
}

// How far one of several processes is.
struct Progress {
  std::atomic<uint64_t> seed;
  std::atomic<uint64_t> played;
};

}  // namespace

Outcome PlaySeed(uint64_t seed, const PlayOptions& options) {
  const auto world = MakeWorld(seed, options);
  world->Run();
  if (world->faults().empty()) world->ComeToRest();
  return OutcomeOf(*world, options);
}

Outcome PlaySteps(uint64_t seed, const PlayOptions& options, const std::vector<Step>& steps) {
  const auto world = MakeWorld(seed, options);
  world->Replay(steps);
  if (world->faults().empty()) world->ComeToRest();
  return OutcomeOf(*world, options);
}

std::string InOwnProcess(const std::function<std::string()>& what) {
  int ends[2];
  KOPA_CHECK(pipe(ends) == 0);
  const pid_t child = fork();
  KOPA_CHECK(child >= 0);
  if (child == 0) {
    close(ends[0]);
    dup2(ends[1], STDERR_FILENO);
    WriteAll(ends[1], what());
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  ReadAll(ends[0], &said);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    return absl::StrCat("the process ended itself (signal ", WTERMSIG(status), "): ", said);
  }
  return said;
}

std::vector<Step> Shrink(uint64_t seed, const PlayOptions& options, std::vector<Step> steps,
                         absl::Duration patience) {
  const absl::Time until = absl::Now() + patience;
  const auto is_wrong = [&](const std::vector<Step>& some) {
    return !InOwnProcess([&] { return FaultsOf(PlaySteps(seed, options, some)); }).empty();
  };
  if (!is_wrong(steps)) return steps;
  for (size_t kind = 0; kind < kKinds && absl::Now() < until; ++kind) {
    std::vector<Step> fewer = steps;
    std::erase_if(fewer, [&](const Step& step) { return static_cast<size_t>(step.kind) == kind; });
    if (fewer.size() < steps.size() && is_wrong(fewer)) steps = std::move(fewer);
  }
  for (size_t part = steps.size() / 2; part > 0 && absl::Now() < until;) {
    bool is_shorter = false;
    // From the end, where the consequences are.
    for (size_t end = steps.size(); end > 0 && absl::Now() < until;) {
      const size_t begin = end > part ? end - part : 0;
      std::vector<Step> fewer = steps;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(begin),
                  fewer.begin() + static_cast<std::ptrdiff_t>(end));
      if (is_wrong(fewer)) {
        steps = std::move(fewer);
        is_shorter = true;
      }
      end = std::min(begin, steps.size());
    }
    if (!is_shorter) part /= 2;
  }
  return steps;
}

SeedsReport PlaySeeds(Seeds seeds, const PlayOptions& options, size_t processes,
                      absl::Duration most) {
  SeedsReport report;
  const absl::Time begun = absl::Now();
  Shared<Progress> progress(processes);
  std::vector<pid_t> children;
  for (size_t i = 0; i < processes; ++i) {
    const pid_t child = fork();
    KOPA_CHECK(child >= 0);
    if (child > 0) {
      children.push_back(child);
      continue;
    }
    // What one world gives back the next one takes.
    mallopt(M_TOP_PAD, kHeapBytes);
    mallopt(M_TRIM_THRESHOLD, 4 * kHeapBytes);
    for (uint64_t seed = seeds.first + i; seed <= seeds.last; seed += processes) {
      if (absl::Now() - begun > most) break;
      progress[i].seed = seed;
      if (PlaySeed(seed, options).is_wrong()) _exit(1);
      ++progress[i].played;
    }
    _exit(0);
  }
  for (size_t left = processes; left > 0; --left) {
    int status = 0;
    const pid_t ended = wait(&status);
    const auto at = std::find(children.begin(), children.end(), ended) - children.begin();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    const uint64_t seed = progress[static_cast<size_t>(at)].seed;
    if (report.failed_seed == 0 || seed < report.failed_seed) report.failed_seed = seed;
    // The others go on only as long as they could find an earlier one.
    for (size_t i = 0; i < processes; ++i) {
      if (progress[i].seed > report.failed_seed) kill(children[i], SIGKILL);
    }
  }
  for (size_t i = 0; i < processes; ++i) report.played += progress[i].played;
  report.took = absl::Now() - begun;
  if (report.failed_seed != 0) {
    report.fault = InOwnProcess([&] { return FaultsOf(PlaySeed(report.failed_seed, options)); });
  }
  return report;
}

std::string Explain(uint64_t seed, const PlayOptions& options, absl::Duration patience) {
  const std::string whole = InOwnProcess([&] { return FaultsOf(PlaySeed(seed, options)); });
  const std::vector<Step> steps = StepsOf(seed, options);
  const std::vector<Step> fewest = Shrink(seed, options, steps, patience);
  PlayOptions with_words = options;
  with_words.trace = Trace::Mode::kWords;
  const std::string told =
      InOwnProcess([&] { return FaultsOf(PlaySteps(seed, with_words, fewest)); });
  return absl::StrCat("seed ", seed, " of mix ", options.mix, ":\n", whole, "\n\nthe same in ",
                      fewest.size(), " steps instead of ", steps.size(), ":\n", told,
                      "\n\nto see it again: simulation --seeds ", seed, "..", seed, " --mix ",
                      options.mix, " --trace\n");
}

}  // namespace kopa::simulation
