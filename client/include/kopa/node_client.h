#ifndef KOPA_CLIENT_INCLUDE_KOPA_NODE_CLIENT_H_
#define KOPA_CLIENT_INCLUDE_KOPA_NODE_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/uuid.h"
#include "kopa/region/v1/service.grpc.pb.h"

namespace kopa::client {

class Caller;

// What a coordinator asks one regional node. Every method gives up after the connection's time-out;
// errors are those of kopa.region.v1.RegionService, and UNAVAILABLE or DEADLINE_EXCEEDED naming the
// address. Thread-safe. Bulk submission is the Submitter's.
class NodeClient {
 public:
  NodeClient(std::unique_ptr<kopa::region::v1::RegionService::StubInterface> stub,
             std::unique_ptr<Caller> caller);
  ~NodeClient();

  // Fetches page after page and calls `each` for every application, sorted by id. `page_size` and
  // `page_token` of the request are not looked at.
  absl::Status ListApplications(
      kopa::region::v1::ListApplicationsRequest request,
      const std::function<void(const kopa::region::v1::Application&)>& each);

  // The same page by page; `each` ends it with a status that is not OK, which is then returned.
  absl::Status ListApplicationPages(
      kopa::region::v1::ListApplicationsRequest request,
      const std::function<absl::Status(const kopa::region::v1::ListApplicationsResponse&)>& each);

  absl::StatusOr<kopa::region::v1::GetApplicationResponse> GetApplication(const Uuid& id);

  // All pages, oldest first.
  absl::StatusOr<std::vector<kopa::region::v1::HistoryRow>> ListApplicationHistory(const Uuid& id);

  // All below up to AttachDocument set a request_id where there is none and keep it over retries.
  absl::StatusOr<kopa::region::v1::EvaluateApplicationsResponse> EvaluateApplications(
      kopa::region::v1::EvaluateApplicationsRequest request);
  absl::StatusOr<kopa::region::v1::DecideApplicationsResponse> DecideApplications(
      kopa::region::v1::DecideApplicationsRequest request);

  absl::StatusOr<kopa::region::v1::AssignEvaluatorsResponse> AssignEvaluators(
      kopa::region::v1::AssignEvaluatorsRequest request);
  absl::StatusOr<kopa::region::v1::DeclareConflictResponse> DeclareConflict(
      kopa::region::v1::DeclareConflictRequest request);
  absl::StatusOr<kopa::region::v1::AddNoteResponse> AddNote(
      kopa::region::v1::AddNoteRequest request);
  absl::StatusOr<kopa::region::v1::AdmitLateResponse> AdmitLate(
      kopa::region::v1::AdmitLateRequest request);
  // Sends `content` in parts; size and digest are put into the head.
  absl::StatusOr<kopa::region::v1::AttachDocumentResponse> AttachDocument(
      kopa::region::v1::DocumentHead head, absl::string_view content);

  // All pages, oldest first.
  absl::StatusOr<std::vector<kopa::region::v1::Note>> ListNotes(const Uuid& id);
  absl::StatusOr<std::vector<kopa::region::v1::Document>> ListDocuments(const Uuid& id);

  struct DocumentContent {
    kopa::region::v1::Document document;
    std::string content;
  };
  // DATA_LOSS where the bytes are not those that the document's size and digest tell.
  absl::StatusOr<DocumentContent> ReadDocument(const Uuid& id, uint64_t seq);

  // All pages, sorted by id.
  absl::StatusOr<std::vector<kopa::programme::v1::Call>> ListCalls();
  absl::StatusOr<kopa::region::v1::GetNodeStatusResponse> GetStatus();
  absl::StatusOr<kopa::region::v1::VerifyNodeResponse> Verify(uint64_t at_seq);
  absl::StatusOr<kopa::region::v1::CheckNodeReceiptResponse> CheckReceipt(uint64_t seq);

 private:
  const std::unique_ptr<kopa::region::v1::RegionService::StubInterface> stub_;
  const std::unique_ptr<Caller> caller_;
};

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INCLUDE_KOPA_NODE_CLIENT_H_
