#ifndef KOPA_REGIONAL_NODE_SERVICE_APPLICATION_KEY_H_
#define KOPA_REGIONAL_NODE_SERVICE_APPLICATION_KEY_H_

#include <optional>

#include "absl/status/statusor.h"
#include "common/base/uuid.h"
#include "common/storage/store.h"
#include "regional-node/service/context.h"
#include "regional-node/vault/secret_key.h"

namespace kopa::node {

// The key that an application's personal part, notes and documents are sealed with. An application
// without its key was erased, and the key store says so; where it does not, the key is lost, and
// whoever asks is told that instead: DATA_LOSS with the fault KEY_MISSING. Thread-safe.

// The key with which something is known to have been sealed; nothing where it was erased.
absl::StatusOr<std::optional<vault::SecretKey>> KeyUnlessErased(const vault::KeyStore& keys,
                                                                const ApplicationId& id);

// The key to open what there is of an application; nothing where it was erased, or where nothing
// was ever sealed, as of those known from the centre alone after a rejoin. NOT_FOUND with a fault
// where this node has no such application.
absl::StatusOr<std::optional<vault::SecretKey>> KeyToOpenWith(const Context& context,
                                                              const storage::View& view,
                                                              const ApplicationId& id);

// The key to seal with what comes to an application. NOT_FOUND likewise; FAILED_PRECONDITION where
// it was erased.
absl::StatusOr<vault::SecretKey> KeyToSealWith(const Context& context, const storage::View& view,
                                               const ApplicationId& id);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_APPLICATION_KEY_H_
