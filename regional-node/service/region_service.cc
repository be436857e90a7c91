#include "regional-node/service/region_service.h"

#include <functional>
#include <utility>

#include "common/base/status.h"
#include "common/rpc/status.h"
#include "regional-node/core/verify.h"
#include "regional-node/service/decisions.h"
#include "regional-node/service/queries.h"
#include "regional-node/service/submission.h"
#include "regional-node/service/submit_stream.h"

namespace kopa::node {

namespace {

// Ends a stream at once with an error.
class RefusedStream : public grpc::ServerBidiReactor<region::v1::SubmitApplicationsRequest,
                                                     region::v1::SubmitApplicationsResponse> {
 public:
  explicit RefusedStream(const absl::Status& status) { Finish(rpc::ToGrpc(status)); }
  void OnDone() override { delete this; }
};

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
    const auto key = context.keys->Get(id);
    if (absl::IsNotFound(key.status())) return absl::OkStatus();  // erased
    RETURN_IF_ERROR(key.status());
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
  if (!caller.ok()) return new RefusedStream(caller.status());
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
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  const auto caller = rpc::CallerOf(*call, transport_);
  if (!caller.ok()) {
    reactor->Finish(rpc::ToGrpc(caller.status()));
    return reactor;
  }
  const absl::Status posted = context_.worker->Post([this, reactor, request, response,
                                                     actor = caller->actor] {
    Evaluate(context_, actor, *request,
             [reactor, response](absl::StatusOr<region::v1::EvaluateApplicationsResponse> result) {
               if (result.ok()) *response = *std::move(result);
               reactor->Finish(rpc::ToGrpc(ForCaller(result.status())));
             });
  });
  if (!posted.ok()) reactor->Finish(rpc::ToGrpc(ForCaller(posted)));
  return reactor;
}

grpc::ServerUnaryReactor* RegionService::DecideApplications(
    grpc::CallbackServerContext* call, const region::v1::DecideApplicationsRequest* request,
    region::v1::DecideApplicationsResponse* response) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  const auto caller = rpc::CallerOf(*call, transport_);
  if (!caller.ok()) {
    reactor->Finish(rpc::ToGrpc(caller.status()));
    return reactor;
  }
  const absl::Status posted =
      context_.worker->Post([this, reactor, request, response, actor = caller->actor] {
        Decide(context_, actor, *request,
               [reactor, response](absl::StatusOr<region::v1::DecideApplicationsResponse> result) {
                 if (result.ok()) *response = *std::move(result);
                 reactor->Finish(rpc::ToGrpc(ForCaller(result.status())));
               });
      });
  if (!posted.ok()) reactor->Finish(rpc::ToGrpc(ForCaller(posted)));
  return reactor;
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

grpc::ServerUnaryReactor* RegionService::VerifyNode(grpc::CallbackServerContext* call,
                                                    const region::v1::VerifyNodeRequest* request,
                                                    region::v1::VerifyNodeResponse* response) {
  return OnWorker<region::v1::VerifyNodeResponse>(
      context_.verifier, call, response,
      [this, call, request]() -> absl::StatusOr<region::v1::VerifyNodeResponse> {
        const auto view = context_.store->Snapshot();
        return node::VerifyNode(context_.node, *view, request->at_seq(), SealCheckOf(context_),
                                [this, call] { return *context_.stopping || call->IsCancelled(); });
      });
}

}  // namespace kopa::node
