#ifndef KOPA_COMMON_BASE_ENTROPY_H_
#define KOPA_COMMON_BASE_ENTROPY_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "common/base/uuid.h"

namespace kopa {

// Where random bytes come from. Passed in by main(). Thread-safe.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void Fill(void* out, size_t size) = 0;

  std::string Bytes(size_t size);
  Uuid NewUuid(absl::Time now);
};

// The operating system's random source, through OpenSSL.
class SystemEntropy : public Entropy {
 public:
  void Fill(void* out, size_t size) override;
};

// splitmix64 from a seed: for tests and the simulator only. Not thread-safe.
class SeededEntropy : public Entropy {
 public:
  explicit SeededEntropy(uint64_t seed) : state_(seed) {}
  void Fill(void* out, size_t size) override;
  uint64_t NextU64();

 private:
  uint64_t state_;
};

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_ENTROPY_H_
