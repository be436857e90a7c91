#include "common/base/entropy.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "common/base/status.h"

namespace kopa {

std::string Entropy::Bytes(size_t size) {
  std::string out(size, '\0');
  Fill(out.data(), size);
  return out;
}

Uuid Entropy::NewUuid(absl::Time now) {
  std::array<uint8_t, 10> random{};
  Fill(random.data(), random.size());
  return Uuid::FromParts(absl::ToUnixMillis(now), random);
}

void SystemEntropy::Fill(void* out, size_t size) {
  KOPA_CHECK(RAND_bytes(static_cast<unsigned char*>(out), static_cast<int>(size)) == 1);
}

uint64_t SeededEntropy::NextU64() {
  uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

void SeededEntropy::Fill(void* out, size_t size) {
  auto* bytes = static_cast<unsigned char*>(out);
  while (size > 0) {
    const uint64_t word = NextU64();
    const size_t part = std::min(size, sizeof word);
    std::memcpy(bytes, &word, part);
    bytes += part;
    size -= part;
  }
}

}  // namespace kopa
