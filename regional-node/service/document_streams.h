#ifndef KOPA_REGIONAL_NODE_SERVICE_DOCUMENT_STREAMS_H_
#define KOPA_REGIONAL_NODE_SERVICE_DOCUMENT_STREAMS_H_

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"
#include "regional-node/service/document_upload.h"
#include "regional-node/service/documents.h"
#include "regional-node/service/noting.h"

namespace kopa::node {

// Documents on their way in at once: each may hold kDocumentBytesMax in memory.
inline constexpr int kUploadsMax = 8;

// One AttachDocument stream. One message is read at a time, and the next only when that one was
// taken. Deletes itself when gRPC is done with it.
class AttachStream : public grpc::ServerReadReactor<region::v1::AttachDocumentRequest> {
 public:
  // `uploads` counts the streams that there are; it and `call` outlive this.
  AttachStream(const Context& context, grpc::CallbackServerContext* call, std::string actor,
               region::v1::AttachDocumentResponse* response, std::atomic<int>* uploads);

 private:
  void OnReadDone(bool ok) override;
  void OnDone() override;

  // On a worker: the head says what is to come, or that it was here before.
  void Begin();
  // Hands all of it to the core.
  void Complete();
  void Answer(absl::StatusOr<std::vector<DecisionReply>> replies);
  // Ends the call. The caller touches nothing of this any more.
  void End(absl::Status status);

  const Context& context_;
  grpc::CallbackServerContext* const call_;
  const std::string actor_;
  region::v1::AttachDocumentResponse* const response_;
  std::atomic<int>* const uploads_;

  // Owned by gRPC from StartRead to OnReadDone, then by whoever handles that message: the stream
  // does one thing at a time.
  region::v1::AttachDocumentRequest request_;
  RequestKey key_;
  std::optional<DocumentUpload> upload_;
};

// One ReadDocument stream. A part is opened when the one before has left, so a slow reader holds
// one part in memory. Deletes itself when gRPC is done with it.
class ReadStream : public grpc::ServerWriteReactor<region::v1::ReadDocumentResponse> {
 public:
  ReadStream(const Context& context, const region::v1::ReadDocumentRequest& request);

 private:
  void OnWriteDone(bool ok) override;
  void OnDone() override { delete this; }

  void Begin();
  void WriteNext();
  void PostOrEnd(void (ReadStream::*step)());
  void End(absl::Status status);

  const Context& context_;
  const region::v1::ReadDocumentRequest request_;
  // As above: one thing at a time.
  std::optional<DocumentReader> reader_;
  region::v1::ReadDocumentResponse response_;
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_DOCUMENT_STREAMS_H_
