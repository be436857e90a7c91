#ifndef KOPA_REGIONAL_NODE_VAULT_SECRET_KEY_H_
#define KOPA_REGIONAL_NODE_VAULT_SECRET_KEY_H_

#include <array>
#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/entropy.h"

namespace kopa::vault {

// Overwrites what a string holds in a way the compiler keeps. For short-lived copies of secrets.
void Wipe(std::string* secret);

// A 256-bit key in memory, overwritten when it goes. Copies are made only on purpose, by Clone();
// it has no way to be printed or logged.
class SecretKey {
 public:
  static constexpr size_t kBytes = 32;

  static SecretKey Random(Entropy& entropy);
  // Any 256 bits make a key; other sizes are INVALID_ARGUMENT. The caller wipes its own copy.
  static absl::StatusOr<SecretKey> FromBytes(absl::string_view bytes);

  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  ~SecretKey();

  SecretKey Clone() const;
  absl::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  SecretKey() = default;

  std::array<char, kBytes> bytes_{};
};

}  // namespace kopa::vault

#endif  // KOPA_REGIONAL_NODE_VAULT_SECRET_KEY_H_
