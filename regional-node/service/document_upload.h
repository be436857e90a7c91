#ifndef KOPA_REGIONAL_NODE_SERVICE_DOCUMENT_UPLOAD_H_
#define KOPA_REGIONAL_NODE_SERVICE_DOCUMENT_UPLOAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"
#include "regional-node/service/running_digest.h"
#include "regional-node/vault/secret_key.h"

namespace kopa::node {

// One document on its way in: checks it against its head and seals it part by part as it comes, so
// that no more than one part of it lies open in memory, and all of it only sealed. Not thread-safe.
class DocumentUpload {
 public:
  // Checks the head. INVALID_ARGUMENT with a fault where it is not right; NOT_FOUND where there is
  // no such application. Reads the store.
  static absl::StatusOr<DocumentUpload> Begin(const Context& context, const std::string& actor,
                                              const region::v1::DocumentHead& head);

  // The next bytes, at most kDocumentPartBytes. INVALID_ARGUMENT where there are more than the head
  // says, or as soon as they are seen to be no document.
  absl::Status Add(absl::string_view bytes);

  // After the last bytes: what the core is to keep. INVALID_ARGUMENT where it is not what the head
  // says.
  absl::StatusOr<NoteItem> Finish();

  // As it will be kept, but for its number; complete after Finish().
  const region::v1::Document& document() const { return document_.head; }

 private:
  DocumentUpload(const Context& context, const ApplicationId& id, vault::SecretKey key,
                 OpenedDocument document);
  absl::Status SealPart();

  const Context* context_;
  ApplicationId id_;
  vault::SecretKey key_;
  OpenedDocument document_;
  uint32_t parts_count_;
  int64_t received_bytes_ = 0;
  RunningDigest digest_;
  std::string part_;  // the part that is not full yet
  std::vector<std::string> sealed_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_DOCUMENT_UPLOAD_H_
