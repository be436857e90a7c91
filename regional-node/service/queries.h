#ifndef KOPA_REGIONAL_NODE_SERVICE_QUERIES_H_
#define KOPA_REGIONAL_NODE_SERVICE_QUERIES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/uuid.h"
#include "common/storage/store.h"
#include "kopa/national/v1/journal.pb.h"
#include "kopa/region/v1/service.pb.h"
#include "regional-node/service/context.h"

namespace kopa::node {

// Reads from the store, off the committer's thread. Thread-safe.

// The stored applications, in the order of `ids`; NOT_FOUND for those that are not here.
std::vector<absl::StatusOr<region::v1::Application>> FetchApplications(
    const storage::View& view, absl::Span<const ApplicationId> ids);

// The application of a call that was handed in under this reference. NOT_FOUND, or INVALID_ARGUMENT
// where several applicants used the same reference.
absl::StatusOr<ApplicationId> FindByReference(const storage::View& view, const CallId& call,
                                              absl::string_view external_ref);

// How many rows a page has when `asked` were asked for. INVALID_ARGUMENT outside 0 to 1,000.
absl::StatusOr<int> PageSize(int asked);

// DATA_LOSS where it does not parse.
absl::StatusOr<national::v1::JournalRecord> ReadRecord(const storage::View& view, Seq seq);

absl::StatusOr<region::v1::ListApplicationsResponse> ListApplications(
    const Context& context, const region::v1::ListApplicationsRequest& request);

absl::StatusOr<region::v1::GetApplicationResponse> GetApplication(
    const Context& context, const region::v1::GetApplicationRequest& request);

absl::StatusOr<region::v1::ListApplicationHistoryResponse> ListApplicationHistory(
    const Context& context, const region::v1::ListApplicationHistoryRequest& request);

absl::StatusOr<region::v1::ListNodeCallsResponse> ListNodeCalls(
    const Context& context, const region::v1::ListNodeCallsRequest& request);

// INVALID_ARGUMENT for number 0. A record that the journal does not have is an answer, no error.
absl::StatusOr<region::v1::CheckNodeReceiptResponse> CheckNodeReceipt(
    const Context& context, const region::v1::CheckNodeReceiptRequest& request);

region::v1::GetNodeStatusResponse GetNodeStatus(const Context& context);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_QUERIES_H_
