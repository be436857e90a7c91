#ifndef KOPA_REGIONAL_NODE_VAULT_NODE_KEY_H_
#define KOPA_REGIONAL_NODE_VAULT_NODE_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/entropy.h"
#include "regional-node/vault/secret_key.h"

// The key file (--key-file), mode 0600, outside the data folder and outside the key store:
//
//   file   := header key
//   header := "kopa node key 1" LF
//   key    := 64 lower-case hexadecimal digits LF
//
// Whoever has lost it has lost every person's data of the node; whoever reads it together with the
// key store and the data folder can read them all. It belongs in a safe, not in a backup of the
// data.
namespace kopa::vault {

// The node's key, as keys for single purposes derived from it (HKDF-SHA-256); the key itself is not
// kept in memory. Constant after construction, so any thread may use it.
class NodeKey {
 public:
  // Errors: NOT_FOUND; FAILED_PRECONDITION where group or others may use the file, or it is no
  // regular file; DATA_LOSS where the content does not follow the grammar. No error shows any of
  // the content.
  static absl::StatusOr<NodeKey> Load(const std::string& path);

  // Makes the file, synced, then loads it. ALREADY_EXISTS where there is one: a key is never
  // replaced. The caller holds the data folder's lock.
  static absl::StatusOr<NodeKey> Create(const std::string& path, Entropy& entropy);

  // Create() where there is no file yet, else Load(). A missing file beside a key store in use is
  // found by KeyStore::Open, which refuses the new key.
  static absl::StatusOr<NodeKey> LoadOrCreate(const std::string& path, Entropy& entropy);

  // Wraps the applications' keys (KeyStore).
  const SecretKey& wrap_key() const { return wrap_key_; }
  // Seals who decided and why, which is kept when the applicant's data are erased.
  const SecretKey& staff_key() const { return staff_key_; }

  // The seed that the node signs its journal's heads with (SigningKey).
  const SecretKey& signing_seed() const { return signing_seed_; }

  // Keyed digests (HMAC-SHA-256, 32 raw bytes): the plain digest of a row with a birth date in it
  // could be guessed by trying dates.
  std::string RequestDigest(absl::string_view request) const;
  std::string ExternalRefDigest(absl::string_view external_ref) const;

 private:
  explicit NodeKey(const SecretKey& root);

  SecretKey wrap_key_;
  SecretKey staff_key_;
  SecretKey signing_seed_;
  SecretKey request_digest_key_;
  SecretKey external_ref_digest_key_;
};

}  // namespace kopa::vault

#endif  // KOPA_REGIONAL_NODE_VAULT_NODE_KEY_H_
