#include "regional-node/service/region_service.h"

#include <functional>
#include <utility>

#include "common/base/status.h"
#include "common/journal/chain.h"
#include "common/rpc/status.h"
#include "regional-node/core/verify.h"
#include "regional-node/service/application_key.h"
#include "regional-node/service/decisions.h"
#include "regional-node/service/document_streams.h"
#include "regional-node/service/documents.h"
#include "regional-node/service/late_admission.h"
#include "regional-node/service/notes.h"
#include "regional-node/service/queries.h"
#include "regional-node/service/staffing.h"
#include "regional-node/service/submission.h"
#include "regional-node/service/submit_stream.h"

namespace kopa::node {

namespace {

// Ends a stream at once with an error.
template <typename Reactor>
class Refused : public Reactor {
 public:
  explicit Refused(const absl::Status& status) { this->Finish(rpc::ToGrpc(status)); }
  void OnDone() override { delete this; }
};

// Opens the content of what was laid to an application.
absl::Status CheckNoted(const Sealer& sealer, const vault::SecretKey& key, const ApplicationId& id,
                        national::v1::NoteKind kind, const std::string& sealed,
                        const std::string& commitment) {
  if (kind == national::v1::NOTE_KIND_DOCUMENT) {
    return sealer.OpenDocument(key, id, sealed, commitment).status();
  }
  return sealer.OpenNote(key, id, sealed, commitment).status();
}

// Opens sealed parts with the node's keys, for VerifyNode.
SealCheck SealCheckOf(const Context& context) {
  return [&context](const ApplicationId& id, uint32_t version,
                    const national::v1::JournalRecord& record, const std::string& sealed_personal,
                    const std::string& sealed_staff) -> absl::Status {
    if (!record.staff_commitment().empty()) {
      RETURN_IF_ERROR(
          context.sealer->OpenStaff(id, version, sealed_staff, record.staff_commitment()).status());
    }
    if (record.private_commitment().empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto key, KeyUnlessErased(*context.keys, id));
    if (!key.has_value()) return absl::OkStatus();
    national::v1::PublicRecord what;
    RETURN_IF_ERROR(journal::ParsePublic(record, &what));
    if (what.has_application_noted()) {
      return CheckNoted(*context.sealer, *key, id, what.application_noted().kind(), sealed_personal,
                        record.private_commitment());
    }
    return context.sealer
        ->OpenPersonal(*key, id, version, sealed_personal, record.private_commitment())
        .status();
  };
}

}  // namespace

template <typename Response>
grpc::ServerUnaryReactor* RegionService::OnWorker(engine::Worker* worker,
                                                  grpc::CallbackServerContext* call,
                                                  Response* response,
                                                  std::function<absl::StatusOr<Response>()> read) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  const auto caller = rpc::CallerOf(*call, transport_);
  if (!caller.ok()) {
    reactor->Finish(rpc::ToGrpc(caller.status()));
    return reactor;
  }
  const absl::Status posted = worker->Post([reactor, response, read = std::move(read)] {
    absl::StatusOr<Response> result = read();
    if (result.ok()) *response = *std::move(result);
    reactor->Finish(rpc::ToGrpc(ForCaller(result.status())));
  });
  if (!posted.ok()) reactor->Finish(rpc::ToGrpc(ForCaller(posted)));
  return reactor;
}

template <typename Request, typename Response, typename Handler>
grpc::ServerUnaryReactor* RegionService::ByCommand(grpc::CallbackServerContext* call,
                                                   const Request* request, Response* response,
                                                   Handler handler) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  const auto caller = rpc::CallerOf(*call, transport_);
  if (!caller.ok()) {
    reactor->Finish(rpc::ToGrpc(caller.status()));
    return reactor;
  }
  const absl::Status posted =
      context_.worker->Post([this, reactor, request, response, handler, actor = caller->actor] {
        handler(context_, actor, *request, [reactor, response](absl::StatusOr<Response> result) {
          if (result.ok()) *response = *std::move(result);
          reactor->Finish(rpc::ToGrpc(ForCaller(result.status())));
        });
      });
  if (!posted.ok()) reactor->Finish(rpc::ToGrpc(ForCaller(posted)));
  return reactor;
}

