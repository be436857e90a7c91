#ifndef KOPA_REGIONAL_NODE_COMMANDS_STORES_H_
#define KOPA_REGIONAL_NODE_COMMANDS_STORES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/store.h"

namespace kopa::node {

// The node's store, made if it is missing. The caller holds the data folder's lock.
absl::StatusOr<std::unique_ptr<storage::Store>> OpenStore(const std::string& path);

// A key store is made for a node that begins, and for no other: `begun` says that there are data.
// FAILED_PRECONDITION where it is missing beside data.
absl::StatusOr<std::unique_ptr<storage::Store>> OpenKeyStore(const std::string& path, bool begun);

// Both at rest, for looking at alone. NOT_FOUND where there is none.
absl::StatusOr<std::unique_ptr<storage::Store>> OpenStoreReadOnly(const std::string& path);
absl::StatusOr<std::unique_ptr<storage::Store>> OpenKeyStoreReadOnly(const std::string& path);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_STORES_H_
