#ifndef KOPA_REGIONAL_NODE_SERVICE_SEALER_H_
#define KOPA_REGIONAL_NODE_SERVICE_SEALER_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/entropy.h"
#include "common/base/strong.h"
#include "common/base/uuid.h"
#include "kopa/region/v1/application.pb.h"
#include "regional-node/core/commands.h"
#include "regional-node/vault/node_key.h"
#include "regional-node/vault/secret_key.h"

namespace kopa::node {

// Seals what is about people before it gets anywhere near the store, and opens it for those who may
// read it. The personal part is under the application's own key, so that destroying that key erases
// the person; who acted and why is under the node's staff key, so that it outlives that.
// Thread-safe.
class Sealer {
 public:
  // All must outlive the sealer.
  Sealer(const NodeId& node, const vault::NodeKey* key, Entropy* entropy)
      : node_(node), key_(key), entropy_(entropy) {}

  // `version` is the application's version that this belongs to.
  void SealPersonal(const vault::SecretKey& key, const ApplicationId& id, uint32_t version,
                    const region::v1::PersonalPart& personal, SealedParts* parts) const;
  // Changes the application's version `version` came with.
  void SealStaff(const ApplicationId& id, uint32_t version, const region::v1::StaffPart& staff,
                 SealedParts* parts) const;

  // DATA_LOSS where the bytes do not open or do not match the journal's commitment (if it is
  // given).
  absl::StatusOr<region::v1::PersonalPart> OpenPersonal(const vault::SecretKey& key,
                                                        const ApplicationId& id, uint32_t version,
                                                        absl::string_view sealed,
                                                        absl::string_view commitment) const;
  absl::StatusOr<region::v1::StaffPart> OpenStaff(const ApplicationId& id, uint32_t version,
                                                  absl::string_view sealed,
                                                  absl::string_view commitment) const;

 private:
  const NodeId node_;
  const vault::NodeKey* const key_;
  Entropy* const entropy_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_SEALER_H_