grpc::ServerUnaryReactor* RegionService::SubmitApplication(
    grpc::CallbackServerContext* call, const region::v1::SubmitApplicationRequest* request,
    region::v1::SubmitApplicationResponse* response) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  const auto caller = rpc::CallerOf(*call, transport_);
  if (!caller.ok()) {
    reactor->Finish(rpc::ToGrpc(caller.status()));
    return reactor;
  }
  Submission submission;
  submission.actor = caller->actor;
  submission.request_id = request->request_id();
  submission.call = request->call();
  submission.dry_run = request->dry_run();
  *submission.applications.Add() = request->application();
  Submit(context_, engine::Lane::kInteractive, std::move(submission),
         [reactor, response](absl::StatusOr<SubmissionResults> results) {
           if (results.ok()) *response->mutable_result() = std::move(results->front());
           reactor->Finish(rpc::ToGrpc(ForCaller(results.status())));
         });
  return reactor;
}

grpc::ServerBidiReactor<region::v1::SubmitApplicationsRequest,
                        region::v1::SubmitApplicationsResponse>*
RegionService::SubmitApplications(grpc::CallbackServerContext* call) {
  const auto caller = rpc::CallerOf(*call, transport_);
  if (!caller.ok()) {
    return new Refused<grpc::ServerBidiReactor<region::v1::SubmitApplicationsRequest,
                                               region::v1::SubmitApplicationsResponse>>(
        caller.status());
  }
  return new SubmitStream(context_, caller->actor);
}

grpc::ServerUnaryReactor* RegionService::ListApplications(
    grpc::CallbackServerContext* call, const region::v1::ListApplicationsRequest* request,
    region::v1::ListApplicationsResponse* response) {
  return OnWorker<region::v1::ListApplicationsResponse>(
      context_.worker, call, response,
      [this, request] { return node::ListApplications(context_, *request); });
}

grpc::ServerUnaryReactor* RegionService::GetApplication(
    grpc::CallbackServerContext* call, const region::v1::GetApplicationRequest* request,
    region::v1::GetApplicationResponse* response) {
  return OnWorker<region::v1::GetApplicationResponse>(
      context_.worker, call, response,
      [this, request] { return node::GetApplication(context_, *request); });
}

grpc::ServerUnaryReactor* RegionService::ListApplicationHistory(
    grpc::CallbackServerContext* call, const region::v1::ListApplicationHistoryRequest* request,
    region::v1::ListApplicationHistoryResponse* response) {
  return OnWorker<region::v1::ListApplicationHistoryResponse>(
      context_.worker, call, response,
      [this, request] { return node::ListApplicationHistory(context_, *request); });
}

grpc::ServerUnaryReactor* RegionService::EvaluateApplications(
    grpc::CallbackServerContext* call, const region::v1::EvaluateApplicationsRequest* request,
    region::v1::EvaluateApplicationsResponse* response) {
  return ByCommand(call, request, response, node::Evaluate);
}

grpc::ServerUnaryReactor* RegionService::DecideApplications(
    grpc::CallbackServerContext* call, const region::v1::DecideApplicationsRequest* request,
    region::v1::DecideApplicationsResponse* response) {
  return ByCommand(call, request, response, node::Decide);
}

grpc::ServerUnaryReactor* RegionService::AdmitLate(grpc::CallbackServerContext* call,
                                                   const region::v1::AdmitLateRequest* request,
                                                   region::v1::AdmitLateResponse* response) {
  return ByCommand(call, request, response, node::AdmitLate);
}

grpc::ServerUnaryReactor* RegionService::AssignEvaluators(
    grpc::CallbackServerContext* call, const region::v1::AssignEvaluatorsRequest* request,
    region::v1::AssignEvaluatorsResponse* response) {
  return ByCommand(call, request, response, node::AssignEvaluators);
}

grpc::ServerUnaryReactor* RegionService::DeclareConflict(
    grpc::CallbackServerContext* call, const region::v1::DeclareConflictRequest* request,
    region::v1::DeclareConflictResponse* response) {
  return ByCommand(call, request, response, node::DeclareConflict);
}

