#include "regional-node/service/documents.h"

#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/noted.h"
#include "regional-node/service/application_key.h"
#include "regional-node/service/noted_page.h"
#include "regional-node/service/noting.h"
#include "regional-node/service/queries.h"

namespace kopa::node {

using ::kopa::region::v1::AttachDocumentResponse;

namespace {

absl::StatusOr<OpenedDocument> OpenStored(const Context& context, const storage::View& view,
                                          const vault::SecretKey& key, const ApplicationId& id,
                                          Seq seq, absl::string_view sealed) {
  ASSIGN_OR_RETURN(const auto record, ReadRecord(view, seq));
  ASSIGN_OR_RETURN(OpenedDocument document,
                   context.sealer->OpenDocument(key, id, sealed, record.private_commitment()));
  document.head.set_seq(seq.value());
  return document;
}

}  // namespace

uint32_t DocumentParts(int64_t size_bytes) {
  return static_cast<uint32_t>((static_cast<size_t>(size_bytes) + kDocumentPartBytes - 1) /
                               kDocumentPartBytes);
}

absl::StatusOr<region::v1::ListDocumentsResponse> ListDocuments(
    const Context& context, const region::v1::ListDocumentsRequest& request) {
  ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(request.application_id()));
  const auto view = context.store->Snapshot();
  ASSIGN_OR_RETURN(const auto key, KeyToOpenWith(context, *view, id));
  region::v1::ListDocumentsResponse response;
  if (!key.has_value()) return response;
  ASSIGN_OR_RETURN(NotedPage page, NotedPage::Begin(*view, kDocument, id, request.page_size(),
                                                    request.page_token()));
  for (; page.Valid(); page.Next()) {
    ASSIGN_OR_RETURN(OpenedDocument document,
                     OpenStored(context, *view, *key, id, page.seq(), page.sealed()));
    *response.add_documents() = std::move(document.head);
  }
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), page.Finish());
  return response;
}

absl::StatusOr<AttachDocumentResponse> AnswerAttached(const Context& context,
                                                      const DecisionReply& reply) {
  if (reply.fault.has_value()) return StatusOfFault(*reply.fault);
  AttachDocumentResponse response;
  *response.mutable_receipt() = ReceiptOf(context, reply);
  const auto view = context.store->Snapshot();
  ASSIGN_OR_RETURN(const auto key, KeyToOpenWith(context, *view, reply.id));
  if (!key.has_value()) return response;
  ASSIGN_OR_RETURN(const std::string sealed, view->Get(kDocument, NotedKey(reply.id, reply.seq)));
  ASSIGN_OR_RETURN(OpenedDocument document,
                   OpenStored(context, *view, *key, reply.id, reply.seq, sealed));
  *response.mutable_document() = std::move(document.head);
  return response;
}

absl::StatusOr<DocumentReader> DocumentReader::Open(const Context& context, const ApplicationId& id,
                                                    Seq seq) {
  auto view = context.store->Snapshot();
  ASSIGN_OR_RETURN(auto key, KeyToOpenWith(context, *view, id));
  const auto sealed = view->Get(kDocument, NotedKey(id, seq));
  if (absl::IsNotFound(sealed.status()) || !key.has_value()) {
    return WithFault(absl::NotFoundError("the application has no such document"),
                     {"seq", "UNKNOWN_DOCUMENT", "the application has no document of this number",
                      "iesniegumam nav dokumenta ar šādu numuru"});
  }
  RETURN_IF_ERROR(sealed.status());
  ASSIGN_OR_RETURN(OpenedDocument document, OpenStored(context, *view, *key, id, seq, *sealed));
  return DocumentReader(context, std::move(view), id, *std::move(key), std::move(document));
}

absl::StatusOr<std::string> DocumentReader::NextPart() {
  const auto sealed =
      view_->Get(kDocumentPart, DocumentPartKey(id_, Seq(document_.head.seq()), next_));
  if (absl::IsNotFound(sealed.status())) {
    return absl::DataLossError("a part of the document is missing");
  }
  RETURN_IF_ERROR(sealed.status());
  const DocumentPart part{document_.document_id, next_++, count_};
  return context_->sealer->OpenDocumentPart(key_, id_, part, *sealed);
}

}  // namespace kopa::node
