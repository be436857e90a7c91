#ifndef KOPA_REGIONAL_NODE_VAULT_SEAL_H_
#define KOPA_REGIONAL_NODE_VAULT_SEAL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/entropy.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "regional-node/vault/secret_key.h"

// Sealed bytes, as they lie in the store (never changed, only followed by a new version):
//
//   sealed     := version nonce ciphertext tag
//   version    := 0x01                 AES-256-GCM, 96-bit random nonce, 128-bit tag
//   nonce      := 12 bytes
//   ciphertext := as many bytes as the plaintext
//   tag        := 16 bytes
//
// Authenticated with them, but not stored:
//
//   associated := node id group edition
//   node       := u32 length, the node's name   "zemgale"
//   id         := 16 bytes                      of the application
//   group      := u32 length, a word            which fields: "person", "journal_private"
//   edition    := u64                           the application's version, or the journal's seq
//
// so bytes that are moved to another node, application, field group or version do not open.
// Integers are big endian. Nonces are random: one key seals at most 2^32 messages (NIST SP
// 800-38D, 8.3).
namespace kopa::vault {

inline constexpr size_t kSealOverheadBytes = 1 + 12 + 16;
inline constexpr size_t kSealBytesMax = size_t{64} << 20;

std::string AssociatedData(const NodeId& node, const ApplicationId& id, absl::string_view group,
                           uint64_t edition);

// Seals under a nonce of its own. Any thread. A plaintext above kSealBytesMax ends the process;
// messages are bounded long before.
std::string Seal(const SecretKey& key, absl::string_view associated, absl::string_view plaintext,
                 Entropy& entropy);

// DATA_LOSS where the key or the associated data is another one, or a single bit was changed; which
// of these it was can't be told. The message holds nothing of the content. Any thread.
absl::StatusOr<std::string> Open(const SecretKey& key, absl::string_view associated,
                                 absl::string_view sealed);

}  // namespace kopa::vault

#endif  // KOPA_REGIONAL_NODE_VAULT_SEAL_H_
