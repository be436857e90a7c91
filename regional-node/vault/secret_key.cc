#include "regional-node/vault/secret_key.h"

#include <openssl/crypto.h>

#include <cstring>

namespace kopa::vault {

void Wipe(std::string* secret) { OPENSSL_cleanse(secret->data(), secret->size()); }

SecretKey SecretKey::Random(Entropy& entropy) {
  SecretKey key;
  entropy.Fill(key.bytes_.data(), kBytes);
  return key;
}

absl::StatusOr<SecretKey> SecretKey::FromBytes(absl::string_view bytes) {
  if (bytes.size() != kBytes) return absl::InvalidArgumentError("a key has 32 bytes");
  SecretKey key;
  std::memcpy(key.bytes_.data(), bytes.data(), kBytes);
  return key;
}

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) {
  OPENSSL_cleanse(other.bytes_.data(), kBytes);
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this == &other) return *this;
  bytes_ = other.bytes_;
  OPENSSL_cleanse(other.bytes_.data(), kBytes);
  return *this;
}

SecretKey::~SecretKey() { OPENSSL_cleanse(bytes_.data(), kBytes); }

SecretKey SecretKey::Clone() const {
  SecretKey copy;
  copy.bytes_ = bytes_;
  return copy;
}

}  // namespace kopa::vault
