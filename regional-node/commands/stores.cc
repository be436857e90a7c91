#include "regional-node/commands/stores.h"

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/storage/rocksdb/rocksdb_store.h"
#include "regional-node/core/families.h"
#include "regional-node/vault/key_store.h"

namespace kopa::node {
namespace {

// The key store is small beside the applications: it gets an eighth of their memory.
constexpr size_t kKeyStoreBytes = size_t{8} << 20;

storage::RocksDbOptions StoreOptions(const std::string& path) {
  storage::RocksDbOptions options;
  options.path = path;
  options.families = FamilyNames();
  return options;
}

storage::RocksDbOptions KeyStoreOptions(const std::string& path) {
  storage::RocksDbOptions options;
  options.path = path;
  options.families = vault::KeyStoreFamilies();
  options.block_cache_bytes = kKeyStoreBytes;
  options.write_buffer_bytes = kKeyStoreBytes;
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<storage::Store>> OpenStore(const std::string& path) {
  storage::RocksDbOptions options = StoreOptions(path);
  options.create_if_missing = true;
  return storage::OpenRocksDb(options);
}

absl::StatusOr<std::unique_ptr<storage::Store>> OpenKeyStore(const std::string& path, bool begun) {
  if (begun && !FileExists(path)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data folder is in use since earlier, but its key store ", path,
                     " is missing; put it back, or name it with --key-store"));
  }
  storage::RocksDbOptions options = KeyStoreOptions(path);
  options.create_if_missing = !begun;
  return storage::OpenRocksDb(options);
}

absl::StatusOr<std::unique_ptr<storage::Store>> OpenStoreReadOnly(const std::string& path) {
  storage::RocksDbOptions options = StoreOptions(path);
  options.read_only = true;
  return storage::OpenRocksDb(options);
}

absl::StatusOr<std::unique_ptr<storage::Store>> OpenKeyStoreReadOnly(const std::string& path) {
  storage::RocksDbOptions options = KeyStoreOptions(path);
  options.read_only = true;
  return storage::OpenRocksDb(options);
}

}  // namespace kopa::node
