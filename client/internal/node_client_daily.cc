// What a node is asked in daily work beside decisions: who evaluates, notes, documents, late ones.

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/include/kopa/node_client.h"
#include "client/internal/caller.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

using kopa::region::v1::AttachDocumentRequest;
using kopa::region::v1::AttachDocumentResponse;
using kopa::region::v1::ReadDocumentRequest;
using kopa::region::v1::ReadDocumentResponse;
using Stub = kopa::region::v1::RegionService::StubInterface;

// The method's own limit of one part.
constexpr size_t kPartBytesMax = 256 << 10;
// A node sends at most 10 MB; one that sends without end must not fill memory.
constexpr size_t kDocumentBytesMax = 64 << 20;

// Nothing says why a write was not taken but the end of the stream, which the caller asks for.
void WriteParts(grpc::ClientWriterInterface<AttachDocumentRequest>* stream,
                const kopa::region::v1::DocumentHead& head, absl::string_view content) {
  AttachDocumentRequest request;
  *request.mutable_head() = head;
  if (!stream->Write(request)) return;
  for (size_t from = 0; from < content.size(); from += kPartBytesMax) {
    request.set_content(std::string(content.substr(from, kPartBytesMax)));
    if (!stream->Write(request)) return;
  }
  stream->WritesDone();
}

absl::Status CheckContent(const NodeClient::DocumentContent& read) {
  if (static_cast<int64_t>(read.content.size()) == read.document.size_bytes() &&
      Sha256(read.content) == read.document.sha256()) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("document ", read.document.seq(), " came as ",
                                          read.content.size(), " bytes that are not the ",
                                          read.document.size_bytes(), " that were attached"));
}

}  // namespace

absl::StatusOr<kopa::region::v1::AssignEvaluatorsResponse> NodeClient::AssignEvaluators(
    kopa::region::v1::AssignEvaluatorsRequest request) {
  if (request.request_id().empty()) request.set_request_id(caller_->NewRequestId());
  return caller_->Call(stub_.get(), &Stub::AssignEvaluators, request);
}

absl::StatusOr<kopa::region::v1::DeclareConflictResponse> NodeClient::DeclareConflict(
    kopa::region::v1::DeclareConflictRequest request) {
  if (request.request_id().empty()) request.set_request_id(caller_->NewRequestId());
  return caller_->Call(stub_.get(), &Stub::DeclareConflict, request);
}

absl::StatusOr<kopa::region::v1::AddNoteResponse> NodeClient::AddNote(
    kopa::region::v1::AddNoteRequest request) {
  if (request.request_id().empty()) request.set_request_id(caller_->NewRequestId());
  return caller_->Call(stub_.get(), &Stub::AddNote, request);
}

absl::StatusOr<kopa::region::v1::AdmitLateResponse> NodeClient::AdmitLate(
    kopa::region::v1::AdmitLateRequest request) {
  if (request.request_id().empty()) request.set_request_id(caller_->NewRequestId());
  return caller_->Call(stub_.get(), &Stub::AdmitLate, request);
}

absl::StatusOr<AttachDocumentResponse> NodeClient::AttachDocument(
    kopa::region::v1::DocumentHead head, absl::string_view content) {
  if (head.request_id().empty()) head.set_request_id(caller_->NewRequestId());
  head.set_size_bytes(static_cast<int64_t>(content.size()));
  head.set_sha256(Sha256(content));
  return caller_->Run<AttachDocumentResponse>(
      [&](grpc::ClientContext* context) -> absl::StatusOr<AttachDocumentResponse> {
        AttachDocumentResponse response;
        const auto stream = stub_->AttachDocument(context, &response);
        WriteParts(stream.get(), head, content);
        RETURN_IF_ERROR(rpc::FromGrpc(stream->Finish()));
        return response;
      });
}

absl::StatusOr<std::vector<kopa::region::v1::Note>> NodeClient::ListNotes(const Uuid& id) {
  std::vector<kopa::region::v1::Note> notes;
  kopa::region::v1::ListNotesRequest request;
  request.set_application_id(std::string(id.bytes()));
  do {
    ASSIGN_OR_RETURN(auto page, caller_->Call(stub_.get(), &Stub::ListNotes, request));
    for (auto& note : *page.mutable_notes()) notes.push_back(std::move(note));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return notes;
}

absl::StatusOr<std::vector<kopa::region::v1::Document>> NodeClient::ListDocuments(const Uuid& id) {
  std::vector<kopa::region::v1::Document> documents;
  kopa::region::v1::ListDocumentsRequest request;
  request.set_application_id(std::string(id.bytes()));
  do {
    ASSIGN_OR_RETURN(auto page, caller_->Call(stub_.get(), &Stub::ListDocuments, request));
    for (auto& document : *page.mutable_documents()) documents.push_back(std::move(document));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return documents;
}

absl::StatusOr<NodeClient::DocumentContent> NodeClient::ReadDocument(const Uuid& id, uint64_t seq) {
  ReadDocumentRequest request;
  request.set_application_id(std::string(id.bytes()));
  request.set_seq(seq);
  ASSIGN_OR_RETURN(DocumentContent read,
                   caller_->Run<DocumentContent>(
                       [&](grpc::ClientContext* context) -> absl::StatusOr<DocumentContent> {
                         const auto stream = stub_->ReadDocument(context, request);
                         DocumentContent read_now;
                         ReadDocumentResponse part;
                         while (stream->Read(&part)) {
                           if (part.has_document()) read_now.document = part.document();
                           read_now.content += part.content();
                           if (read_now.content.size() > kDocumentBytesMax) context->TryCancel();
                         }
                         RETURN_IF_ERROR(rpc::FromGrpc(stream->Finish()));
                         return read_now;
                       }));
  RETURN_IF_ERROR(CheckContent(read));
  return read;
}

}  // namespace kopa::client
