#include "client/include/kopa/central_client.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "client/internal/caller.h"
#include "common/base/status.h"

namespace kopa::client {
namespace {

using kopa::national::v1::NationalService;
using kopa::national::v1::OfficeService;
using Office = OfficeService::StubInterface;
using Stub = NationalService::StubInterface;

// The method's own limit.
constexpr size_t kLocateIdsMax = 1'000;

}  // namespace

CentralClient::CentralClient(std::unique_ptr<Stub> stub, std::unique_ptr<Office> office,
                             std::unique_ptr<Caller> caller)
    : stub_(std::move(stub)), office_(std::move(office)), caller_(std::move(caller)) {}

CentralClient::~CentralClient() = default;

absl::StatusOr<std::vector<kopa::programme::v1::Call>> CentralClient::ListCalls() {
  std::vector<kopa::programme::v1::Call> calls;
  kopa::national::v1::ListCallsRequest request;
  do {
    ASSIGN_OR_RETURN(auto page, caller_->Call(stub_.get(), &Stub::ListCalls, request));
    for (auto& call : *page.mutable_calls()) calls.push_back(std::move(call));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return calls;
}

absl::StatusOr<kopa::programme::v1::Call> CentralClient::GetCall(const std::string& call) {
  kopa::national::v1::GetCallRequest request;
  request.set_call(call);
  ASSIGN_OR_RETURN(auto response, caller_->Call(stub_.get(), &Stub::GetCall, request));
  return std::move(*response.mutable_call());
}

absl::StatusOr<kopa::national::v1::GetTotalsResponse> CentralClient::GetTotals(
    const kopa::national::v1::GetTotalsRequest& request) {
  return caller_->Call(stub_.get(), &Stub::GetTotals, request);
}

absl::Status CentralClient::WatchTotals(
    const kopa::national::v1::WatchTotalsRequest& request,
    const std::function<bool(const kopa::national::v1::GetTotalsResponse&)>& each) {
  const ClientParts& parts = caller_->parts();
  const absl::Duration timeout = caller_->options().timeout;
  Backoff backoff(caller_->options().retry, parts.entropy);
  std::optional<int64_t> away_since_nanos;
  for (;;) {
    grpc::ClientContext context;
    caller_->Prepare(&context);
    auto stream = stub_->WatchTotals(&context, request);
    kopa::national::v1::WatchTotalsResponse response;
    bool wanted = true;
    while (wanted && stream->Read(&response)) {
      backoff.Reset();
      away_since_nanos.reset();
      wanted = each(response.totals());
    }
    if (!wanted) context.TryCancel();
    absl::Status status = rpc::FromGrpc(stream->Finish());
    if (!wanted) return absl::OkStatus();
    if (status.ok()) status = absl::UnavailableError("the server ended the stream");
    const int64_t now_nanos = parts.clock->MonotonicNanos();
    if (!away_since_nanos.has_value()) away_since_nanos = now_nanos;
    const absl::Duration left = timeout - absl::Nanoseconds(now_nanos - *away_since_nanos);
    const auto delay = backoff.NextDelay(status);
    if (!delay.has_value() || *delay >= left) return caller_->Explain(status);
    parts.sleep(*delay);
  }
}

absl::StatusOr<kopa::national::v1::GetBudgetResponse> CentralClient::GetBudget(
    const std::string& call) {
  kopa::national::v1::GetBudgetRequest request;
  request.set_call(call);
  return caller_->Call(stub_.get(), &Stub::GetBudget, request);
}

absl::StatusOr<std::vector<kopa::national::v1::Node>> CentralClient::ListNodes() {
  std::vector<kopa::national::v1::Node> nodes;
  kopa::national::v1::ListNodesRequest request;
  do {
    ASSIGN_OR_RETURN(auto page, caller_->Call(stub_.get(), &Stub::ListNodes, request));
    for (auto& node : *page.mutable_nodes()) nodes.push_back(std::move(node));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return nodes;
}

absl::StatusOr<absl::flat_hash_map<Uuid, std::string>> CentralClient::LocateApplications(
    absl::Span<const Uuid> ids) {
  absl::flat_hash_map<Uuid, std::string> nodes;
  for (size_t from = 0; from < ids.size(); from += kLocateIdsMax) {
    kopa::national::v1::LocateApplicationsRequest request;
    for (const Uuid& id : ids.subspan(from, kLocateIdsMax)) {
      request.add_application_ids(std::string(id.bytes()));
    }
    ASSIGN_OR_RETURN(auto response, caller_->Call(stub_.get(), &Stub::LocateApplications, request));
    for (const auto& location : response.locations()) {
      ASSIGN_OR_RETURN(const Uuid id, Uuid::FromBytes(location.application_id()));
      nodes[id] = location.node();
    }
  }
  return nodes;
}

absl::StatusOr<kopa::national::v1::VerifyNationalResponse> CentralClient::VerifyNational() {
  return caller_->Call(stub_.get(), &Stub::VerifyNational,
                       kopa::national::v1::VerifyNationalRequest());
}

absl::StatusOr<kopa::national::v1::CheckReceiptResponse> CentralClient::CheckReceipt(
    const std::string& node, uint64_t seq) {
  kopa::national::v1::CheckReceiptRequest request;
  request.set_node(node);
  request.set_seq(seq);
  return caller_->Call(stub_.get(), &Stub::CheckReceipt, request);
}

absl::Status CentralClient::ExportJournal(
    const std::string& node, uint64_t from_seq,
    const std::function<absl::Status(const kopa::national::v1::JournalRecord&)>& each) {
  const ClientParts& parts = caller_->parts();
  kopa::national::v1::ExportJournalRequest request;
  request.set_node(node);
  request.set_from_seq(from_seq);
  Backoff backoff(caller_->options().retry, parts.entropy);
  int64_t away_since_nanos = 0;  // 0: it is not away
  for (;;) {
    grpc::ClientContext context;
    caller_->Prepare(&context);
    auto stream = stub_->ExportJournal(&context, request);
    kopa::national::v1::ExportJournalResponse response;
    absl::Status taken = absl::OkStatus();
    while (taken.ok() && stream->Read(&response)) {
      backoff.Reset();
      away_since_nanos = 0;
      for (const auto& record : response.records()) {
        taken = each(record);
        if (!taken.ok()) break;
        request.set_from_seq(record.seq() + 1);
      }
    }
    if (!taken.ok()) context.TryCancel();
    const absl::Status status = rpc::FromGrpc(stream->Finish());
    if (!taken.ok()) return taken;
    if (status.ok()) return status;
    const int64_t now_nanos = parts.clock->MonotonicNanos();
    if (away_since_nanos == 0) away_since_nanos = now_nanos;
    const absl::Duration left =
        caller_->options().timeout - absl::Nanoseconds(now_nanos - away_since_nanos);
    const auto delay = backoff.NextDelay(status);
    if (!delay.has_value() || *delay >= left) return caller_->Explain(status);
    parts.sleep(*delay);
  }
}

absl::StatusOr<kopa::national::v1::RankCallResponse> CentralClient::RankCall(
    const std::string& call) {
  kopa::national::v1::RankCallRequest request;
  request.set_call(call);
  return caller_->Call(stub_.get(), &Stub::RankCall, request);
}

absl::StatusOr<kopa::national::v1::ListFindingsResponse> CentralClient::ListFindings(
    const std::string& call) {
  kopa::national::v1::ListFindingsRequest request;
  request.set_call(call);
  return caller_->Call(stub_.get(), &Stub::ListFindings, request);
}

absl::StatusOr<kopa::national::v1::LoadCallResponse> CentralClient::LoadCall(
    const kopa::national::v1::LoadCallRequest& request) {
  return caller_->Call(office_.get(), &Office::LoadCall, request);
}

absl::StatusOr<kopa::national::v1::CloseCallResponse> CentralClient::CloseCall(
    const kopa::national::v1::CloseCallRequest& request) {
  return caller_->Call(office_.get(), &Office::CloseCall, request);
}

absl::StatusOr<kopa::national::v1::Proposal> CentralClient::ProposeChange(
    const kopa::national::v1::ProposeChangeRequest& request) {
  ASSIGN_OR_RETURN(auto response, caller_->Call(office_.get(), &Office::ProposeChange, request));
  return std::move(*response.mutable_proposal());
}

absl::StatusOr<kopa::national::v1::Proposal> CentralClient::SettleProposal(
    const kopa::national::v1::SettleProposalRequest& request) {
  ASSIGN_OR_RETURN(auto response, caller_->Call(office_.get(), &Office::SettleProposal, request));
  return std::move(*response.mutable_proposal());
}

absl::StatusOr<std::vector<kopa::national::v1::Proposal>> CentralClient::ListProposals() {
  std::vector<kopa::national::v1::Proposal> proposals;
  kopa::national::v1::ListProposalsRequest request;
  do {
    ASSIGN_OR_RETURN(auto page, caller_->Call(office_.get(), &Office::ListProposals, request));
    for (auto& proposal : *page.mutable_proposals()) proposals.push_back(std::move(proposal));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return proposals;
}

absl::StatusOr<kopa::national::v1::ApplyRankingResponse> CentralClient::ApplyRanking(
    const kopa::national::v1::ApplyRankingRequest& request) {
  return caller_->Call(office_.get(), &Office::ApplyRanking, request);
}

}  // namespace kopa::client
