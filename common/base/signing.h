#ifndef KOPA_COMMON_BASE_SIGNING_H_
#define KOPA_COMMON_BASE_SIGNING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/entropy.h"
#include "common/base/strong.h"

// Ed25519 (RFC 8032): how a server attests up to where its journal goes, so that it can't deny that
// history later.
namespace kopa {

inline constexpr size_t kSigningSeedBytes = 32;
inline constexpr size_t kPublicKeyBytes = 32;
inline constexpr size_t kSignatureBytes = 64;

// The private half of a key pair. Constant after construction, so any thread may sign with it.
class SigningKey {
 public:
  // INVALID_ARGUMENT unless the seed has 32 bytes. The caller wipes its own copy.
  static absl::StatusOr<SigningKey> FromSeed(absl::string_view seed);

  // Reads the key file, or makes one (mode 0600) where there is none:
  //
  //   file := "kopa signing key 1" LF seed LF
  //   seed := 64 lower-case hexadecimal digits
  //
  // FAILED_PRECONDITION where group or others may use the file; DATA_LOSS where it does not follow
  // the grammar. No error shows any of the content.
  static absl::StatusOr<SigningKey> LoadOrCreate(const std::string& path, Entropy& entropy);

  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&& other) noexcept;
  ~SigningKey();

  const std::string& public_key() const { return public_key_; }
  // 64 bytes; the same for the same message.
  std::string Sign(absl::string_view message) const;

 private:
  struct Native;  // OpenSSL's
  SigningKey(std::unique_ptr<Native> native, std::string public_key);

  std::unique_ptr<Native> native_;
  std::string public_key_;
};

// False also where the key or the signature has not the right size.
bool IsSignatureOf(absl::string_view public_key, absl::string_view message,
                   absl::string_view signature);

// What is signed of the head of a node's journal.
//
//   "kopa.head.1" node:bytes seq:u64 hash:bytes           bytes as u32 length and content
std::string HeadStatement(absl::string_view node, Seq seq, absl::string_view hash);

// What is signed of the head of the centre's journal. It names the incarnation, so that whoever
// holds it can show that the centre had got there, and nobody else can claim it.
//
//   "kopa.centre.1" incarnation:u64 nonce:bytes seq:u64 hash:bytes
std::string CentreHeadStatement(uint64_t incarnation, absl::string_view nonce, Seq seq,
                                absl::string_view hash);

}  // namespace kopa

#endif  // KOPA_COMMON_BASE_SIGNING_H_
