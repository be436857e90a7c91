#ifndef KOPA_CLIENT_INCLUDE_KOPA_CENTRAL_CLIENT_H_
#define KOPA_CLIENT_INCLUDE_KOPA_CENTRAL_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/uuid.h"
#include "kopa/national/v1/office.grpc.pb.h"
#include "kopa/national/v1/service.grpc.pb.h"

namespace kopa::client {

class Caller;

// What anyone asks the centre, and what the central office changes there. Every method gives up
// after the connection's time-out; errors are those of kopa.national.v1.NationalService and
// OfficeService, and UNAVAILABLE or DEADLINE_EXCEEDED naming the address. Thread-safe.
class CentralClient {
 public:
  CentralClient(std::unique_ptr<kopa::national::v1::NationalService::StubInterface> stub,
                std::unique_ptr<kopa::national::v1::OfficeService::StubInterface> office,
                std::unique_ptr<Caller> caller);
  ~CentralClient();

  // All pages, sorted by id.
  absl::StatusOr<std::vector<kopa::programme::v1::Call>> ListCalls();
  absl::StatusOr<kopa::programme::v1::Call> GetCall(const std::string& call);

  absl::StatusOr<kopa::national::v1::GetTotalsResponse> GetTotals(
      const kopa::national::v1::GetTotalsRequest& request);

  // Calls `each` with the totals now and after each change, until it gives false (then OK) or the
  // stream ends. A stream that ends is opened again; only one that stays away for the time-out is
  // an error.
  absl::Status WatchTotals(
      const kopa::national::v1::WatchTotalsRequest& request,
      const std::function<bool(const kopa::national::v1::GetTotalsResponse&)>& each);

  absl::StatusOr<kopa::national::v1::GetBudgetResponse> GetBudget(const std::string& call);

  // All pages, sorted by id.
  absl::StatusOr<std::vector<kopa::national::v1::Node>> ListNodes();

  // Which node holds each; what the centre does not know (yet) is left out.
  absl::StatusOr<absl::flat_hash_map<Uuid, std::string>> LocateApplications(
      absl::Span<const Uuid> ids);

  absl::StatusOr<kopa::national::v1::RankCallResponse> RankCall(const std::string& call);
  absl::StatusOr<kopa::national::v1::ListFindingsResponse> ListFindings(const std::string& call);

  absl::StatusOr<kopa::national::v1::VerifyNationalResponse> VerifyNational();
  absl::StatusOr<kopa::national::v1::CheckReceiptResponse> CheckReceipt(const std::string& node,
                                                                        uint64_t seq);

  // Calls `each` for every record from `from_seq` (0: the first) to where the journal ends; an
  // empty `node` means the centre's own. A stream that breaks off goes on where it was; only one
  // that stays away for the time-out is an error. `each` ends it with a status that is not OK,
  // which is then returned.
  absl::Status ExportJournal(
      const std::string& node, uint64_t from_seq,
      const std::function<absl::Status(const kopa::national::v1::JournalRecord&)>& each);

  // The office's. Each may be repeated: what is so already is not changed again.
  absl::StatusOr<kopa::national::v1::LoadCallResponse> LoadCall(
      const kopa::national::v1::LoadCallRequest& request);
  absl::StatusOr<kopa::national::v1::CloseCallResponse> CloseCall(
      const kopa::national::v1::CloseCallRequest& request);
  absl::StatusOr<kopa::national::v1::Proposal> ProposeChange(
      const kopa::national::v1::ProposeChangeRequest& request);
  absl::StatusOr<kopa::national::v1::Proposal> SettleProposal(
      const kopa::national::v1::SettleProposalRequest& request);
  // All pages, newest first.
  absl::StatusOr<std::vector<kopa::national::v1::Proposal>> ListProposals();
  absl::StatusOr<kopa::national::v1::ApplyRankingResponse> ApplyRanking(
      const kopa::national::v1::ApplyRankingRequest& request);

 private:
  const std::unique_ptr<kopa::national::v1::NationalService::StubInterface> stub_;
  const std::unique_ptr<kopa::national::v1::OfficeService::StubInterface> office_;
  const std::unique_ptr<Caller> caller_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INCLUDE_KOPA_CENTRAL_CLIENT_H_
