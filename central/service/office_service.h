#ifndef KOPA_CENTRAL_SERVICE_OFFICE_SERVICE_H_
#define KOPA_CENTRAL_SERVICE_OFFICE_SERVICE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "central/core/commands.h"
#include "central/service/national_view.h"
#include "common/base/entropy.h"
#include "common/engine/worker.h"
#include "common/rpc/identity.h"
#include "common/storage/store.h"
#include "common/territory/territory.h"
#include "kopa/national/v1/office.grpc.pb.h"

namespace kopa::central {

// Hands a command to the committer; `done` gets its reply once that is durable. As
// Committer::Submit.
using SubmitOffice = std::function<absl::Status(
    CentralCommand command, std::function<void(absl::StatusOr<CentralReply>)> done)>;

// What the service needs; all of it must outlive the service.
struct OfficeParts {
  const NationalView* view = nullptr;
  const storage::Store* store = nullptr;
  const Territory* territory = nullptr;
  Entropy* entropy = nullptr;
  rpc::Transport transport = rpc::Transport::kTls;
  SubmitOffice submit;
};

// kopa.national.v1.OfficeService: parses and checks on threads of its own, has the core decide, and
// answers once that is on disk. office.proto has the contract.
class OfficeService : public national::v1::OfficeService::CallbackService {
 public:
  // The service must outlive its server.
  explicit OfficeService(OfficeParts parts);

  grpc::ServerUnaryReactor* LoadCall(grpc::CallbackServerContext* context,
                                     const national::v1::LoadCallRequest* request,
                                     national::v1::LoadCallResponse* response) override;
  grpc::ServerUnaryReactor* CloseCall(grpc::CallbackServerContext* context,
                                      const national::v1::CloseCallRequest* request,
                                      national::v1::CloseCallResponse* response) override;
  grpc::ServerUnaryReactor* ProposeChange(grpc::CallbackServerContext* context,
                                          const national::v1::ProposeChangeRequest* request,
                                          national::v1::ProposeChangeResponse* response) override;
  grpc::ServerUnaryReactor* SettleProposal(grpc::CallbackServerContext* context,
                                           const national::v1::SettleProposalRequest* request,
                                           national::v1::SettleProposalResponse* response) override;
  grpc::ServerUnaryReactor* ListProposals(grpc::CallbackServerContext* context,
                                          const national::v1::ListProposalsRequest* request,
                                          national::v1::ListProposalsResponse* response) override;
  grpc::ServerUnaryReactor* ApplyRanking(grpc::CallbackServerContext* context,
                                         const national::v1::ApplyRankingRequest* request,
                                         national::v1::ApplyRankingResponse* response) override;

 private:
  // Has `prepare` make the command on a worker's thread, queues it, and finishes the call with what
  // `take` makes of the reply.
  void Run(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor,
           const std::string& verb, const std::string& reason, bool reason_needed,
           std::function<absl::StatusOr<CentralCommand>(StaffEntry staff)> prepare,
           std::function<void(CentralReply&& reply)> take);
  // Who acts, and why.
  absl::StatusOr<StaffEntry> StaffOf(const grpc::CallbackServerContext& context,
                                     const std::string& verb, const std::string& reason,
                                     bool reason_needed) const;
  void FinishApplied(grpc::ServerUnaryReactor* reactor,
                     national::v1::ApplyRankingResponse* response, CentralReply&& reply);

  const OfficeParts parts_;
  engine::Worker worker_;
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_OFFICE_SERVICE_H_
