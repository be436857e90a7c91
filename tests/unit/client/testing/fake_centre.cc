// FakeCentre of fake_servers.h.

#include "absl/strings/str_cat.h"
#include "tests/unit/client/testing/fake_servers.h"

namespace kopa::client::testing {

grpc::Status FakeCentre::CheckReceipt(grpc::ServerContext*,
                                      const kopa::national::v1::CheckReceiptRequest* request,
                                      kopa::national::v1::CheckReceiptResponse* response) {
  if (!error.ok()) return error;
  const auto failing = receipt_errors.find(request->seq());
  if (failing != receipt_errors.end()) return failing->second;
  const auto& journal = journals[request->node()];
  response->set_applied_seq(journal.size());
  if (request->seq() > journal.size()) return grpc::Status::OK;
  response->set_hash(journal[request->seq() - 1].hash());
  response->set_epoch(journal[request->seq() - 1].epoch());
  return grpc::Status::OK;
}

grpc::Status FakeCentre::ExportJournal(
    grpc::ServerContext*, const kopa::national::v1::ExportJournalRequest* request,
    grpc::ServerWriter<kopa::national::v1::ExportJournalResponse>* stream) {
  if (!error.ok()) return error;
  for (const auto& record : journals[request->node()]) {
    if (record.seq() < request->from_seq()) continue;
    kopa::national::v1::ExportJournalResponse response;
    *response.add_records() = record;
    stream->Write(response);
    if (broken_exports > 0) {
      --broken_exports;
      return {grpc::StatusCode::UNAVAILABLE, "broken off"};
    }
  }
  return grpc::Status::OK;
}

void FakeCentre::AddNode(const std::string& node, const std::string& address) {
  kopa::national::v1::Node added;
  added.set_node(node);
  added.set_address(address);
  added.set_state(kopa::national::v1::NODE_STATE_ACTIVE);
  added.set_connected(true);
  nodes.push_back(added);
}

grpc::Status FakeCentre::GetCall(grpc::ServerContext*,
                                 const kopa::national::v1::GetCallRequest* request,
                                 kopa::national::v1::GetCallResponse* response) {
  if (!error.ok()) return error;
  for (const auto& call : calls) {
    if (call.id() != request->call()) continue;
    *response->mutable_call() = call;
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::NOT_FOUND, absl::StrCat("no call ", request->call())};
}

grpc::Status FakeCentre::GetTotals(grpc::ServerContext*,
                                   const kopa::national::v1::GetTotalsRequest* request,
                                   kopa::national::v1::GetTotalsResponse* response) {
  if (!error.ok()) return error;
  totals_request = *request;
  *response = totals;
  return grpc::Status::OK;
}

grpc::Status FakeCentre::GetBudget(grpc::ServerContext*,
                                   const kopa::national::v1::GetBudgetRequest*,
                                   kopa::national::v1::GetBudgetResponse* response) {
  if (!error.ok()) return error;
  *response = budget;
  return grpc::Status::OK;
}

grpc::Status FakeCentre::RankCall(grpc::ServerContext*, const kopa::national::v1::RankCallRequest*,
                                  kopa::national::v1::RankCallResponse* response) {
  if (!error.ok()) return error;
  *response = ranking;
  return grpc::Status::OK;
}

grpc::Status FakeCentre::ListFindings(grpc::ServerContext*,
                                      const kopa::national::v1::ListFindingsRequest*,
                                      kopa::national::v1::ListFindingsResponse* response) {
  if (!error.ok()) return error;
  *response = findings;
  return grpc::Status::OK;
}

grpc::Status FakeCentre::ListNodes(grpc::ServerContext*,
                                   const kopa::national::v1::ListNodesRequest*,
                                   kopa::national::v1::ListNodesResponse* response) {
  if (!error.ok()) return error;
  for (const auto& node : nodes) *response->add_nodes() = node;
  return grpc::Status::OK;
}

grpc::Status FakeCentre::LocateApplications(
    grpc::ServerContext*, const kopa::national::v1::LocateApplicationsRequest* request,
    kopa::national::v1::LocateApplicationsResponse* response) {
  if (!error.ok()) return error;
  for (const std::string& id : request->application_ids()) {
    const auto found = locations.find(id);
    if (found == locations.end()) continue;
    auto* location = response->add_locations();
    location->set_application_id(id);
    location->set_node(found->second);
  }
  return grpc::Status::OK;
}

grpc::Status FakeCentre::VerifyNational(grpc::ServerContext*,
                                        const kopa::national::v1::VerifyNationalRequest*,
                                        kopa::national::v1::VerifyNationalResponse* response) {
  if (!error.ok()) return error;
  *response = verify;
  return grpc::Status::OK;
}

}  // namespace kopa::client::testing
