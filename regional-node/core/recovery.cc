// How a NodeCore comes back from what is stored, and how it begins an epoch.

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "regional-node/core/families.h"
#include "regional-node/core/node_core.h"

namespace kopa::node {
namespace {

constexpr size_t kRecentRequests = 16384;

absl::StatusOr<region::v1::Application> StoredRecord(const storage::View& view, const CallId& call,
                                                     const ApplicationId& id) {
  ASSIGN_OR_RETURN(const std::string bytes, view.Get(kApplication, ApplicationKey(call, id)));
  region::v1::Application record;
  if (!record.ParseFromString(bytes)) {
    return absl::DataLossError(absl::StrCat("application ", id.ToString(), " does not parse"));
  }
  return record;
}

}  // namespace

NodeCore::NodeCore(const NodeId& node) : recent_requests_(kRecentRequests) { state_.node = node; }

absl::StatusOr<std::unique_ptr<NodeCore>> NodeCore::Recover(const NodeId& node,
                                                            const storage::View& view) {
  std::unique_ptr<NodeCore> core(new NodeCore(node));
  const auto stored = view.Get(kMeta, kNodeStateKey);
  if (absl::IsNotFound(stored.status())) return core;
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(core->state_, NodeState::Parse(*stored));
  if (core->state_.node != node) {
    return absl::FailedPreconditionError(absl::StrCat("the data folder belongs to node \"",
                                                      core->state_.node.value(), "\", not to \"",
                                                      node.value(), "\""));
  }
  RETURN_IF_ERROR(core->RecoverCalls(view));
  RETURN_IF_ERROR(core->RecoverHeaders(view));
  RETURN_IF_ERROR(core->RecoverLate(view));
  RETURN_IF_ERROR(core->RecoverNoted(view));
  RETURN_IF_ERROR(core->RecoverCentreHashes(view));
  return core;
}

absl::Status NodeCore::RecoverCalls(const storage::View& view) {
  const auto calls = view.Scan(kCall, "", "");
  for (; calls->Valid(); calls->Next()) {
    programme::v1::CallPublication publication;
    if (!publication.ParseFromArray(calls->value().data(),
                                    static_cast<int>(calls->value().size()))) {
      return absl::DataLossError(absl::StrCat("stored call does not parse: ", calls->key()));
    }
    const CallId id(publication.call().id());
    CallState& call = *calls_[CallIndex(id)].second;
    ledger::Totals totals;
    const auto stored = view.Get(kLedger, id.value());
    if (stored.ok()) {
      ASSIGN_OR_RETURN(totals, ledger::Totals::Parse(*stored));
    } else if (!absl::IsNotFound(stored.status())) {
      return stored.status();
    }
    call.ledger = ledger::NodeLedger(ledger::UnitLimits(publication.call().limits()), totals);
    call.high_water = call.ledger.Headroom();
    call.definition = std::move(*publication.mutable_call());
  }
  RETURN_IF_ERROR(calls->status());
  return RecoverUndefinedLedgers(view);
}

absl::Status NodeCore::RecoverUndefinedLedgers(const storage::View& view) {
  const auto ledgers = view.Scan(kLedger, "", "");
  for (; ledgers->Valid(); ledgers->Next()) {
    const CallId id(ledgers->key());
    if (call_indexes_.contains(id)) continue;
    ASSIGN_OR_RETURN(const ledger::Totals totals, ledger::Totals::Parse(ledgers->value()));
    calls_[CallIndex(id)].second->ledger = ledger::NodeLedger(ledger::UnitLimits(), totals);
  }
  return ledgers->status();
}

absl::Status NodeCore::RecoverHeaders(const storage::View& view) {
  const auto headers = view.Scan(kHeader, "", "");
  for (; headers->Valid(); headers->Next()) {
    ASSIGN_OR_RETURN(const ApplicationId id, Uuid::FromBytes(headers->key()));
    ASSIGN_OR_RETURN(StoredHeader stored, StoredHeader::Parse(headers->value()));
    const CallId call_id(stored.call);
    Header header = stored.header;
    header.call = CallIndex(call_id);
    header.municipality = MunicipalityIndex(stored.municipality);
    headers_.emplace(id, header);
    references_.emplace(header.reference, id);
    if (IsTeamCall(call_id)) {
      ASSIGN_OR_RETURN(const region::v1::Application record, StoredRecord(view, call_id, id));
      NoteTeam(record, id);
    }
    bool counts = programme::HoldsAward(header.status);
    if (header.status == national::v1::APPLICATION_STATUS_PENDING_FUNDS) {
      RETURN_IF_ERROR(RecoverPending(view, call_id, id));
      counts = true;
    } else if (header.status == national::v1::APPLICATION_STATUS_TERMINATED) {
      // Whether anything was kept is in the record alone.
      ASSIGN_OR_RETURN(const region::v1::Application record, StoredRecord(view, call_id, id));
      counts = programme::HoldsAward(record.summary());
    }
    if (counts) CountAward(CallOf(header), header, 1);
  }
  return headers->status();
}

absl::Status NodeCore::RecoverPending(const storage::View& view, const CallId& call,
                                      const ApplicationId& id) {
  ASSIGN_OR_RETURN(const region::v1::Application record, StoredRecord(view, call, id));
  AddPending(*FindCall(call), id, record);
  return absl::OkStatus();
}

void NodeCore::Open(absl::Time now, std::string epoch_nonce, bool may_spend, Effects& effects) {
  KOPA_CHECK(!state_.fenced());
  state_.epoch = state_.epoch.Next();
  state_.epoch_nonce = std::move(epoch_nonce);
  may_spend_ = may_spend;
  national::v1::PublicRecord what;
  auto* opened = what.mutable_epoch_opened();
  opened->set_node(state_.node.value());
  opened->set_number(state_.epoch.value());
  opened->set_nonce(state_.epoch_nonce);
  Journal(now, what, {}, effects);
  // What waited when the last epoch ended may be covered by now.
  for (auto& [id, call] : calls_) FundPending(now, *call, effects);
  Finish(effects);
}

void NodeCore::FenceSelf(national::v1::FenceReason reason, std::string detail) {
  state_.fence_reason = reason;
  state_.fence_detail = std::move(detail);
  may_spend_ = false;
}

NodeCore::CallState* NodeCore::FindCall(const CallId& id) {
  const auto found = call_indexes_.find(id);
  return found == call_indexes_.end() ? nullptr : calls_[found->second].second.get();
}

uint16_t NodeCore::CallIndex(const CallId& id) {
  const auto [found, is_new] = call_indexes_.emplace(id, static_cast<uint16_t>(calls_.size()));
  if (is_new) calls_.emplace_back(id, std::make_unique<CallState>());
  return found->second;
}

uint16_t NodeCore::MunicipalityIndex(const std::string& code) {
  const auto [found, is_new] =
      municipality_indexes_.emplace(code, static_cast<uint16_t>(municipalities_.size()));
  if (is_new) municipalities_.push_back(code);
  return found->second;
}

void NodeCore::CountAward(CallState& call, const Header& header, int64_t change) {
  call.awards_by_municipality[header.municipality] += change;
}

}  // namespace kopa::node
