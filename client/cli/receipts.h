#ifndef KOPA_CLIENT_CLI_RECEIPTS_H_
#define KOPA_CLIENT_CLI_RECEIPTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "client/cli/session.h"
#include "client/cli/verify_report.h"
#include "kopa/region/v1/service.pb.h"

namespace kopa::cli {

using Receipts = std::vector<kopa::region::v1::Receipt>;

// The receipts in a file, "-" for standard input: one JSON object {node, epoch, seq, hash}, JSON
// lines of such, any JSON with such objects somewhere inside (what the tool prints), or the CSV of
// `submit --results`. Sorted by node and number, each once. A hash is hexadecimal or base64.
// INVALID_ARGUMENT with the path, and the line where there is one, for what is no receipt and where
// there is none.
absl::StatusOr<Receipts> ReadReceipts(const std::string& path);

// What one side says of a receipt's record.
struct ReceiptAnswer {
  uint64_t head_seq = 0;  // where its journal ends
  std::string hash;       // empty where it does not have the record
  uint64_t epoch = 0;
};

// Puts together what node and centre say of one receipt. The node is absent where it could not be
// asked, `why_not` says why; the centre where there is none to ask. Disproved is what the node does
// not have, or either has otherwise; what the centre has not applied yet is proved by the node
// alone; what only the centre could be asked for is not checked whole.
void AddReceipt(const kopa::region::v1::Receipt& receipt, const absl::optional<ReceiptAnswer>& node,
                absl::string_view why_not, const absl::optional<ReceiptAnswer>& centre,
                VerifyReport* report);

// Asks the session's servers about each.
absl::Status CheckReceipts(Session& session, const Receipts& receipts, VerifyReport* report);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_RECEIPTS_H_
