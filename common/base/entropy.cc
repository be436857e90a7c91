#include "common/base/entropy.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "common/base/status.h"

namespace kopa {
namespace {

// OpenSSL takes microseconds for each request however small it is, and a hand-in makes several.
// What was given out is wiped at once.
class RandomPool {
 public:
  ~RandomPool() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  void Take(void* out, size_t size) {
    if (size > bytes_.size() - used_) {
      Draw(bytes_.data(), bytes_.size());
      used_ = 0;
    }
    std::memcpy(out, bytes_.data() + used_, size);
    OPENSSL_cleanse(bytes_.data() + used_, size);
    used_ += size;
  }

  static void Draw(unsigned char* out, size_t size) {
    KOPA_CHECK(RAND_bytes(out, static_cast<int>(size)) == 1);
  }

 private:
  std::array<unsigned char, 4096> bytes_{};
  size_t used_ = bytes_.size();
};

constexpr size_t kFromPoolMax = 256;

}  // namespace

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
  if (size > kFromPoolMax) return RandomPool::Draw(static_cast<unsigned char*>(out), size);
  static thread_local RandomPool pool;
  pool.Take(out, size);
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
