#ifndef KOPA_REGIONAL_NODE_SERVICE_REGION_SERVICE_H_
#define KOPA_REGIONAL_NODE_SERVICE_REGION_SERVICE_H_

#include <atomic>
#include <functional>

#include "common/rpc/identity.h"
#include "kopa/region/v1/service.grpc.pb.h"
#include "regional-node/service/context.h"

namespace kopa::node {

// The node's API over gRPC: turns calls into what the other headers of this folder do
// (submission.h, decisions.h, notes.h, queries.h and so on), and their answers back. Nothing here
// blocks: reads go to the worker, changes to the committer.
class RegionService : public region::v1::RegionService::CallbackService {
 public:
  RegionService(const Context* context, rpc::Transport transport)
      : context_(*context), transport_(transport) {}

  grpc::ServerUnaryReactor* SubmitApplication(
      grpc::CallbackServerContext* call, const region::v1::SubmitApplicationRequest* request,
      region::v1::SubmitApplicationResponse* response) override;
  grpc::ServerBidiReactor<region::v1::SubmitApplicationsRequest,
                          region::v1::SubmitApplicationsResponse>*
  SubmitApplications(grpc::CallbackServerContext* call) override;
  grpc::ServerUnaryReactor* ListApplications(
      grpc::CallbackServerContext* call, const region::v1::ListApplicationsRequest* request,
      region::v1::ListApplicationsResponse* response) override;
  grpc::ServerUnaryReactor* GetApplication(grpc::CallbackServerContext* call,
                                           const region::v1::GetApplicationRequest* request,
                                           region::v1::GetApplicationResponse* response) override;
  grpc::ServerUnaryReactor* ListApplicationHistory(
      grpc::CallbackServerContext* call, const region::v1::ListApplicationHistoryRequest* request,
      region::v1::ListApplicationHistoryResponse* response) override;
  grpc::ServerUnaryReactor* EvaluateApplications(
      grpc::CallbackServerContext* call, const region::v1::EvaluateApplicationsRequest* request,
      region::v1::EvaluateApplicationsResponse* response) override;
  grpc::ServerUnaryReactor* DecideApplications(
      grpc::CallbackServerContext* call, const region::v1::DecideApplicationsRequest* request,
      region::v1::DecideApplicationsResponse* response) override;
  grpc::ServerUnaryReactor* AdmitLate(grpc::CallbackServerContext* call,
                                      const region::v1::AdmitLateRequest* request,
                                      region::v1::AdmitLateResponse* response) override;
  grpc::ServerUnaryReactor* AssignEvaluators(
      grpc::CallbackServerContext* call, const region::v1::AssignEvaluatorsRequest* request,
      region::v1::AssignEvaluatorsResponse* response) override;
  grpc::ServerUnaryReactor* DeclareConflict(grpc::CallbackServerContext* call,
                                            const region::v1::DeclareConflictRequest* request,
                                            region::v1::DeclareConflictResponse* response) override;
  grpc::ServerUnaryReactor* AddNote(grpc::CallbackServerContext* call,
                                    const region::v1::AddNoteRequest* request,
                                    region::v1::AddNoteResponse* response) override;
  grpc::ServerUnaryReactor* ListNotes(grpc::CallbackServerContext* call,
                                      const region::v1::ListNotesRequest* request,
                                      region::v1::ListNotesResponse* response) override;
  grpc::ServerReadReactor<region::v1::AttachDocumentRequest>* AttachDocument(
      grpc::CallbackServerContext* call, region::v1::AttachDocumentResponse* response) override;
  grpc::ServerUnaryReactor* ListDocuments(grpc::CallbackServerContext* call,
                                          const region::v1::ListDocumentsRequest* request,
                                          region::v1::ListDocumentsResponse* response) override;
  grpc::ServerWriteReactor<region::v1::ReadDocumentResponse>* ReadDocument(
      grpc::CallbackServerContext* call, const region::v1::ReadDocumentRequest* request) override;
  grpc::ServerUnaryReactor* ListNodeCalls(grpc::CallbackServerContext* call,
                                          const region::v1::ListNodeCallsRequest* request,
                                          region::v1::ListNodeCallsResponse* response) override;
  grpc::ServerUnaryReactor* GetNodeStatus(grpc::CallbackServerContext* call,
                                          const region::v1::GetNodeStatusRequest* request,
                                          region::v1::GetNodeStatusResponse* response) override;
  grpc::ServerUnaryReactor* CheckNodeReceipt(
      grpc::CallbackServerContext* call, const region::v1::CheckNodeReceiptRequest* request,
      region::v1::CheckNodeReceiptResponse* response) override;
  grpc::ServerUnaryReactor* VerifyNode(grpc::CallbackServerContext* call,
                                       const region::v1::VerifyNodeRequest* request,
                                       region::v1::VerifyNodeResponse* response) override;

 private:
  // Runs `read` on the worker and answers with what it returns.
  template <typename Response>
  grpc::ServerUnaryReactor* OnWorker(engine::Worker* worker, grpc::CallbackServerContext* call,
                                     Response* response,
                                     std::function<absl::StatusOr<Response>()> read);

  // Has the worker call `handler(context, actor, request, done)` and answers with what comes to
  // `done`.
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* ByCommand(grpc::CallbackServerContext* call, const Request* request,
                                      Response* response, Handler handler);

  const Context& context_;
  const rpc::Transport transport_;
  std::atomic<int> uploads_{0};  // AttachDocument streams that there are
};

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_REGION_SERVICE_H_
