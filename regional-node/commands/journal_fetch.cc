#include "regional-node/commands/journal_fetch.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/status.h"
#include "grpcpp/client_context.h"
#include "kopa/national/v1/link.grpc.pb.h"
#include "kopa/national/v1/service.grpc.pb.h"

namespace kopa::node {

using ::kopa::national::v1::FetchJournalRequest;
using ::kopa::national::v1::FetchJournalResponse;
using ::kopa::national::v1::LinkService;
using ::kopa::national::v1::NationalService;

namespace {

constexpr std::chrono::minutes kFetchDeadline(10);
constexpr std::chrono::seconds kCallsDeadline(30);
// How far the first step back goes where the last record is not the centre's; each goes further.
constexpr uint64_t kFirstStep = 64;
constexpr uint64_t kStepGrowth = 8;

absl::Status ForPeople(const absl::Status& status) {
  return status.ok() ? status : Annotate(status, "the centre");
}

// One answer from `from` on. Where it begins with a record that this store does not have,
// OUT_OF_RANGE: the histories part before it.
absl::StatusOr<CentreCopy> FetchFrom(LinkService::Stub& stub, const NodeId& node,
                                     const storage::View& view, Seq from) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kFetchDeadline);
  FetchJournalRequest request;
  request.set_node(node.value());
  request.set_from_seq(from.value());
  const auto stream = stub.FetchJournal(&context, request);
  CentreCopy copy;
  bool is_complete = false;
  FetchJournalResponse response;
  while (stream->Read(&response)) {
    if (copy.records.empty() && response.records_size() > 0) {
      const national::v1::JournalRecord& first = response.records(0);
      if (first.seq() > 1 && !HasRecord(view, first)) {
        context.TryCancel();
        return absl::OutOfRangeError(absl::StrCat(first.seq()));
      }
    }
    for (auto& record : *response.mutable_records()) copy.records.push_back(std::move(record));
    if (!response.complete()) continue;
    is_complete = true;
    copy.newest_epoch = EpochNumber(response.newest_epoch());
    for (const auto& allotment : response.allotments()) {
      copy.allotted[CallId(allotment.call())] = ledger::Amounts::FromProto(allotment.allotted());
    }
  }
  RETURN_IF_ERROR(ForPeople(rpc::FromGrpc(stream->Finish())));
  if (!is_complete) return absl::UnavailableError("the centre broke off in the middle");
  return copy;
}

absl::StatusOr<std::vector<programme::v1::Call>> FetchCalls(NationalService::Stub& stub) {
  std::vector<programme::v1::Call> calls;
  national::v1::ListCallsRequest request;
  do {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallsDeadline);
    national::v1::ListCallsResponse page;
    RETURN_IF_ERROR(ForPeople(rpc::FromGrpc(stub.ListCalls(&context, request, &page))));
    for (auto& call : *page.mutable_calls()) calls.push_back(std::move(call));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return calls;
}

}  // namespace

absl::StatusOr<CentreCopy> FetchCentreCopy(const rpc::ChannelOptions& centre, const NodeId& node,
                                           const storage::View& view, Seq head) {
  ASSIGN_OR_RETURN(const auto channel, rpc::NewChannel(centre));
  const auto links = LinkService::NewStub(channel);
  const auto national = NationalService::NewStub(channel);
  uint64_t from = head.Next().value();
  for (uint64_t step = kFirstStep;; step *= kStepGrowth) {
    auto copy = FetchFrom(*links, node, view, Seq(from));
    if (copy.ok()) {
      ASSIGN_OR_RETURN(copy->calls, FetchCalls(*national));
      return copy;
    }
    if (!absl::IsOutOfRange(copy.status())) return copy.status();
    // The answer may have begun earlier than asked for, at the centre's last record.
    uint64_t first = from;
    if (absl::SimpleAtoi(copy.status().message(), &first)) from = std::min(from, first);
    from = from > step ? from - step : 1;
  }
}

}  // namespace kopa::node
