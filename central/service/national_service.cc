#include "central/service/national_service.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "central/core/records.h"
#include "central/core/verify.h"
#include "central/service/answers.h"
#include "central/service/journal_export.h"
#include "central/service/national_queries.h"
#include "central/service/totals_at.h"
#include "central/service/watch_totals.h"
#include "common/base/status.h"
#include "common/rpc/status.h"

namespace kopa::central {

using ::kopa::national::v1::LocateApplicationsRequest;
using ::kopa::national::v1::LocateApplicationsResponse;

namespace {

constexpr size_t kLookupThreads = 2;
constexpr size_t kQueriesWaiting = 64;
constexpr size_t kRecomputationsWaiting = 8;
constexpr size_t kVerificationsWaiting = 8;
constexpr int kLocateMax = 1000;
constexpr size_t kIdBytes = 16;

absl::StatusOr<LocateApplicationsResponse> Locate(const storage::View& view,
                                                  const LocateApplicationsRequest& request) {
  if (request.application_ids_size() > kLocateMax) {
    return absl::InvalidArgumentError(absl::StrCat("application_ids: at most ", kLocateMax));
  }
  for (const std::string& id : request.application_ids()) {
    if (id.size() != kIdBytes) {
      return absl::InvalidArgumentError("application_ids: an id has 16 bytes");
    }
  }
  const std::vector<std::string> ids(request.application_ids().begin(),
                                     request.application_ids().end());
  const auto summaries = view.MultiGet(kSummary, ids);
  LocateApplicationsResponse response;
  CellNames names;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (absl::IsNotFound(summaries[i].status())) continue;
    RETURN_IF_ERROR(summaries[i].status());
    ASSIGN_OR_RETURN(const StoredSummary stored, StoredSummary::Parse(names, *summaries[i]));
    auto* location = response.add_locations();
    location->set_application_id(ids[i]);
    location->set_node(names.nodes.Name(stored.summary.cell.node));
  }
  return response;
}

class RefusedExport : public grpc::ServerWriteReactor<national::v1::ExportJournalResponse> {
 public:
  explicit RefusedExport(const absl::Status& why) { Finish(rpc::ToGrpc(why)); }
  void OnDone() override { delete this; }
};

}  // namespace

NationalService::NationalService(const NationalView* view, const storage::Store* store)
    : view_(*view),
      store_(*store),
      lookups_(kLookupThreads),
      queries_(1, kQueriesWaiting),
      recomputations_(1, kRecomputationsWaiting),
      exported_(1),
      verifications_(1, kVerificationsWaiting) {}

grpc::ServerUnaryReactor* NationalService::ListCalls(grpc::CallbackServerContext* context,
                                                     const national::v1::ListCallsRequest* request,
                                                     national::v1::ListCallsResponse* response) {
  return Answer(context, view_.ListCalls(*request), response);
}

grpc::ServerUnaryReactor* NationalService::GetCall(grpc::CallbackServerContext* context,
                                                   const national::v1::GetCallRequest* request,
                                                   national::v1::GetCallResponse* response) {
  return Answer(context, view_.GetCall(*request), response);
}

grpc::ServerUnaryReactor* NationalService::GetTotals(grpc::CallbackServerContext* context,
                                                     const national::v1::GetTotalsRequest* request,
                                                     national::v1::GetTotalsResponse* response) {
  if (!request->at().empty()) {
    return AnswerOn<national::v1::GetTotalsResponse>(
        recomputations_, context,
        [this, context, request] {
          return TotalsAt(view_, store_, *request,
                          [this, context] { return stopping_ || context->IsCancelled(); });
        },
        response);
  }
  return Answer(context, view_.GetTotals(*request), response);
}

grpc::ServerWriteReactor<national::v1::WatchTotalsResponse>* NationalService::WatchTotals(
    grpc::CallbackServerContext*, const national::v1::WatchTotalsRequest* request) {
  national::v1::GetTotalsRequest totals;
  totals.set_call(request->call());
  *totals.mutable_by() = request->by();
  const bool is_full = ++watches_ > kWatchesMax;
  auto* watch =
      new central::WatchTotals(&view_, &stopping_, std::move(totals), [this] { --watches_; });
  if (is_full) {
    watch->Finish(rpc::ToGrpc(
        rpc::WithRetryDelay(absl::ResourceExhaustedError("too many watches"), absl::Seconds(10))));
  } else {
    watch->Start();
  }
  return watch;
}

grpc::ServerUnaryReactor* NationalService::GetBudget(grpc::CallbackServerContext* context,
                                                     const national::v1::GetBudgetRequest* request,
                                                     national::v1::GetBudgetResponse* response) {
  return Answer(context, view_.GetBudget(*request), response);
}

grpc::ServerUnaryReactor* NationalService::ListNodes(grpc::CallbackServerContext* context,
                                                     const national::v1::ListNodesRequest* request,
                                                     national::v1::ListNodesResponse* response) {
  return Answer(context, view_.ListNodes(*request), response);
}

grpc::ServerUnaryReactor* NationalService::LocateApplications(
    grpc::CallbackServerContext* context, const LocateApplicationsRequest* request,
    LocateApplicationsResponse* response) {
  return AnswerOn<LocateApplicationsResponse>(
      lookups_, context, [this, request] { return Locate(*store_.Snapshot(), *request); },
      response);
}

grpc::ServerUnaryReactor* NationalService::RankCall(grpc::CallbackServerContext* context,
                                                    const national::v1::RankCallRequest* request,
                                                    national::v1::RankCallResponse* response) {
  return AnswerOn<national::v1::RankCallResponse>(
      queries_, context, [this, request] { return RankNow(view_, store_, request->call()); },
      response);
}

grpc::ServerUnaryReactor* NationalService::ListFindings(
    grpc::CallbackServerContext* context, const national::v1::ListFindingsRequest* request,
    national::v1::ListFindingsResponse* response) {
  return AnswerOn<national::v1::ListFindingsResponse>(
      queries_, context, [this, request] { return FindingsNow(view_, store_, request->call()); },
      response);
}

grpc::ServerUnaryReactor* NationalService::CheckReceipt(
    grpc::CallbackServerContext* context, const national::v1::CheckReceiptRequest* request,
    national::v1::CheckReceiptResponse* response) {
  return AnswerOn<national::v1::CheckReceiptResponse>(
      lookups_, context, [this, request] { return central::CheckReceipt(store_, *request); },
      response);
}

grpc::ServerWriteReactor<national::v1::ExportJournalResponse>* NationalService::ExportJournal(
    grpc::CallbackServerContext*, const national::v1::ExportJournalRequest* request) {
  if (++exports_ > kExportsMax) {
    --exports_;
    return new RefusedExport(
        rpc::WithRetryDelay(absl::ResourceExhaustedError("too many exports"), absl::Seconds(10)));
  }
  return new ExportStream(&store_, &exported_, &stopping_, *request, [this] { --exports_; });
}

grpc::ServerUnaryReactor* NationalService::VerifyNational(
    grpc::CallbackServerContext* context, const national::v1::VerifyNationalRequest*,
    national::v1::VerifyNationalResponse* response) {
  return AnswerOn<national::v1::VerifyNationalResponse>(
      verifications_, context,
      [this, context]() -> absl::StatusOr<national::v1::VerifyNationalResponse> {
        const auto cancelled = [this, context] { return stopping_ || context->IsCancelled(); };
        if (cancelled()) return absl::CancelledError("the check was called off");
        return Verify(*store_.Snapshot(), cancelled);
      },
      response);
}

}  // namespace kopa::central
