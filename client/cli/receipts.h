#ifndef KOPA_CLIENT_CLI_RECEIPTS_H_
#define KOPA_CLIENT_CLI_RECEIPTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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

// Puts together what node and centre say of one receipt; `centre` is null where there is none to
// ask. Disproved is what either has otherwise or has lost, and what the node does not have. What
// the centre has not applied yet is proved by the node alone. Not checked whole is what the node
// could not be asked for (VerifyReport::AddUnanswered), and what the centre has though the node's
// journal ends before it: such a node was put back to an earlier state.
void AddReceipt(const kopa::region::v1::Receipt& receipt, const absl::StatusOr<ReceiptAnswer>& node,
                const absl::StatusOr<ReceiptAnswer>* centre, VerifyReport* report);

// Asks the session's servers about each.
absl::Status CheckReceipts(Session& session, const Receipts& receipts, VerifyReport* report);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_RECEIPTS_H_
