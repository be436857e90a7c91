#include "absl/strings/str_cat.h"
#include "tests/unit/client/testing/fake_servers.h"

namespace kopa::client::testing {

using kopa::region::v1::AttachDocumentRequest;
using kopa::region::v1::ReadDocumentResponse;

std::vector<kopa::region::v1::AssignEvaluatorsRequest> FakeRegion::assignments() const {
  MutexLock lock(&mutex_);
  return assignments_;
}

std::vector<kopa::region::v1::DeclareConflictRequest> FakeRegion::conflicts() const {
  MutexLock lock(&mutex_);
  return conflicts_;
}

grpc::Status FakeRegion::AssignEvaluators(grpc::ServerContext*,
                                          const kopa::region::v1::AssignEvaluatorsRequest* request,
                                          kopa::region::v1::AssignEvaluatorsResponse* response) {
  if (!unary_error.ok()) return unary_error;
  MutexLock lock(&mutex_);
  assignments_.push_back(*request);
  for (const auto& assignment : request->assignments()) {
    auto* result = response->add_results();
    result->set_application_id(assignment.application_id());
    result->set_status(kopa::national::v1::APPLICATION_STATUS_SUBMITTED);
  }
  return grpc::Status::OK;
}

grpc::Status FakeRegion::DeclareConflict(grpc::ServerContext*,
                                         const kopa::region::v1::DeclareConflictRequest* request,
                                         kopa::region::v1::DeclareConflictResponse* response) {
  if (!unary_error.ok()) return unary_error;
  MutexLock lock(&mutex_);
  conflicts_.push_back(*request);
  response->mutable_result()->set_application_id(request->application_id());
  response->mutable_result()->set_status(kopa::national::v1::APPLICATION_STATUS_SUBMITTED);
  return grpc::Status::OK;
}

grpc::Status FakeRegion::AddNote(grpc::ServerContext* context,
                                 const kopa::region::v1::AddNoteRequest* request,
                                 kopa::region::v1::AddNoteResponse* response) {
  if (!unary_error.ok()) return unary_error;
  MutexLock lock(&mutex_);
  kopa::region::v1::Note note;
  note.set_seq(notes_.size() + 1);
  note.set_author(ActorOf(*context));
  note.set_text(request->text());
  notes_.push_back(note);
  *response->mutable_note() = note;
  return grpc::Status::OK;
}

grpc::Status FakeRegion::ListNotes(grpc::ServerContext*,
                                   const kopa::region::v1::ListNotesRequest* request,
                                   kopa::region::v1::ListNotesResponse* response) {
  if (!unary_error.ok()) return unary_error;
  MutexLock lock(&mutex_);
  // One a page.
  const size_t at = request->page_token().empty() ? 0 : std::stoul(request->page_token());
  if (at < notes_.size()) *response->add_notes() = notes_[at];
  if (at + 1 < notes_.size()) response->set_next_page_token(absl::StrCat(at + 1));
  return grpc::Status::OK;
}

grpc::Status FakeRegion::AttachDocument(grpc::ServerContext* context,
                                        grpc::ServerReader<AttachDocumentRequest>* stream,
                                        kopa::region::v1::AttachDocumentResponse* response) {
  Stored stored;
  AttachDocumentRequest part;
  while (stream->Read(&part)) {
    if (part.has_head()) {
      stored.document.set_name(part.head().name());
      stored.document.set_size_bytes(part.head().size_bytes());
      stored.document.set_sha256(part.head().sha256());
    }
    stored.content += part.content();
  }
  if (stored.content.rfind("%PDF-", 0) != 0) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "neither PDF nor a signed container"};
  }
  MutexLock lock(&mutex_);
  stored.document.set_seq(documents_.size() + 1);
  stored.document.set_type(kopa::region::v1::DOCUMENT_TYPE_PDF);
  stored.document.set_added_by(ActorOf(*context));
  *response->mutable_document() = stored.document;
  documents_.push_back(std::move(stored));
  return grpc::Status::OK;
}

grpc::Status FakeRegion::ListDocuments(grpc::ServerContext*,
                                       const kopa::region::v1::ListDocumentsRequest*,
                                       kopa::region::v1::ListDocumentsResponse* response) {
  if (!unary_error.ok()) return unary_error;
  MutexLock lock(&mutex_);
  for (const Stored& stored : documents_) *response->add_documents() = stored.document;
  return grpc::Status::OK;
}

grpc::Status FakeRegion::ReadDocument(grpc::ServerContext*,
                                      const kopa::region::v1::ReadDocumentRequest* request,
                                      grpc::ServerWriter<ReadDocumentResponse>* stream) {
  MutexLock lock(&mutex_);
  if (request->seq() == 0 || request->seq() > documents_.size()) {
    return {grpc::StatusCode::NOT_FOUND, "no such document"};
  }
  const Stored& stored = documents_[request->seq() - 1];
  ReadDocumentResponse part;
  *part.mutable_document() = stored.document;
  stream->Write(part);
  part.clear_document();
  for (size_t from = garbles_documents ? 1 : 0; from < stored.content.size(); from += 1000) {
    part.set_content(stored.content.substr(from, 1000));
    stream->Write(part);
  }
  return grpc::Status::OK;
}

grpc::Status FakeRegion::AdmitLate(grpc::ServerContext* context,
                                   const kopa::region::v1::AdmitLateRequest* request,
                                   kopa::region::v1::AdmitLateResponse* response) {
  if (!unary_error.ok()) return unary_error;
  MutexLock lock(&mutex_);
  const auto [found, proposed] = late_.emplace(request->external_ref(), ActorOf(*context));
  response->set_proposed_by(found->second);
  response->set_confirmed(!proposed && found->second != ActorOf(*context));
  return grpc::Status::OK;
}

}  // namespace kopa::client::testing
