#include "client/include/kopa/node_client.h"

#include <utility>

#include "client/internal/caller.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

using Stub = kopa::region::v1::RegionService::StubInterface;

// A page of applications with a hundred initiatives each stays under the limit of 4 MiB.
constexpr int kPageSize = 200;

}  // namespace

NodeClient::NodeClient(std::unique_ptr<Stub> stub, std::unique_ptr<Caller> caller)
    : stub_(std::move(stub)), caller_(std::move(caller)) {}

NodeClient::~NodeClient() = default;

absl::Status NodeClient::ListApplications(
    kopa::region::v1::ListApplicationsRequest request,
    const std::function<void(const kopa::region::v1::Application&)>& each) {
  return ListApplicationPages(std::move(request),
                              [&each](const kopa::region::v1::ListApplicationsResponse& page) {
                                for (const auto& application : page.applications()) {
                                  each(application);
                                }
                                return absl::OkStatus();
                              });
}

absl::Status NodeClient::ListApplicationPages(
    kopa::region::v1::ListApplicationsRequest request,
    const std::function<absl::Status(const kopa::region::v1::ListApplicationsResponse&)>& each) {
  request.set_page_size(kPageSize);
  request.clear_page_token();
  do {
    ASSIGN_OR_RETURN(const auto page, caller_->Call(stub_.get(), &Stub::ListApplications, request));
    RETURN_IF_ERROR(each(page));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::StatusOr<kopa::region::v1::GetApplicationResponse> NodeClient::GetApplication(
    const Uuid& id) {
  kopa::region::v1::GetApplicationRequest request;
  request.set_application_id(std::string(id.bytes()));
  return caller_->Call(stub_.get(), &Stub::GetApplication, request);
}

absl::StatusOr<std::vector<kopa::region::v1::HistoryRow>> NodeClient::ListApplicationHistory(
    const Uuid& id) {
  std::vector<kopa::region::v1::HistoryRow> rows;
  kopa::region::v1::ListApplicationHistoryRequest request;
  request.set_application_id(std::string(id.bytes()));
  do {
    ASSIGN_OR_RETURN(auto page, caller_->Call(stub_.get(), &Stub::ListApplicationHistory, request));
    for (auto& row : *page.mutable_rows()) rows.push_back(std::move(row));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return rows;
}

absl::StatusOr<kopa::region::v1::EvaluateApplicationsResponse> NodeClient::EvaluateApplications(
    kopa::region::v1::EvaluateApplicationsRequest request) {
  if (request.request_id().empty()) request.set_request_id(caller_->NewRequestId());
  return caller_->Call(stub_.get(), &Stub::EvaluateApplications, request);
}

absl::StatusOr<kopa::region::v1::DecideApplicationsResponse> NodeClient::DecideApplications(
    kopa::region::v1::DecideApplicationsRequest request) {
  if (request.request_id().empty()) request.set_request_id(caller_->NewRequestId());
  return caller_->Call(stub_.get(), &Stub::DecideApplications, request);
}

absl::StatusOr<std::vector<kopa::programme::v1::Call>> NodeClient::ListCalls() {
  std::vector<kopa::programme::v1::Call> calls;
  kopa::region::v1::ListNodeCallsRequest request;
  do {
    ASSIGN_OR_RETURN(auto page, caller_->Call(stub_.get(), &Stub::ListNodeCalls, request));
    for (auto& call : *page.mutable_calls()) calls.push_back(std::move(call));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return calls;
}

absl::StatusOr<kopa::region::v1::GetNodeStatusResponse> NodeClient::GetStatus() {
  return caller_->Call(stub_.get(), &Stub::GetNodeStatus, kopa::region::v1::GetNodeStatusRequest());
}

absl::StatusOr<kopa::region::v1::VerifyNodeResponse> NodeClient::Verify(uint64_t at_seq) {
  kopa::region::v1::VerifyNodeRequest request;
  request.set_at_seq(at_seq);
  return caller_->Call(stub_.get(), &Stub::VerifyNode, request);
}

absl::StatusOr<kopa::region::v1::CheckNodeReceiptResponse> NodeClient::CheckReceipt(uint64_t seq) {
  kopa::region::v1::CheckNodeReceiptRequest request;
  request.set_seq(seq);
  return caller_->Call(stub_.get(), &Stub::CheckNodeReceipt, request);
}

}  // namespace kopa::client
