#ifndef KOPA_COMMON_BASE_UUID_H_
#define KOPA_COMMON_BASE_UUID_H_

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/bytes.h"

namespace kopa {

// A UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits, so ids sort roughly by
// when they were made and say nothing about anybody. Used for applications and for requests.
class Uuid {
 public:
  Uuid() = default;

  static Uuid FromParts(int64_t unix_ms, const std::array<uint8_t, 10>& random) {
    Uuid id;
    for (int i = 0; i < 6; ++i) {
      id.bytes_[static_cast<size_t>(i)] = static_cast<char>(unix_ms >> (40 - 8 * i));
    }
    std::memcpy(id.bytes_.data() + 6, random.data(), random.size());
    id.bytes_[6] = static_cast<char>((id.bytes_[6] & 0x0F) | 0x70);
    id.bytes_[8] = static_cast<char>((id.bytes_[8] & 0x3F) | 0x80);
    return id;
  }

  // INVALID_ARGUMENT unless exactly 16 bytes.
  static absl::StatusOr<Uuid> FromBytes(absl::string_view bytes) {
    if (bytes.size() != 16) return absl::InvalidArgumentError("an id has 16 bytes");
    Uuid id;
    std::memcpy(id.bytes_.data(), bytes.data(), 16);
    return id;
  }

  // Accepts the 36-character form; INVALID_ARGUMENT otherwise.
  static absl::StatusOr<Uuid> Parse(absl::string_view text);

  absl::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }
  std::string ToString() const;
  bool is_nil() const { return *this == Uuid(); }

  friend bool operator==(const Uuid&, const Uuid&) = default;
  // As bytes without sign, so that ids sort here as they do as keys of a store.
  friend std::strong_ordering operator<=>(const Uuid& a, const Uuid& b) {
    return std::memcmp(a.bytes_.data(), b.bytes_.data(), a.bytes_.size()) <=> 0;
  }
  template <typename H>
  friend H AbslHashValue(H h, const Uuid& id) {
    return H::combine(std::move(h), id.bytes());
  }

 private:
  std::array<char, 16> bytes_{};
};

using ApplicationId = Uuid;

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_UUID_H_
