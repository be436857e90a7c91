// How a CentralCore comes back from what is stored.

#include <utility>

#include "absl/strings/str_cat.h"
#include "central/core/central_core.h"
#include "central/core/families.h"
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
  RETURN_IF_ERROR(core->RecoverOffice(view));
  core->RecoverDecisions();
  return core;
}

absl::Status CentralCore::RecoverNodes(const storage::View& view) {
  const auto nodes = view.Scan(kNode, "", "");
  for (; nodes->Valid(); nodes->Next()) {
    const NodeId id(nodes->key());
    ASSIGN_OR_RETURN(nodes_[id].record, NodeRecord::Parse(nodes->value()));
    fold_.RestoreEpoch(id, nodes_[id].record.epoch_opened);
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
    fold_.AddCall(publication.call());
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
                               absl::Span<const programme::v1::Call> definitions, Effects& effects,
                               bool restored) {
  if (restored) {
    if (state_.incarnation >= kIncarnationMax) {
      return absl::FailedPreconditionError(
          absl::StrCat("the store says that it is incarnation ", state_.incarnation,
                       " of the centre, which no number of restores makes: restore an older copy"));
    }
    BeginIncarnation(now, state_.incarnation + 1, std::move(nonce),
                     "the store was restored from a copy", effects);
  } else if (state_.incarnation == 0) {
    state_.incarnation = 1;
    state_.incarnation_nonce = std::move(nonce);
    national::v1::PublicRecord what;
    what.mutable_incarnation_begun()->set_counter(state_.incarnation);
    what.mutable_incarnation_begun()->set_nonce(state_.incarnation_nonce);
    Journal(now, what, effects);
  }
  for (const auto& [id, node] : nodes_) effects.nodes_changed.insert(id);
  for (const programme::v1::Call& definition : definitions) {
    RETURN_IF_ERROR(TakeDefinition(now, definition, effects));
  }
  CatchUpDownLogs(effects);
  Finish(effects);
  return absl::OkStatus();
}

absl::Status CentralCore::RecoverOffice(const storage::View& view) {
  const auto sources = view.Scan(kCallSource, "", "");
  for (; sources->Valid(); sources->Next()) {
    ASSIGN_OR_RETURN(sources_[CallId(sources->key())], CallSource::Parse(sources->value()));
  }
  RETURN_IF_ERROR(sources->status());

  const auto proposals = view.Scan(kProposal, "", "");
  for (; proposals->Valid(); proposals->Next()) {
    national::v1::Proposal proposal;
    if (!proposal.ParseFromArray(proposals->value().data(),
                                 static_cast<int>(proposals->value().size()))) {
      return absl::DataLossError("a stored proposal does not parse");
    }
    last_proposal_ = proposal.number();
    if (proposal.state() != national::v1::PROPOSAL_STATE_OPEN) continue;
    open_proposals_[proposal.number()] = std::move(proposal);
  }
  RETURN_IF_ERROR(proposals->status());

  const auto schools = view.Scan(kSchool, "", "");
  for (; schools->Valid(); schools->Next()) {
    national::v1::SchoolAnnounced announced;
    if (!announced.ParseFromArray(schools->value().data(),
                                  static_cast<int>(schools->value().size()))) {
      return absl::DataLossError("a stored school does not parse");
    }
    schools_[std::string(schools->key())] = std::move(announced);
  }
  return schools->status();
}

}  // namespace kopa::central
