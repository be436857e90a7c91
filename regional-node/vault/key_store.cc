#include "regional-node/vault/key_store.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/vault/seal.h"

namespace kopa::vault {
namespace {

// Indexes into KeyStoreFamilies().
constexpr storage::Family kKey = 0;
constexpr storage::Family kErased = 1;
constexpr storage::Family kCheck = 2;

constexpr char kCheckKey[] = "node";

std::string KeyAssociated(const NodeId& node, const ApplicationId& id) {
  return AssociatedData(node, id, "data_key", 0);
}

std::string CheckAssociated(const NodeId& node) {
  return AssociatedData(node, ApplicationId(), "key_store_check", 0);
}

}  // namespace

std::vector<std::string> KeyStoreFamilies() { return {"key", "erased", "check"}; }

absl::StatusOr<bool> IsKeyLost(const storage::View& key_store, const ApplicationId& id) {
  for (storage::Family family : {kKey, kErased}) {
    const absl::Status found = key_store.Get(family, id.bytes()).status();
    if (found.ok()) return false;
    if (!IsNotFound(found)) return found;
  }
  return true;
}

KeyStore::KeyStore(std::unique_ptr<storage::Store> store, NodeId node, SecretKey wrap_key,
                   Entropy* entropy)
    : store_(std::move(store)),
      node_(std::move(node)),
      wrap_key_(std::move(wrap_key)),
      entropy_(entropy) {}

absl::StatusOr<std::unique_ptr<KeyStore>> KeyStore::Open(std::unique_ptr<storage::Store> store,
                                                         const NodeId& node,
                                                         const SecretKey& wrap_key,
                                                         Entropy* entropy, bool may_begin) {
  std::unique_ptr<KeyStore> opened(new KeyStore(std::move(store), node, wrap_key.Clone(), entropy));
  RETURN_IF_ERROR(opened->CheckOwner(may_begin));
  return opened;
}

// A node that is given a new key file, because the old one is missing, must not go on: it would
// take in new applications while all earlier ones are unreadable.
absl::Status KeyStore::CheckOwner(bool may_begin) {
  const absl::StatusOr<std::string> check = store_->Get(kCheck, kCheckKey);
  if (check.ok()) {
    if (vault::Open(wrap_key_, CheckAssociated(node_), *check).ok()) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "the key store was made by another node or with another key file; give it the key file it "
        "was made with");
  }
  if (!IsNotFound(check.status())) return check.status();

  const std::unique_ptr<storage::View> view = store_->Snapshot();
  for (storage::Family family : {kKey, kErased}) {
    const std::unique_ptr<storage::Iterator> first = view->Scan(family, "", "");
    RETURN_IF_ERROR(first->status());
    if (first->Valid()) return absl::DataLossError("the key store has keys but no check record");
  }
  if (!may_begin) {
    return absl::FailedPreconditionError(
        "the node has been in use since earlier, but its key store is empty: put the one back that "
        "has its keys, or name it with --key-store");
  }
  storage::WriteBatch batch;
  batch.Put(kCheck, kCheckKey, Seal(wrap_key_, CheckAssociated(node_), "", *entropy_));
  return store_->Write(batch);
}

NewDataKey KeyStore::NewKey(const ApplicationId& id) const {
  SecretKey key = SecretKey::Random(*entropy_);
  std::string sealed = Seal(wrap_key_, KeyAssociated(node_, id), key.bytes(), *entropy_);
  return {std::move(key), {id, std::move(sealed)}};
}

absl::Status KeyStore::Put(absl::Span<const WrappedKey> keys) {
  if (keys.empty()) return absl::OkStatus();
  storage::WriteBatch batch;
  absl::flat_hash_map<ApplicationId, absl::string_view> seen;
  for (const WrappedKey& key : keys) {
    const std::string id(key.id.bytes());
    const bool other_in_batch = seen.try_emplace(key.id, key.sealed).first->second != key.sealed;
    const absl::StatusOr<std::string> erased = store_->Get(kErased, id);
    if (erased.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("application ", key.id.ToString(), " was erased"));
    }
    if (!IsNotFound(erased.status())) return erased.status();
    const absl::StatusOr<std::string> present = store_->Get(kKey, id);
    if (other_in_batch || (present.ok() && *present != key.sealed)) {
      return absl::AlreadyExistsError(
          absl::StrCat("application ", key.id.ToString(), " has another key"));
    }
    if (!present.ok() && !IsNotFound(present.status())) return present.status();
    batch.Put(kKey, id, key.sealed);
  }
  return store_->Write(batch);
}

absl::StatusOr<SecretKey> KeyStore::Get(const ApplicationId& id) const {
  const absl::StatusOr<std::string> sealed = store_->Get(kKey, id.bytes());
  if (IsNotFound(sealed.status())) {
    return absl::NotFoundError(absl::StrCat("there is no key of application ", id.ToString()));
  }
  if (!sealed.ok()) return sealed.status();
  absl::StatusOr<std::string> bytes = vault::Open(wrap_key_, KeyAssociated(node_, id), *sealed);
  if (!bytes.ok()) {
    return Annotate(bytes.status(), absl::StrCat("key of application ", id.ToString()));
  }
  absl::StatusOr<SecretKey> key = SecretKey::FromBytes(*bytes);
  Wipe(&*bytes);
  return key;
}

absl::StatusOr<bool> KeyStore::IsLost(const ApplicationId& id) const {
  return IsKeyLost(*store_->Snapshot(), id);
}

absl::Status KeyStore::Erase(absl::Span<const ApplicationId> ids) {
  if (ids.empty()) return absl::OkStatus();
  storage::WriteBatch batch;
  for (const ApplicationId& id : ids) {
    batch.Delete(kKey, std::string(id.bytes()));
    batch.Put(kErased, std::string(id.bytes()), std::string());
  }
  return store_->Write(batch);
}

absl::Status KeyStore::Purge() { return store_->Purge(kKey, "", ""); }

absl::StatusOr<std::vector<ApplicationId>> KeyStore::ErasedIds() const {
  std::vector<ApplicationId> ids;
  const std::unique_ptr<storage::View> view = store_->Snapshot();
  const std::unique_ptr<storage::Iterator> iterator = view->Scan(kErased, "", "");
  for (; iterator->Valid(); iterator->Next()) {
    absl::StatusOr<ApplicationId> id = ApplicationId::FromBytes(iterator->key());
    if (!id.ok()) return absl::DataLossError("the key store's list of erased ids is damaged");
    ids.push_back(*id);
  }
  RETURN_IF_ERROR(iterator->status());
  return ids;
}

}  // namespace kopa::vault