grpc::ServerUnaryReactor* RegionService::AddNote(grpc::CallbackServerContext* call,
                                                 const region::v1::AddNoteRequest* request,
                                                 region::v1::AddNoteResponse* response) {
  return ByCommand(call, request, response, node::AddNote);
}

grpc::ServerUnaryReactor* RegionService::ListNotes(grpc::CallbackServerContext* call,
                                                   const region::v1::ListNotesRequest* request,
                                                   region::v1::ListNotesResponse* response) {
  return OnWorker<region::v1::ListNotesResponse>(context_.worker, call, response, [this, request] {
    return node::ListNotes(context_, *request);
  });
}

grpc::ServerUnaryReactor* RegionService::ListDocuments(
    grpc::CallbackServerContext* call, const region::v1::ListDocumentsRequest* request,
    region::v1::ListDocumentsResponse* response) {
  return OnWorker<region::v1::ListDocumentsResponse>(
      context_.worker, call, response,
      [this, request] { return node::ListDocuments(context_, *request); });
}

grpc::ServerReadReactor<region::v1::AttachDocumentRequest>* RegionService::AttachDocument(
    grpc::CallbackServerContext* call, region::v1::AttachDocumentResponse* response) {
  const auto caller = rpc::CallerOf(*call, transport_);
  if (!caller.ok()) {
    return new Refused<grpc::ServerReadReactor<region::v1::AttachDocumentRequest>>(caller.status());
  }
  return new AttachStream(context_, call, caller->actor, response, &uploads_);
}

grpc::ServerWriteReactor<region::v1::ReadDocumentResponse>* RegionService::ReadDocument(
    grpc::CallbackServerContext* call, const region::v1::ReadDocumentRequest* request) {
  const auto caller = rpc::CallerOf(*call, transport_);
  if (!caller.ok()) {
    return new Refused<grpc::ServerWriteReactor<region::v1::ReadDocumentResponse>>(caller.status());
  }
  return new ReadStream(context_, *request);
}

grpc::ServerUnaryReactor* RegionService::ListNodeCalls(
    grpc::CallbackServerContext* call, const region::v1::ListNodeCallsRequest* request,
    region::v1::ListNodeCallsResponse* response) {
  return OnWorker<region::v1::ListNodeCallsResponse>(
      context_.worker, call, response,
      [this, request] { return node::ListNodeCalls(context_, *request); });
}

grpc::ServerUnaryReactor* RegionService::GetNodeStatus(
    grpc::CallbackServerContext* call, const region::v1::GetNodeStatusRequest*,
    region::v1::GetNodeStatusResponse* response) {
  return OnWorker<region::v1::GetNodeStatusResponse>(
      context_.worker, call, response,
      [this]() -> absl::StatusOr<region::v1::GetNodeStatusResponse> {
        return node::GetNodeStatus(context_);
      });
}

grpc::ServerUnaryReactor* RegionService::CheckNodeReceipt(
    grpc::CallbackServerContext* call, const region::v1::CheckNodeReceiptRequest* request,
    region::v1::CheckNodeReceiptResponse* response) {
  return OnWorker<region::v1::CheckNodeReceiptResponse>(
      context_.worker, call, response,
      [this, request] { return node::CheckNodeReceipt(context_, *request); });
}

grpc::ServerUnaryReactor* RegionService::VerifyNode(grpc::CallbackServerContext* call,
                                                    const region::v1::VerifyNodeRequest* request,
                                                    region::v1::VerifyNodeResponse* response) {
  return OnWorker<region::v1::VerifyNodeResponse>(
      context_.verifier, call, response,
      [this, call, request]() -> absl::StatusOr<region::v1::VerifyNodeResponse> {
        const auto view = context_.store->Snapshot();
        return node::VerifyNode(
            context_.node, *view, request->at_seq(), SealCheckOf(context_),
            [this, call] { return *context_.stopping || call->IsCancelled(); },
            [this](const ApplicationId& id) { return context_.keys->IsLost(id); });
      });
}

}  // namespace kopa::node
