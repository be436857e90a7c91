#ifndef KOPA_COMMON_OPERATIONS_STORE_KIND_H_
#define KOPA_COMMON_OPERATIONS_STORE_KIND_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/journal/chain.h"
#include "common/storage/store.h"

namespace kopa::operations {

// Whose a store is, and where its journal ends.
struct StoreIdentity {
  // The program, and for a node a space and its name: "kopa-node zemgale".
  std::string owner;
  journal::Head head;
};

// What backup and restore need to know of a program's store.
struct StoreKind {
  std::string program;
  // Whose the store must be, where that is known beforehand (StoreIdentity::owner); else empty.
  std::string owner;
  std::vector<std::string> families;
  // NOT_FOUND for a store that no server has opened yet.
  std::function<absl::StatusOr<StoreIdentity>(const storage::View&)> identify;
  // What is said after a backup (what is not in it) and after a restore (what to do now), a line
  // each.
  std::vector<std::string> after_backup;
  std::vector<std::string> after_restore;
};

}  // namespace kopa::operations

#endif  // KOPA_COMMON_OPERATIONS_STORE_KIND_H_
