#include "client/cli/bulk_decisions.h"

#include <algorithm>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/internal/rpc_status.h"
#include "common/base/status.h"
#include "common/rpc/status.h"

namespace kopa::cli {
namespace {

// The method takes 1,000; an approval may wait five seconds for funds, so smaller batches show
// progress.
constexpr size_t kBatchSize = 200;

std::string ErrorOf(const absl::Status& status) {
  const std::vector<Fault> faults = FaultsOf(status);
  if (!faults.empty()) {
    return absl::StrJoin(faults, "; ", [](std::string* out, const Fault& fault) {
      absl::StrAppend(out, FaultText(fault));
    });
  }
  const std::string reason = rpc::ReasonOf(status);
  return absl::StrCat(reason.empty() ? absl::StatusCodeToString(status.code()) : reason, ": ",
                      status.message());
}

void Fail(const absl::Status& status, DecisionRow* row) {
  row->error = ErrorOf(status);
  row->failed = status.code();
}

void TakeResult(const kopa::region::v1::DecisionResult& result, DecisionRow* row) {
  if (const auto id = Uuid::FromBytes(result.application_id()); id.ok() && !id->is_nil()) {
    row->id = id->ToString();
  }
  row->status = EnumWord(result.status());
  if (result.has_receipt()) row->receipt = ToJson(result.receipt());
  if (result.has_error()) {
    row->error = FaultText(client::ToFault(result.error()));
  }
}

// One node's share. Writes to the rows of `indexes` only, so that several may run at once.
void SendToNode(Session& session, const NodeAddress& address, const std::vector<size_t>& indexes,
                const SendBatch& send, std::vector<DecisionRow>* rows) {
  // Not given up soon where it is away: nobody else can do what is asked of it.
  const auto client = session.Node({address.node, address.address});
  for (size_t from = 0; from < indexes.size(); from += kBatchSize) {
    const auto batch = absl::MakeConstSpan(indexes).subspan(from, kBatchSize);
    using Results = absl::StatusOr<std::vector<kopa::region::v1::DecisionResult>>;
    Results results = client.ok() ? send(**client, batch) : Results(client.status());
    if (results.ok() && results->size() != batch.size()) {
      results = absl::InternalError(absl::StrCat("node ", address.node, " answered ",
                                                 results->size(), " results to ", batch.size()));
    }
    for (size_t i = 0; i < batch.size(); ++i) {
      if (results.ok()) {
        TakeResult((*results)[i], &(*rows)[batch[i]]);
      } else {
        Fail(results.status(), &(*rows)[batch[i]]);
      }
    }
  }
}

// How it ended, where all ended the same way.
ExitCode ExitCodeOfRows(const std::vector<DecisionRow>& rows, const absl::Status& failure) {
  if (!failure.ok()) return rows.empty() ? ExitCodeOf(failure) : ExitCode::kPartly;
  bool any_error = false;
  bool all_unreachable = true;
  bool all_not_allowed = true;
  for (const DecisionRow& row : rows) {
    any_error = any_error || !row.error.empty();
    const ExitCode code = ExitCodeOf(absl::Status(row.failed, ""));
    all_unreachable = all_unreachable && code == ExitCode::kUnreachable;
    all_not_allowed = all_not_allowed && code == ExitCode::kNotAllowed;
  }
  if (!any_error) return ExitCode::kDone;
  return all_unreachable   ? ExitCode::kUnreachable
         : all_not_allowed ? ExitCode::kNotAllowed
                           : ExitCode::kPartly;
}

Table RowsTable(const std::vector<DecisionRow>& rows) {
  Table table({{"id"}, {"reference"}, {"status"}, {"error"}});
  for (const DecisionRow& row : rows) {
    table.AddRow({row.id, row.external_ref, row.status, row.error});
  }
  return table;
}

}  // namespace

std::vector<DecisionRow> SendAll(Session& session, const Targets& targets, const SendBatch& send) {
  std::vector<DecisionRow> rows(targets.targets.size());
  std::vector<std::vector<size_t>> by_node(targets.nodes.size());
  for (size_t i = 0; i < targets.targets.size(); ++i) {
    const Target& target = targets.targets[i];
    if (target.name.id.has_value()) rows[i].id = target.name.id->ToString();
    rows[i].external_ref = target.name.external_ref;
    if (target.error.ok()) {
      by_node[target.node].push_back(i);
    } else {
      Fail(target.error, &rows[i]);
    }
  }
  std::vector<std::thread> threads;
  for (size_t node = 0; node < by_node.size(); ++node) {
    if (by_node[node].empty()) continue;
    threads.emplace_back(
        [&, node] { SendToNode(session, targets.nodes[node], by_node[node], send, &rows); });
  }
  for (std::thread& thread : threads) thread.join();
  return rows;
}

ExitCode PrintDecisions(Session& session, std::vector<DecisionRow> rows,
                        const absl::Status& failure) {
  std::stable_sort(rows.begin(), rows.end(), [](const DecisionRow& a, const DecisionRow& b) {
    return std::tie(a.id, a.external_ref) < std::tie(b.id, b.external_ref);
  });
  Json results = Json::array();
  size_t refused = 0;
  for (const DecisionRow& row : rows) {
    Json json = {{"id", row.id}, {"status", row.status}, {"error", row.error}};
    json["receipt"] = row.receipt;
    if (!row.external_ref.empty()) json["externalRef"] = row.external_ref;
    results.push_back(std::move(json));
    if (!row.error.empty()) ++refused;
  }
  session.Print({{"results", std::move(results)}}, [&rows] { return RowsTable(rows); });
  if (refused > 0) {
    session.Note(absl::StrCat(refused, " of ", rows.size(), " were not done; each says why"));
  }
  return ExitCodeOfRows(rows, failure);
}

}  // namespace kopa::cli
