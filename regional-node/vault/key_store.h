#ifndef KOPA_REGIONAL_NODE_VAULT_KEY_STORE_H_
#define KOPA_REGIONAL_NODE_VAULT_KEY_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/entropy.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "common/storage/store.h"
#include "regional-node/vault/secret_key.h"

// What the key store's own store holds (--key-store, outside the data folder and its backups):
//
//   key/<16 bytes id>     -> sealed { 32 bytes }   the application's key under the wrap key, as in
//                                                  seal.h; group "data_key", edition 0
//   erased/<16 bytes id>  -> nothing               its key was destroyed
//   check/"node"          -> sealed { nothing }    opens only with the right node and key file
namespace kopa::vault {

// The family table to open that store with.
std::vector<std::string> KeyStoreFamilies();

// An application's key under the node's wrap key: what may be stored.
struct WrappedKey {
  ApplicationId id;
  std::string sealed;
};

// Whether a key store, given as what it holds, has neither the application's key nor the mark that
// it was erased. An application that ever had a key has lost it then. Opens no key, so that whoever
// has no key file can tell.
absl::StatusOr<bool> IsKeyLost(const storage::View& key_store, const ApplicationId& id);

// A key fresh from NewKey: to seal with now, and to store.
struct NewDataKey {
  SecretKey key;
  WrappedKey wrapped;
};

// One key an application. Destroying it makes all that was sealed with it unreadable, wherever
// copies of the data lie: that is how a person is erased.
//
// Put and Erase are for one thread, the committer; after an error of theirs other than those listed
// the caller can't know what is on disk and ends the process. All else may be called from any
// thread.
class KeyStore {
 public:
  // Errors: FAILED_PRECONDITION where the store was made by another node or with another key file,
  // or is a new one and `may_begin` is false: a node that has applications has their keys somewhere
  // else; DATA_LOSS where it has keys but no check record; those of the store. `entropy` must
  // outlive this.
  static absl::StatusOr<std::unique_ptr<KeyStore>> Open(std::unique_ptr<storage::Store> store,
                                                        const NodeId& node,
                                                        const SecretKey& wrap_key, Entropy* entropy,
                                                        bool may_begin = true);

  // Touches no store: the key counts only once Put has answered.
  NewDataKey NewKey(const ApplicationId& id) const;

  // Stores the keys, synced; before the batch with what was sealed with them, so that a crash
  // between the two leaves a key without data and never data without a key. All or none.
  //
  // Errors: FAILED_PRECONDITION where an id was erased; ALREADY_EXISTS where an id has another key,
  // as replacing it would destroy the data. The very same key again is fine.
  absl::Status Put(absl::Span<const WrappedKey> keys);

  // NOT_FOUND where it was erased, never there or lost; DATA_LOSS where it does not unwrap.
  absl::StatusOr<SecretKey> Get(const ApplicationId& id) const;

  // What Get's NOT_FOUND leaves open: true where the key was not erased. Whether it was ever there
  // is for the caller to know.
  absl::StatusOr<bool> IsLost(const ApplicationId& id) const;

  // Deletes the keys and remembers that they were erased, synced. Ids without a key are remembered
  // too, so that the erasures of a journal can be replayed to a key store restored from an older
  // copy.
  absl::Status Erase(absl::Span<const ApplicationId> ids);

  // Removes what erased keys left in the store's files. Slow. For after every Erase, in its
  // own time. Until then they lie there wrapped, out of reach of Get.
  absl::Status Purge();

  // In the order of the ids.
  absl::StatusOr<std::vector<ApplicationId>> ErasedIds() const;

 private:
  KeyStore(std::unique_ptr<storage::Store> store, NodeId node, SecretKey wrap_key,
           Entropy* entropy);
  absl::Status CheckOwner(bool may_begin);

  // Constant after construction.
  const std::unique_ptr<storage::Store> store_;
  const NodeId node_;
  const SecretKey wrap_key_;
  Entropy* const entropy_;
};

}  // namespace kopa::vault

#endif  // KOPA_REGIONAL_NODE_VAULT_KEY_STORE_H_
