#ifndef KOPA_COMMON_BASE_DIGEST_H_
#define KOPA_COMMON_BASE_DIGEST_H_

#include <string>

#include "absl/strings/string_view.h"

namespace kopa {

inline constexpr size_t kSha256Bytes = 32;

// SHA-256 (FIPS 180-4); 32 raw bytes.
std::string Sha256(absl::string_view data);

// HMAC-SHA-256 (RFC 2104); 32 raw bytes.
std::string HmacSha256(absl::string_view key, absl::string_view data);

// HKDF-SHA-256 (RFC 5869) with an empty salt: `size` bytes for the purpose named by `info`.
std::string DeriveKey(absl::string_view secret, absl::string_view info, size_t size);

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_DIGEST_H_
