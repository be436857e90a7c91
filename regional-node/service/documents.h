#ifndef KOPA_REGIONAL_NODE_SERVICE_DOCUMENTS_H_
#define KOPA_REGIONAL_NODE_SERVICE_DOCUMENTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"
#include "regional-node/vault/secret_key.h"

namespace kopa::node {

// How many parts a document of this size is stored in.
uint32_t DocumentParts(int64_t size_bytes);

// Opens the heads of an application's documents; none where it was erased. Thread-safe.
absl::StatusOr<region::v1::ListDocumentsResponse> ListDocuments(
    const Context& context, const region::v1::ListDocumentsRequest& request);

// The answer to a document that was attached: what is stored of it, unless it was erased since. For
// threads that may read the store.
absl::StatusOr<region::v1::AttachDocumentResponse> AnswerAttached(const Context& context,
                                                                  const DecisionReply& reply);

// A stored document, open for reading part by part as of one moment. Not thread-safe.
class DocumentReader {
 public:
  // NOT_FOUND where there is none such; DATA_LOSS where it does not open.
  static absl::StatusOr<DocumentReader> Open(const Context& context, const ApplicationId& id,
                                             Seq seq);

  const region::v1::Document& document() const { return document_.head; }
  bool AtEnd() const { return next_ == count_; }
  // The next part; not at the end. DATA_LOSS where it is missing or does not open.
  absl::StatusOr<std::string> NextPart();

 private:
  DocumentReader(const Context& context, std::unique_ptr<storage::View> view,
                 const ApplicationId& id, vault::SecretKey key, OpenedDocument document)
      : context_(&context),
        view_(std::move(view)),
        id_(id),
        key_(std::move(key)),
        document_(std::move(document)),
        count_(DocumentParts(document_.head.size_bytes())) {}

  const Context* context_;
  std::unique_ptr<storage::View> view_;
  ApplicationId id_;
  vault::SecretKey key_;
  OpenedDocument document_;
  uint32_t count_;
  uint32_t next_ = 0;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_DOCUMENTS_H_
