#ifndef KOPA_CENTRAL_SERVICE_NATIONAL_SERVICE_H_
#define KOPA_CENTRAL_SERVICE_NATIONAL_SERVICE_H_

#include <atomic>
#include <cstddef>

#include "absl/status/statusor.h"
#include "central/service/national_view.h"
#include "common/engine/worker.h"
#include "common/storage/store.h"
#include "kopa/national/v1/service.grpc.pb.h"

namespace kopa::central {

// kopa.national.v1.NationalService over the read view; what has to read the store does so on
// threads of its own. service.proto has the contract.
class NationalService : public national::v1::NationalService::CallbackService {
 public:
  static constexpr size_t kWatchesMax = 1000;
  static constexpr size_t kExportsMax = 16;

  // Both must outlive the service; the service must outlive its server.
  NationalService(const NationalView* view, const storage::Store* store);

  // Ends watches and calls checks off, so that the server can be shut down. Thread-safe.
  void Stop() { stopping_ = true; }

  grpc::ServerUnaryReactor* ListCalls(grpc::CallbackServerContext* context,
                                      const national::v1::ListCallsRequest* request,
                                      national::v1::ListCallsResponse* response) override;
  grpc::ServerUnaryReactor* GetCall(grpc::CallbackServerContext* context,
                                    const national::v1::GetCallRequest* request,
                                    national::v1::GetCallResponse* response) override;
  grpc::ServerUnaryReactor* GetTotals(grpc::CallbackServerContext* context,
                                      const national::v1::GetTotalsRequest* request,
                                      national::v1::GetTotalsResponse* response) override;
  grpc::ServerWriteReactor<national::v1::WatchTotalsResponse>* WatchTotals(
      grpc::CallbackServerContext* context,
      const national::v1::WatchTotalsRequest* request) override;
  grpc::ServerUnaryReactor* GetBudget(grpc::CallbackServerContext* context,
                                      const national::v1::GetBudgetRequest* request,
                                      national::v1::GetBudgetResponse* response) override;
  grpc::ServerUnaryReactor* ListNodes(grpc::CallbackServerContext* context,
                                      const national::v1::ListNodesRequest* request,
                                      national::v1::ListNodesResponse* response) override;
  grpc::ServerUnaryReactor* LocateApplications(
      grpc::CallbackServerContext* context, const national::v1::LocateApplicationsRequest* request,
      national::v1::LocateApplicationsResponse* response) override;
  grpc::ServerUnaryReactor* RankCall(grpc::CallbackServerContext* context,
                                     const national::v1::RankCallRequest* request,
                                     national::v1::RankCallResponse* response) override;
  grpc::ServerUnaryReactor* ListFindings(grpc::CallbackServerContext* context,
                                         const national::v1::ListFindingsRequest* request,
                                         national::v1::ListFindingsResponse* response) override;
  grpc::ServerUnaryReactor* CheckReceipt(grpc::CallbackServerContext* context,
                                         const national::v1::CheckReceiptRequest* request,
                                         national::v1::CheckReceiptResponse* response) override;
  grpc::ServerWriteReactor<national::v1::ExportJournalResponse>* ExportJournal(
      grpc::CallbackServerContext* context,
      const national::v1::ExportJournalRequest* request) override;
  grpc::ServerUnaryReactor* VerifyNational(grpc::CallbackServerContext* context,
                                           const national::v1::VerifyNationalRequest* request,
                                           national::v1::VerifyNationalResponse* response) override;

 private:
  const NationalView& view_;
  const storage::Store& store_;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> watches_{0};
  std::atomic<size_t> exports_{0};
  engine::Worker lookups_;
  engine::Worker queries_;         // over all applications of a call
  engine::Worker recomputations_;  // totals at a place: each reads the journals up to there
  engine::Worker exported_;        // the next message of each export
  engine::Worker verifications_;   // one thread: one at a time, each reads everything
};

}  // namespace kopa::central

#endif  // KOPA_CENTRAL_SERVICE_NATIONAL_SERVICE_H_
