#ifndef KOPA_REGIONAL_NODE_SERVICE_SEALER_H_
#define KOPA_REGIONAL_NODE_SERVICE_SEALER_H_

#include <cstdint>
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

// Which part of which document sealed bytes are: a part that was moved to another document, swapped
// or left out does not open.
struct DocumentPart {
  std::string document_id;  // 16 random bytes, sealed with the document's head
  uint32_t number = 0;      // from 0
  uint32_t count = 0;       // of all parts of the document
};

// A document's head, opened.
struct OpenedDocument {
  region::v1::Document head;
  std::string document_id;
};

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
  // Changes the application's version `version` came with; kNotedSealVersion for what was laid to
  // it without changing it.
  void SealStaff(const ApplicationId& id, uint32_t version, const region::v1::StaffPart& staff,
                 SealedParts* parts) const;

  // What is laid to an application, under its own key. These are bound to the application; to their
  // record they are bound by its commitment.
  void SealNote(const vault::SecretKey& key, const ApplicationId& id, const region::v1::Note& note,
                SealedParts* parts) const;
  void SealDocument(const vault::SecretKey& key, const ApplicationId& id,
                    const OpenedDocument& document, SealedParts* parts) const;
  std::string SealDocumentPart(const vault::SecretKey& key, const ApplicationId& id,
                               const DocumentPart& part, absl::string_view plain) const;

  // DATA_LOSS where the bytes do not open or do not match the journal's commitment (if it is
  // given).
  absl::StatusOr<region::v1::PersonalPart> OpenPersonal(const vault::SecretKey& key,
                                                        const ApplicationId& id, uint32_t version,
                                                        absl::string_view sealed,
                                                        absl::string_view commitment) const;
  absl::StatusOr<region::v1::StaffPart> OpenStaff(const ApplicationId& id, uint32_t version,
                                                  absl::string_view sealed,
                                                  absl::string_view commitment) const;

  absl::StatusOr<region::v1::Note> OpenNote(const vault::SecretKey& key, const ApplicationId& id,
                                            absl::string_view sealed,
                                            absl::string_view commitment) const;
  absl::StatusOr<OpenedDocument> OpenDocument(const vault::SecretKey& key, const ApplicationId& id,
                                              absl::string_view sealed,
                                              absl::string_view commitment) const;
  absl::StatusOr<std::string> OpenDocumentPart(const vault::SecretKey& key, const ApplicationId& id,
                                               const DocumentPart& part,
                                               absl::string_view sealed) const;

 private:
  const NodeId node_;
  const vault::NodeKey* const key_;
  Entropy* const entropy_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_SEALER_H_
