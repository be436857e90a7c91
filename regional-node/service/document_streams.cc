#include "regional-node/service/document_streams.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/status.h"
#include "regional-node/service/submission.h"
#include "regional-node/service/submit_stream.h"

namespace kopa::node {

namespace {

absl::Status OutOfOrder() {
  return absl::InvalidArgumentError(
      "the first message of the stream is the document's head, all others are its content");
}

}  // namespace

// --- In

AttachStream::AttachStream(const Context& context, grpc::CallbackServerContext* call,
                           std::string actor, region::v1::AttachDocumentResponse* response,
                           std::atomic<int>* uploads)
    : context_(context),
      call_(call),
      actor_(std::move(actor)),
      response_(response),
      uploads_(uploads) {
  if (uploads_->fetch_add(1) < kUploadsMax) {
    StartRead(&request_);
  } else {
    End(absl::ResourceExhaustedError(
        absl::StrCat("the node takes ", kUploadsMax, " documents at a time")));
  }
}

void AttachStream::OnDone() {
  --*uploads_;
  delete this;
}

void AttachStream::End(absl::Status status) { Finish(rpc::ToGrpc(ForCaller(std::move(status)))); }

void AttachStream::OnReadDone(bool ok) {
  if (*context_.stopping) return End(absl::UnavailableError("the node is stopping"));
  if (!upload_.has_value()) {
    if (!ok || !request_.has_head()) return End(OutOfOrder());
    const absl::Status posted = context_.worker->Post([this] { Begin(); });
    if (!posted.ok()) End(posted);
    return;
  }
  if (!ok) return Complete();
  if (!request_.has_content()) return End(OutOfOrder());
  if (absl::Status status = upload_->Add(request_.content()); !status.ok()) {
    return End(std::move(status));
  }
  StartRead(&request_);
}

void AttachStream::Begin() {
  const region::v1::DocumentHead& head = request_.head();
  auto key =
      MakeRequestKey(context_, "document", actor_, head.request_id(), head.SerializeAsString());
  if (!key.ok()) return End(key.status());
  key_ = *key;
  auto earlier = FindEarlier(context_, key_);
  if (!earlier.ok()) return End(earlier.status());
  // The head has the digest of the content, so what would come is what came the first time.
  if (earlier->has_value()) return Answer((*earlier)->replies);
  auto upload = DocumentUpload::Begin(context_, actor_, head);
  if (!upload.ok()) return End(upload.status());
  upload_.emplace(*std::move(upload));
  StartRead(&request_);
}

void AttachStream::Complete() {
  auto item = upload_->Finish();
  if (!item.ok()) return End(item.status());
  if (call_->IsCancelled()) return End(absl::CancelledError("the caller went away"));
  NoteCommand command;
  command.request = key_;
  command.items.push_back(*std::move(item));
  QueueNoting(
      context_, engine::Lane::kBulk, std::move(command),
      [this](absl::StatusOr<std::vector<DecisionReply>> replies) { Answer(std::move(replies)); });
}

void AttachStream::Answer(absl::StatusOr<std::vector<DecisionReply>> replies) {
  if (!replies.ok()) return End(replies.status());
  const DecisionReply& reply = replies->at(0);
  if (reply.fault.has_value() || reply.hash.empty()) {
    auto again = AnswerAttached(context_, reply);
    if (again.ok()) *response_ = *std::move(again);
    return End(again.status());
  }
  *response_->mutable_document() = upload_->document();
  response_->mutable_document()->set_seq(reply.seq.value());
  *response_->mutable_receipt() = ReceiptOf(context_, reply);
  End(absl::OkStatus());
}

// --- Out

ReadStream::ReadStream(const Context& context, const region::v1::ReadDocumentRequest& request)
    : context_(context), request_(request) {
  PostOrEnd(&ReadStream::Begin);
}

void ReadStream::PostOrEnd(void (ReadStream::*step)()) {
  const absl::Status posted = context_.worker->Post([this, step] { (this->*step)(); });
  if (!posted.ok()) End(posted);
}

void ReadStream::End(absl::Status status) { Finish(rpc::ToGrpc(ForCaller(std::move(status)))); }

void ReadStream::Begin() {
  const auto id = Uuid::FromBytes(request_.application_id());
  if (!id.ok()) return End(id.status());
  auto reader = DocumentReader::Open(context_, *id, Seq(request_.seq()));
  if (!reader.ok()) return End(reader.status());
  reader_.emplace(*std::move(reader));
  *response_.mutable_document() = reader_->document();
  WriteNext();
}

void ReadStream::WriteNext() {
  auto part = reader_->NextPart();
  if (!part.ok()) return End(part.status());
  response_.set_content(*std::move(part));
  StartWrite(&response_);
}

void ReadStream::OnWriteDone(bool ok) {
  if (!ok) return End(absl::CancelledError("the reader went away"));
  response_.Clear();
  if (reader_->AtEnd()) return End(absl::OkStatus());
  PostOrEnd(&ReadStream::WriteNext);
}

}  // namespace kopa::node
