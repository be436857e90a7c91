// How a CentralCore comes back from what is stored, and how calls are published.

#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/central_core.h"
#include "central/core/families.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace kopa::central {

absl::StatusOr<std::unique_ptr<CentralCore>> CentralCore::Recover(absl::Span<const NodeId> nodes,
                                                                  const storage::View& view) {
  std::unique_ptr<CentralCore> core(new CentralCore());
  for (const NodeId& node : nodes) core->nodes_[node];
  const auto stored = view.Get(kMeta, kCentralStateKey);
  if (absl::IsNotFound(stored.status())) return core;
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(core->state_, CentralState::Parse(*stored));
  RETURN_IF_ERROR(core->RecoverNodes(view));
  RETURN_IF_ERROR(core->RecoverFold(view));
  return core;
}

absl::Status CentralCore::RecoverNodes(const storage::View& view) {
  const auto nodes = view.Scan(kNode, "", "");
  for (; nodes->Valid(); nodes->Next()) {
    ASSIGN_OR_RETURN(nodes_[NodeId(nodes->key())].record, NodeRecord::Parse(nodes->value()));
  }
  RETURN_IF_ERROR(nodes->status());
  for (const auto& [id, node] : nodes_) {
    const std::string prefix = NodePrefix(id);
    const auto entries = view.Scan(kDown, prefix, PrefixEnd(prefix));
    for (; entries->Valid(); entries->Next()) {
      national::v1::DownEntry entry;
      if (!entry.ParseFromArray(entries->value().data(),
                                static_cast<int>(entries->value().size()))) {
        return absl::DataLossError("an entry of a down-log does not parse");
      }
      down_logs_[id].push_back(std::move(entry));
    }
    RETURN_IF_ERROR(entries->status());
  }
  return absl::OkStatus();
}

absl::Status CentralCore::RecoverFold(const storage::View& view) {
  const auto calls = view.Scan(kCall, "", "");
  for (; calls->Valid(); calls->Next()) {
    programme::v1::CallPublication publication;
    if (!publication.ParseFromArray(calls->value().data(),
                                    static_cast<int>(calls->value().size()))) {
      return absl::DataLossError(absl::StrCat("stored call does not parse: ", calls->key()));
    }
    const CallId id(publication.call().id());
    fold_.AddCall(id, ledger::UnitLimits(publication.call().limits()));
    calls_[id] = std::move(publication);
    unsettled_.insert(id);
  }
  RETURN_IF_ERROR(calls->status());

  const auto ledgers = view.Scan(kLedger, "", "");
  for (; ledgers->Valid(); ledgers->Next()) {
    const absl::string_view key = ledgers->key();
    const size_t zero = key.find('\0');
    auto* call =
        zero == absl::string_view::npos ? nullptr : fold_.FindCall(CallId(key.substr(0, zero)));
    if (call == nullptr) return absl::DataLossError("a stored ledger is of no known call");
    ASSIGN_OR_RETURN(const ledger::Totals totals, ledger::Totals::Parse(ledgers->value()));
    call->ledger.Restore(NodeId(key.substr(zero + 1)), totals);
  }
  RETURN_IF_ERROR(ledgers->status());

  const auto cells = view.Scan(kCell, "", "");
  for (; cells->Valid(); cells->Next()) {
    ASSIGN_OR_RETURN(const CellKey key, ParseStoredCellKey(fold_.names(), cells->key()));
    ASSIGN_OR_RETURN(const CellSums sums, CellSums::Parse(cells->value()));
    fold_.RestoreCell(key, sums);
  }
  RETURN_IF_ERROR(cells->status());

  const auto summaries = view.Scan(kSummary, "", "");
  for (; summaries->Valid(); summaries->Next()) {
    ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(summaries->key()));
    ASSIGN_OR_RETURN(const StoredSummary stored,
                     StoredSummary::Parse(fold_.names(), summaries->value()));
    fold_.RestoreSummary(id, stored);
  }
  return summaries->status();
}

absl::Status CentralCore::Open(absl::Time now, std::string nonce,
                               absl::Span<const programme::v1::Call> definitions,
                               Effects& effects) {
  if (state_.incarnation == 0) {
    state_.incarnation = 1;
    state_.incarnation_nonce = std::move(nonce);
    national::v1::PublicRecord what;
    what.mutable_incarnation_begun()->set_counter(state_.incarnation);
    what.mutable_incarnation_begun()->set_nonce(state_.incarnation_nonce);
    Journal(now, what, effects);
  }
  for (const auto& [id, node] : nodes_) effects.nodes_changed.insert(id);
  for (const programme::v1::Call& definition : definitions) {
    RETURN_IF_ERROR(Publish(now, definition, effects));
  }
  CatchUpDownLogs(effects);
  Finish(effects);
  return absl::OkStatus();
}

absl::Status CentralCore::Publish(absl::Time now, const programme::v1::Call& definition,
                                  Effects& effects) {
  const CallId id(definition.id());
  programme::v1::Call next = definition;
  if (const auto known = calls_.find(id); known != calls_.end()) {
    next.set_version(known->second.call().version());
    if (next.SerializeAsString() == known->second.call().SerializeAsString()) {
      return absl::OkStatus();
    }
    next.set_version(next.version() + 1);
    const ledger::CentralLedger& ledger = fold_.FindCall(id)->ledger;
    const ledger::UnitLimits limits(next.limits());
    for (ledger::Unit unit : ledger::kUnits) {
      if (ledger.limits().limited(unit) || !limits.limited(unit)) continue;
      return absl::FailedPreconditionError(
          absl::StrCat("call ", id.value(), ": ", std::string(ledger::UnitName(unit)),
                       " were without limit; nodes may have awarded any number of them, also where "
                       "the centre does not know it yet, so a limit can't be set any more"));
    }
    if (!ledger.LimitsFit(limits)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "call ", id.value(), ": its limits can't fall below what is already allotted"));
    }
  } else {
    next.set_version(1);
  }
  fold_.AddCall(id, ledger::UnitLimits(next.limits()));
  programme::v1::CallPublication& publication = calls_[id];
  *publication.mutable_call() = next;
  publication.mutable_publish_time()->set_seconds(absl::ToUnixSeconds(now));
  effects.batch.Put(kCall, id.value(), publication.SerializeAsString());
  effects.calls_changed.insert(id);
  unsettled_.insert(id);

  national::v1::PublicRecord what;
  what.mutable_call_published()->set_call(id.value());
  what.mutable_call_published()->set_version(next.version());
  what.mutable_call_published()->set_definition_sha256(Sha256(next.SerializeAsString()));
  Journal(now, what, effects);
  for (const auto& [node, status] : nodes_) Tell(node, publication, effects);
  return absl::OkStatus();
}

void CentralCore::Tell(const NodeId& node, const programme::v1::CallPublication& publication,
                       Effects& effects) {
  auto& log = down_logs_[node];
  national::v1::DownEntry entry;
  entry.set_incarnation(state_.incarnation);
  entry.set_number(log.size() + 1);
  *entry.mutable_call() = publication;
  effects.batch.Put(kDown, NodeSeqKey(node, Seq(entry.number())), entry.SerializeAsString());
  log.push_back(std::move(entry));
}

void CentralCore::CatchUpDownLogs(Effects& effects) {
  for (const auto& [node, status] : nodes_) {
    std::set<CallId> told;
    for (const national::v1::DownEntry& entry : down_logs_[node]) {
      told.insert(CallId(entry.call().call().id()));
    }
    for (const auto& [id, publication] : calls_) {
      if (!told.contains(id)) Tell(node, publication, effects);
    }
  }
}

}  // namespace kopa::central
