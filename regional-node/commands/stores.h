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

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_COMMANDS_STORES_H_
